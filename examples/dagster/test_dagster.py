"""Organisations times months, shared by workers: rows exact, whatever happens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cluster
import pytest
from cluster import DAGSTER, EXAMPLE, LOADER, SCHEMA, Cluster, wait_until
from support.expected import expected
from support.runs import DAY_STREAMS, KEYS
from warehouses.stores import Postgres

from tap_zencoder.days import Window
from tap_zencoder.sandbox import Organisation, Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.postgres_server import PostgresServer


def months(count: int) -> list[Window]:
    """Return the last months that are over, oldest first."""
    found: list[Window] = []
    last = datetime.now(UTC).date().replace(day=1) - timedelta(days=1)
    while len(found) < count:
        found.insert(0, Window(last.replace(day=1), last))
        last = last.replace(day=1) - timedelta(days=1)
    return found


QUARTER = months(3)
ORGANISATIONS = {
    name: Organisation(users=50, seed=seed)
    for seed, name in enumerate(("north", "east", "south", "west"), 1)
}


@pytest.fixture(autouse=True)
def installed() -> None:
    if not (DAGSTER / "dagster").exists():
        log = DAGSTER.parent.with_suffix(".log")
        pytest.skip(log.read_text() if log.exists() else "run `make test-dagster`")


@contextmanager
def running(
    folder: Path,
    server: PostgresServer,
    names: list[str],
    latency: float,
    **environment: str,
) -> Iterator[tuple[Cluster, dict[str, Sandbox]]]:
    with ExitStack() as stack:
        sandboxes = {
            name: stack.enter_context(Sandbox(ORGANISATIONS[name], latency=latency))
            for name in names
        }
        first = {"ZENCODER_FIRST_DAY": str(QUARTER[0].first)}
        settings = {name: sandbox.settings() for name, sandbox in sandboxes.items()}
        started = cluster.running(folder, server, settings, **{**first, **environment})
        yield stack.enter_context(started), sandboxes


def partitions(names: list[str], windows: list[Window]) -> list[str]:
    return [f"{window.first}|{name}" for window in windows for name in names]


NIGHT = """
import json, sys
from datetime import datetime
import dagster
import definitions
from dagster import AssetMaterialization, DagsterEvent, EventLogEntry
from dagster._core.events import StepMaterializationData

tick, loaded = sys.argv[1], json.loads(sys.argv[2])
instance = dagster.DagsterInstance.local_temp()
for partition, moment in loaded.items():
    event = AssetMaterialization("usage", partition=partition)
    instance.event_log_storage.store_event(EventLogEntry(
        None, "info", "", "", datetime.fromisoformat(moment).timestamp(),
        dagster_event=DagsterEvent(
            "ASSET_MATERIALIZATION", "",
            event_specific_data=StepMaterializationData(event),
        ),
    ))
context = dagster.build_schedule_context(
    instance_ref=instance.get_ref(),
    scheduled_execution_time=datetime.fromisoformat(tick),
    repository_def=definitions.defs.get_repository_def(),
)
for request in definitions.nightly.evaluate_tick(context).run_requests:
    print(request.partition_key)
