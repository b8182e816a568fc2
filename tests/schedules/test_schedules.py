"""State survives on machines that keep nothing, and a failed run fails the job."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from pipelines import ROOT, GitHub, GitLab
from support.expected import expected
from support.plugins import PLUGINS
from support.runs import DAY_STREAMS
from warehouses.stores import Postgres, sorted_by_key

from tap_zencoder.days import Window
from tap_zencoder.sandbox import Organisation, Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines import Machine, Schedule
    from support.postgres_server import PostgresServer

SYSTEMS: dict[str, type[Schedule]] = {"github": GitHub, "gitlab": GitLab}
EXAMPLES = [
    f"{system}/{name}"
    for system in SYSTEMS
    for name in (
        "meltano-s3.yml",
        "meltano-postgres.yml",
        "meltano-report.yml",
        "singer.yml",
    )
]
SCHEMA = "tap_zencoder"
BUCKET = "states"

# The tap has its own clock here: the first night ends some days ago.
TODAY = datetime.now(UTC).date()
FIRST_NIGHT = Window(TODAY - timedelta(days=20), TODAY - timedelta(days=5))
SECOND_NIGHT = Window(FIRST_NIGHT.last - timedelta(days=3), TODAY - timedelta(days=3))


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a local S3 with a bucket."""
    program = PLUGINS / "environments" / "emulators" / "bin" / "moto_server"
    if not program.exists():
        log = program.parents[1].with_suffix(".log")
        pytest.skip(log.read_text() if log.exists() else "run `make test-schedules`")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("s3") / "log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [program, "--host", "127.0.0.1", "--port", str(port)],
            stdout=output,
            stderr=output,
        ) as process,
    ):
        url = f"http://127.0.0.1:{port}"
        bucket = urllib.request.Request(f"{url}/{BUCKET}", method="PUT")  # noqa: S310  # of loopback
        while True:
            assert process.poll() is None, log.read_text()
            with contextlib.suppress(OSError):
                urllib.request.urlopen(bucket)  # noqa: S310  # as above
                break
            time.sleep(0.1)
        yield url
        process.terminate()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Organisation(users=12, seed=7)) as sandbox:
        yield sandbox


@pytest.fixture
def secrets(sandbox: Sandbox, server: PostgresServer) -> dict[str, str]:
    """Give the secrets that the examples name, all but those about the sandbox."""
    login = f"{server.user}:{server.password}@{server.host}:{server.port}"
    with server.connect() as connection:
        for statement in (
            f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE",
            "DROP SCHEMA IF EXISTS zencoder_models CASCADE",
            "DROP DATABASE IF EXISTS meltano WITH (FORCE)",
            "CREATE DATABASE meltano",
        ):
            connection.execute(statement.encode())
    bucket = f"s3://{BUCKET}/{sandbox.api_url.rpartition(':')[2]}"
    own = sandbox.settings()
    return {
        "TAP_ZENCODER_CLIENT_ID": own["client_id"],
        "TAP_ZENCODER_CLIENT_SECRET": own["client_secret"],
        "TARGET_POSTGRES_HOST": server.host,
        "TARGET_POSTGRES_USER": server.user,
        "TARGET_POSTGRES_PASSWORD": server.password,
        "TARGET_POSTGRES_DATABASE": server.database,
        "MELTANO_DATABASE_URI": f"postgresql+psycopg://{login}/meltano",
        "STATE_URI": bucket,
        "AWS_ACCESS_KEY_ID": "an-access-key",
        "AWS_SECRET_ACCESS_KEY": "a-secret-access-key",
    }


@pytest.fixture
def variables(sandbox: Sandbox, server: PostgresServer, s3: str) -> dict[str, str]:
    """Give what is different about this place, and nothing that examples set."""
    return {
        "TAP_ZENCODER_API_URL": sandbox.api_url,
        "TAP_ZENCODER_AUTH_URL": sandbox.auth_url,
        "TAP_ZENCODER_START_DATE": str(FIRST_NIGHT.first),
        "TARGET_POSTGRES_PORT": str(server.port),
        "MELTANO_STATE_BACKEND_S3_ENDPOINT_URL": s3,
    }


def schedule(example: str, folder: Path) -> Schedule:
    keeping = folder / "kept"
    keeping.mkdir()
    return SYSTEMS[example.partition("/")[0]](ROOT / "examples" / example, keeping)


