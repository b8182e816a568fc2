"""What it takes to load many organisations once."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from measure import Run
from site_of_many import Site
from watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True)
class Night:
    """What it took to load all organisations once."""

    runs: list[Run]
    seconds: float
    watch: Watch
    count: int
    """How many organisations; a run may load several."""

    def column(self) -> list[str]:
        """Return the figures, in the order of ``ROWS``."""
        each = [one.seconds * len(self.runs) / self.count for one in self.runs]
        tenth = max(1, len(each) // 10)
        first, last = (statistics.median(p) for p in (each[:tenth], each[-tenth:]))
        programs, postgres = self.watch.cpu, self.watch.postgres_cpu
        return [
            f"{self.seconds:.0f} s",
            f"{self.seconds / self.count:.2f} s",
            f"{statistics.median(each):.2f} s, {max(each):.2f} s",
            f"{first:.2f} s, {last:.2f} s",
            f"{programs / self.count:.2f} s, {postgres / self.count:.2f} s",
            f"{self.watch.memory:.0f} MiB, {self.watch.postgres_memory:.0f} MiB",
            f"{self.watch.connections}",
            f"{self.watch.sessions / self.count:.1f}",
        ]


ROWS = (
    "all organisations",
    "for each",
    "a run, for each organisation in it: median, longest",
    "the same, of the first and of the last tenth of the runs",
    "CPU for each: the programs, PostgreSQL",
    "memory at its peak: the programs, PostgreSQL",
    "connections at once",
    "connections opened for each",
)


def table(nights: dict[str, Night]) -> list[str]:
    """Return the figures of nights beside each other."""
    columns = [night.column() for night in nights.values()]
    rows = zip(ROWS, *columns, strict=True)
    return [
        f"| | {' | '.join(nights)} |",
        f"|---{'|---:' * len(nights)}|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def loop(
    site: Site,
    load: Callable[[Sequence[str]], Run],
    loops: int = 1,
    at_once: int = 1,
) -> Night:
    """Load all organisations, so many in a run and so many runs at a time."""
    names = list(site.organisations)
    parts = [names[n : n + at_once] for n in range(0, len(names), at_once)]
    with Watch(site.server, site.apart) as watch, ThreadPoolExecutor(loops) as pool:
        started = time.monotonic()
        runs = list(pool.map(load, parts))
        seconds = time.monotonic() - started
    if loops == 1:  # and nothing between two runs
        seconds = sum(one.seconds for one in runs)
    return Night(runs, seconds, watch, len(names))