"""
UNSEEN = """
import json
import definitions
print(json.dumps(definitions.credentials("north")))
definitions.load("south", {"start_date": "2026-01-01", "end_date": "2026-01-01"})
"""


def check_rows(server: PostgresServer, folder: Path, loaded: dict[str, Any]) -> None:
    """Hold the tables against what the organisations know of these months."""
    store = Postgres(server, SCHEMA, folder)
    for stream in DAY_STREAMS:
        key = ("organization", *KEYS[stream])
        truth = [
            {**store.stored(row), "organization": name}
            for name, windows in loaded.items()
            for window in windows
            for row in expected(ORGANISATIONS[name], window)[stream]
        ]
        assert in_order(key, store.rows(stream)) == in_order(key, truth)


def in_order(key: tuple[str, ...], rows: list[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: [row[name] for name in key])


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_workers_share_the_partitions_and_every_row_arrives(
    tmp_path: Path,
    server: PostgresServer,
    tell: Callable[[str], None],
    workers: int,
) -> None:
    names = list(ORGANISATIONS)
    with running(tmp_path, server, names, latency=0.1) as (dagster, _):
        for _ in range(workers):
            dagster.start_worker()
        todo = partitions(names, QUARTER)
        dagster.backfill(todo)
        assert dagster.runs() == {partition: ["SUCCESS"] for partition in todo}
        seconds, memory = dagster.seconds(), dagster.memory()
        logs = [tmp_path / f"worker-{n}.log" for n in range(workers)]
        assert all("RUN_SUCCESS" in log.read_text() for log in logs), "one was idle"
    check_rows(server, tmp_path, dict.fromkeys(names, QUARTER))
    tell(f"{workers} workers: {seconds:.0f} s, {memory:.0f} MiB")


def test_a_partition_that_is_run_again_replaces_its_rows(
    tmp_path: Path,
    server: PostgresServer,
) -> None:
    month = QUARTER[-1:]
    with running(tmp_path, server, ["north"], latency=0) as (dagster, sandboxes):
        dagster.start_worker()
        [partition] = partitions(["north"], month)

        def too_many(envelope: dict[str, Any], _: object) -> dict[str, Any]:
            for user in envelope["data"]["users"]:
                user["messages"] += 1000
            return envelope

        sandboxes["north"].answers = too_many
        dagster.backfill([partition])
        sandboxes["north"].answers = None
        dagster.backfill([partition])
        assert dagster.runs() == {partition: ["SUCCESS", "SUCCESS"]}
    check_rows(server, tmp_path, {"north": month})


def test_the_span_of_a_worker_that_was_killed_is_run_again(
    tmp_path: Path,
    server: PostgresServer,
) -> None:
    names = ["north", "east"]
    patience = {"ZENCODER_LONGEST_RUN": "30"}
    with running(tmp_path, server, names, 0.5, **patience) as (dagster, sandboxes):
        for _ in range(2):
            dagster.start_worker()

        def kill_in_the_middle() -> None:
            asked = [len(sandbox.requests) for sandbox in sandboxes.values()]
            wait_until(
                lambda: all(
                    len(sandbox.requests) > before + 8
                    for sandbox, before in zip(sandboxes.values(), asked, strict=True)
                )
            )
            dagster.kill_worker(0)

        killer = threading.Thread(target=kill_in_the_middle)
        killer.start()
        todo = partitions(names, QUARTER[-2:])
        dagster.backfill(todo)
        killer.join()
        runs = dagster.runs()
        assert sorted(runs.values(), key=len) == [
            *[["SUCCESS"]] * 3,
            ["FAILURE", "SUCCESS"],
        ]
    check_rows(server, tmp_path, dict.fromkeys(names, QUARTER[-2:]))


def test_wrong_credentials_of_one_organisation_are_its_own_trouble(
    tmp_path: Path,
    server: PostgresServer,
) -> None:
    names = list(ORGANISATIONS)
    wrong = {"ZENCODER_EAST_CLIENT_SECRET": "another-secret"}
    with running(tmp_path, server, names, 0, **wrong) as (dagster, _):
        dagster.start_worker()
        month = QUARTER[-1:]
        todo = partitions(names, month)
        dagster.backfill(todo)
        assert dagster.runs() == {
            name: ["FAILURE" if name.endswith("|east") else "SUCCESS"] for name in todo
        }
        [[told]] = dagster.ask(
            "SELECT event FROM event_logs WHERE dagster_event_type = 'STEP_FAILURE'"
        )
        assert "tap-zencoder: The token endpoint refused client_id and" in told
        everything = str(dagster.ask("SELECT event FROM event_logs"))
        assert "another-secret" not in everything
    others = [name for name in names if name != "east"]
    check_rows(server, tmp_path, dict.fromkeys(others, month))


SEPTEMBER, OCTOBER, NOVEMBER = "2026-09-01", "2026-10-01", "2026-11-01"


@pytest.mark.parametrize(
    ("day", "loaded", "due"),
    [
        ("2026-11-01", {SEPTEMBER: "2026-10-04T06:01"}, [OCTOBER]),
        ("2026-11-02", {}, [OCTOBER, NOVEMBER]),
        # All went well: October was loaded when it had settled, on the 4th.
        ("2026-11-03", {OCTOBER: "2026-11-02T06:01"}, [OCTOBER, NOVEMBER]),
        ("2026-11-04", {OCTOBER: "2026-11-03T06:01"}, [OCTOBER, NOVEMBER]),
        ("2026-11-05", {OCTOBER: "2026-11-04T06:01"}, [NOVEMBER]),
        # The nights of the month's end were missed, or failed.
        ("2026-11-05", {OCTOBER: "2026-10-28T06:01"}, [OCTOBER, NOVEMBER]),
        ("2026-11-30", {OCTOBER: "2026-10-28T06:01"}, [OCTOBER, NOVEMBER]),
        ("2026-11-30", {OCTOBER: "2026-11-29T06:01"}, [NOVEMBER]),
    ],
)
def test_a_night_loads_the_months_whose_days_may_have_changed(
    day: str, loaded: dict[str, str], due: list[str]
) -> None:
    """The months before are loaded for one organisation, and never for the other."""
    moments = {f"{month}|north": f"{moment}+00:00" for month, moment in loaded.items()}
    asked = night(day, moments)
    assert [key for key in asked if "north" in key] == [f"{m}|north" for m in due]
    both = [SEPTEMBER, OCTOBER] if day == "2026-11-01" else [OCTOBER, NOVEMBER]
    assert [key for key in asked if "east" in key] == [f"{m}|east" for m in both]


def test_the_first_night_asks_for_no_month_before_the_first() -> None:
    assert night("2026-01-03", {}) == ["2026-01-01|north", "2026-01-01|east"]


def night(day: str, loaded: dict[str, str]) -> list[str]:
    """Return what a night asks for, given when partitions were loaded last."""
    names = {"ZENCODER_ORGANISATIONS": "north east", "ZENCODER_FIRST_DAY": "2026-01-01"}
    done = in_dagster(NIGHT, f"{day}T06:00:00+00:00", json.dumps(loaded), **names)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_an_organisation_gets_no_credentials_but_its_own() -> None:
    check_credentials_of_the_north_and_the_south()


def test_no_organisation_gets_credentials_from_a_dotenv_file() -> None:
    """The SDK would look for one in each folder above its own."""
    file = Path(sys.prefix, ".env")
    file.write_text("TAP_ZENCODER_API_KEY=of-whoever-installed-it\n")
    try:
        check_credentials_of_the_north_and_the_south()
    finally:
        file.unlink()


def check_credentials_of_the_north_and_the_south() -> None:
    """Hold that the north gets its own, and the south, which has none, gets none."""
    target = ("HOST", "USER", "PASSWORD", "DATABASE")
    done = in_dagster(
        UNSEEN,
        ZENCODER_ORGANISATIONS="north north_east south",
        ZENCODER_FIRST_DAY="2026-01-01",
        ZENCODER_NORTH_API_KEY="of-the-north",
        ZENCODER_NORTH_EAST_API_KEY="of-the-north-east",
        TAP_ZENCODER_API_KEY="of-whoever-started-it",
        PATH=os.pathsep.join([os.environ["PATH"], str(LOADER)]),
        **{f"TARGET_POSTGRES_{n}": "any" for n in target},
    )
    assert json.loads(done.stdout) == {"TAP_ZENCODER_API_KEY": "of-the-north"}
    assert "no credentials: set client_id and client_secret" in done.stderr


def in_dagster(
    code: str, *words: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DAGSTER / "python", "-c", code, *words],
        cwd=EXAMPLE,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
