"""What the tests share: the sandbox, and the tap, in this process or as its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from support import in_process, logs, postgres_server
from support.expected import FORTNIGHT
from support.postgres_server import PostgresServer
from support.runs import TODAY, Run, check_records

from tap_zencoder.sandbox import Organisation, Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# `make test-schedules`: each run installs everything anew.
collect_ignore = [] if os.environ.get("TEST_SCHEDULES") == "all" else ["schedules"]
_TAP = Path(__file__).parent / "support" / "tap_with_a_clock.py"
_LONGEST_ID = 80
_SECRETS = ("client_id", "client_secret", "api_key")

# How long an example takes says more about the machine than about the tap.
hypothesis.settings.register_profile("ours", deadline=None)
hypothesis.settings.load_profile("ours")


@pytest.fixture
def organisation() -> Organisation:
    return Organisation(users=12, seed=7)


@pytest.fixture
def sandbox(organisation: Organisation) -> Iterator[Sandbox]:
    with Sandbox(organisation, today=lambda: TODAY) as sandbox:
        yield sandbox


@pytest.fixture
def fortnight(sandbox: Sandbox) -> dict[str, Any]:
    """Give the settings for two weeks of the sandbox."""
    return {**sandbox.settings(), "start_date": FORTNIGHT.first.isoformat()}


@pytest.fixture(autouse=True)
def discretion() -> Iterator[None]:
    """Hold after each test that no program in it wrote a secret or an address."""
    yield
    assert logs.leaks() == []


@pytest.fixture
def tap_command(tmp_path: Path) -> Callable[..., tuple[list[str], dict[str, str]]]:
    """Give the command and the environment that run the tap with some settings."""

    def command(
        settings: dict[str, Any] | None,
        *arguments: str,
        state: dict[str, Any] | None = None,
        catalog: dict[str, Any] | None = None,
        today: date = TODAY,
        **environment: str,
    ) -> tuple[list[str], dict[str, str]]:
        words = [sys.executable, str(_TAP), *arguments]
        for name in _SECRETS:
            logs.add_secret((settings or {}).get(name))
        for option, content in [
            ("config", settings),
            ("state", state),
            ("catalog", catalog),
        ]:
            if content is not None:
                file = tmp_path / f"{option}.json"
                file.write_text(json.dumps(content))
                words += [f"--{option}", str(file)]
        plain = {k: v for k, v in os.environ.items() if "ZENCODER" not in k}
        clock = {"TEST_TODAY": today.isoformat(), "TEST_FIRST_DELAY": "0.01"}
        return words, {**plain, **clock, **environment}

    return command


@pytest.fixture
def run_tap(
    tap_command: Callable[..., tuple[list[str], dict[str, str]]],
) -> Callable[..., Run]:
    """Run the tap in this process; the arguments are those of `tap_command`."""

    def run(*arguments: Any, **options: Any) -> Run:
        [_, _, *words], environment = tap_command(*arguments, **options)
        done = in_process.run(words, environment)
        return checked(done.status, done.output, done.log)

    return run


@pytest.fixture
def run_process(
    tap_command: Callable[..., tuple[list[str], dict[str, str]]],
) -> Callable[..., Run]:
    """Run the tap as a process; the arguments are those of `tap_command`."""

    def run(*arguments: Any, **options: Any) -> Run:
        words, environment = tap_command(*arguments, **options)
        done = subprocess.run(
            words,
            env=environment,
            capture_output=True,
            timeout=120,
            check=False,
        )
        return checked(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def start_process(
    tap_command: Callable[..., tuple[list[str], dict[str, str]]],
) -> Callable[..., subprocess.Popen[bytes]]:
    """Start the tap as a process whose output and log are pipes, or as given."""

    def start(
        settings: dict[str, Any], stdout: int = subprocess.PIPE, **environment: str
    ) -> subprocess.Popen[bytes]:
        words, variables = tap_command(settings, **environment)
        return subprocess.Popen(
            words, env=variables, stdout=stdout, stderr=subprocess.PIPE
        )

    return start


def checked(status: int, output: bytes, log: bytes) -> Run:
    """Return a run whose records are as its schemas have them."""
    if output.startswith(b'{"type":"'):
        check_records(output)
    return Run(status, output, logs.kept(log))


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    """Give the PostgreSQL that ``POSTGRES_*`` names, or one of our own."""
    there = PostgresServer.from_environment()
    if there:
        yield there
    else:
        with postgres_server.running() as own:
            yield own


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--seeds",
        default="0-2",
        help="FIRST-LAST: the seeds of tests that leave something to chance",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test that takes a `seed` one run for each of ``--seeds``."""
    if "seed" in metafunc.fixturenames:
        first, last = metafunc.config.getoption("--seeds").split("-")
        seeds = range(int(first), int(last) + 1)
        marked = [
            pytest.param(n, marks=pytest.mark.seeded, id=f"seed {n}") for n in seeds
        ]
        metafunc.parametrize("seed", marked)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a case after its value, where pytest would number it."""
    if isinstance(val, Enum):
        return val.name
    if val is None or isinstance(val, bool | int | float):
        return None
    if isinstance(val, set):
        text = ", ".join(sorted(map(str, val)))  # in one order in each process
    else:
        text = val.decode("latin-1") if isinstance(val, bytes) else str(val)
    if isinstance(val, type) or " at 0x" in text:  # which pytest has a name for
        return None
    text = text.encode("unicode_escape").decode()
    if len(text) > _LONGEST_ID:
        text = f"{text[: _LONGEST_ID // 2]}...{text[-_LONGEST_ID // 2 :]}"
    return text or "nothing"


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Give a function that adds a line to what is shown at the end of the tests."""
    return lambda line: record_property("measured", line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what tests had to tell."""
    for report in terminalreporter.getreports("passed"):
        for name, line in report.user_properties:
            if name == "measured":
                terminalreporter.write_line(line)
