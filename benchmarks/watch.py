"""What programs take together while they run: memory, and PostgreSQL's part."""

from __future__ import annotations

import resource
import threading
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Self

import psutil  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from support.postgres_server import PostgresServer

EVERY = 0.5
"""Seconds between two looks: more often, and looking is what is measured."""
MIB = 1024 * 1024


class Watch:
    """Looks at all children of this process, and at PostgreSQL; use it as a context.

    ``apart`` are the processes that are not to be counted, such as the API's. Memory is
    the proportional set size (PSS): what processes share is counted once.
    """

    def __init__(self, server: PostgresServer, apart: set[int]) -> None:
        self.memory = 0.0
        """MiB of all together at their peak."""
        self.postgres_memory = 0.0
        self.connections = 0
        """Connections to PostgreSQL at once, at their peak."""
        self.sessions = 0
        """Connections that were opened."""
        self.cpu = 0.0
        """Seconds of CPU of the programs, of those that have ended too."""
        self.postgres_cpu = 0.0
        self.shares: dict[str, float] = defaultdict(float)
        """MiB at its peak of each program, by its name."""
        self._apart = apart
        self._database = server.connect()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_around)
        [[own]] = self._ask("SELECT pg_backend_pid()")
        self._postgres = psutil.Process(own).parent() or psutil.Process(own)

    def __enter__(self) -> Self:
        """Begin to look."""
        self._before = self._opened(), self._used(), self._programs()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and say what PostgreSQL has done meanwhile."""
        self._over.set()
        self._thread.join()
        opened, used, programs = self._before
        self.sessions = self._opened() - opened
        self.postgres_cpu = self._used() - used
        self.cpu = self._programs() - programs
        self._database.close()

    def _ask(self, question: str) -> list[tuple[int, ...]]:
        return self._database.execute(question.encode()).fetchall()

    def _opened(self) -> int:
        [[opened]] = self._ask("SELECT sum(sessions)::int FROM pg_stat_database")
        return opened

    def _used(self) -> float:
        """Return the seconds of CPU of PostgreSQL, of connections that are gone too."""
        return sum(map(cpu, [self._postgres, *self._postgres.children(recursive=True)]))

    def _programs(self) -> float:
        """Return the seconds of CPU of all programs that run or have run."""
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return ended.ru_utime + ended.ru_stime + sum(map(cpu, self._running()))

    def _running(self) -> list[psutil.Process]:
        """Return the programs that are measured."""
        below = psutil.Process().children(recursive=True)
        return [process for process in below if process.pid not in self._apart]

    def _look_around(self) -> None:
        while not self._over.wait(EVERY):
            [[now]] = self._ask(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            self.connections = max(self.connections, now)
            shares: dict[str, float] = defaultdict(float)
            for process in self._running():
                with suppress(psutil.Error):
                    shares[process.name()] += memory(process)
            self.memory = max(self.memory, sum(shares.values()))
            for name, size in shares.items():
                self.shares[name] = max(self.shares[name], size)
            server = [self._postgres, *self._postgres.children(recursive=True)]
            self.postgres_memory = max(self.postgres_memory, sum(map(memory, server)))


def memory(process: psutil.Process) -> float:
    """Return the MiB of a process, its share of what it shares; 0 if it is gone."""
    with suppress(psutil.Error):
        return float(process.memory_full_info().pss) / MIB
    return 0.0


def cpu(process: psutil.Process) -> float:
    """Return the seconds of CPU of a process and of its children that have ended."""
    with suppress(psutil.Error):
        return float(sum(process.cpu_times()[:4]))
    return 0.0