def needed(example: str, secrets: dict[str, str]) -> dict[str, str]:
    """Return the secrets as GitLab wants them: named as the variables, and no more."""
    names = {
        "STATE_URI": "MELTANO_STATE_BACKEND_URI",
        "AWS_ACCESS_KEY_ID": "MELTANO_STATE_BACKEND_S3_AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY": "MELTANO_STATE_BACKEND_S3_AWS_SECRET_ACCESS_KEY",
    }
    if example.startswith("github/"):
        return secrets
    text = (ROOT / "examples" / example).read_text()
    renamed = {names.get(name, name): value for name, value in secrets.items()}
    return {name: value for name, value in renamed.items() if name in text}


def check_rows(server: PostgresServer, sandbox: Sandbox, days: Window) -> None:
    store = Postgres(server, SCHEMA, ROOT)
    truth = expected(sandbox.organisation, days)
    for stream in DAY_STREAMS:
        rows = [store.stored(row) for row in truth[stream]]
        assert store.by_key(stream) == sorted_by_key(stream, rows)


def check_artifacts(example: str, machine: Machine) -> None:
    if not example.endswith("report.yml"):
        assert machine.artifacts == []
        return
    [page] = machine.artifacts
    content = page.read_text()
    assert "People over time" in content
    assert "<svg" in content
    assert "@example.com" not in content


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_second_night_asks_only_for_the_lookback_and_the_new_days(
    tmp_path: Path,
    sandbox: Sandbox,
    server: PostgresServer,
    secrets: dict[str, str],
    variables: dict[str, str],
    example: str,
) -> None:
    nightly = schedule(example, tmp_path)
    for number, asked in enumerate((FIRST_NIGHT, SECOND_NIGHT)):
        sandbox.requests.clear()
        until = {"TAP_ZENCODER_END_DATE": str(asked.last)}
        machine = nightly.run(
            tmp_path / f"machine-{number}",
            needed(example, secrets),
            **variables,
            **until,
        )
        assert not machine.failed, machine.log
        assert "Connection OK: " in machine.log
        days = [r.query["day"] for r in sandbox.requests if "day" in r.query]
        assert sorted(days) == [day.isoformat() for day in asked]
        check_rows(server, sandbox, Window(FIRST_NIGHT.first, asked.last))
        check_artifacts(example, machine)


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_failed_night_fails_the_job_and_the_next_goes_on_from_there(
    tmp_path: Path,
    sandbox: Sandbox,
    server: PostgresServer,
    secrets: dict[str, str],
    variables: dict[str, str],
    example: str,
) -> None:
    nightly = schedule(example, tmp_path)
    variables["TAP_ZENCODER_END_DATE"] = str(FIRST_NIGHT.last)
    broken = FIRST_NIGHT.first + timedelta(days=12)

    def break_one_day(
        envelope: dict[str, object], request: object
    ) -> dict[str, object]:
        asked = getattr(request, "query", {})
        is_broken = asked.get("day") == broken.isoformat()
        return {**envelope, "status": "unknown"} if is_broken else envelope

    sandbox.answers = break_one_day
    night = nightly.run(tmp_path / "bad", needed(example, secrets), **variables)
    assert night.failed
    assert f"day {broken} breaks" in night.log
    sandbox.answers = None
    night = nightly.run(tmp_path / "good", needed(example, secrets), **variables)
    assert not night.failed, night.log
    reached = broken - timedelta(days=1)
    again = Window(reached - timedelta(days=3), FIRST_NIGHT.last)
    assert f"Syncing {again}: daily, " in night.log
    assert f"; bookmark: {reached}" in night.log
    check_rows(server, sandbox, FIRST_NIGHT)


@pytest.mark.parametrize("example", ["github/meltano-s3.yml", "gitlab/singer.yml"])
def test_wrong_credentials_end_the_job_at_its_check(
    tmp_path: Path,
    sandbox: Sandbox,
    secrets: dict[str, str],
    variables: dict[str, str],
    example: str,
) -> None:
    secrets["TAP_ZENCODER_CLIENT_SECRET"] = "wrong-secret"
    nightly = schedule(example, tmp_path)
    night = nightly.run(tmp_path / "machine", needed(example, secrets), **variables)
    assert night.failed
    assert "refused client_id and client_secret" in night.log
    assert not any("day" in request.query for request in sandbox.requests)
