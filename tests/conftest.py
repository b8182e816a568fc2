"""What the tests share: the sandbox, and the tap as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import postgres_server
import pytest
import written
from jsonschema import Draft202012Validator, FormatChecker
from postgres_server import PostgresServer
from written import kept

from tap_zencoder.sandbox import Organisation, Sandbox
from tap_zencoder.sandbox.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TODAY = date(2026, 3, 10)
YESTERDAY = TODAY - timedelta(days=1)
KEYS = {
    "period_summaries": ("day", "period"),
    "daily": ("day",),
    "daily_ides": ("day", "ide_name"),
    "daily_languages": ("day", "language_name"),
    "users": ("day", "email"),
}
STREAMS = tuple(KEYS)
_TAP = str(Path(__file__).with_name("tap_with_a_clock.py"))


@dataclass(frozen=True)
class Run:
    """What a run of the tap left behind."""

    status: int
    output: bytes
    log: str

    @cached_property
    def messages(self) -> list[dict[str, Any]]:
        """Every message on stdout, in order; a torn line fails the test."""
        assert self.output == b"" or self.output.endswith(b"\n")
        return [json.loads(line) for line in self.output.splitlines()]

    def records(self, stream: str) -> list[dict[str, Any]]:
        """The records of a stream, in order."""
        return [
            message["record"]
            for message in self.messages
            if message["type"] == "RECORD" and message["stream"] == stream
        ]

    @property
    def states(self) -> list[dict[str, Any]]:
        """The values of all STATE messages, in order."""
        return [m["value"] for m in self.messages if m["type"] == "STATE"]

    @property
    def errors(self) -> list[str]:
        """The ERROR lines of the log."""
        return [line for line in self.log.splitlines() if "| ERROR " in line]


def check_honesty(run: Run, settings: dict[str, Any] | None) -> None:
    """Hold what every run promises: records as their schema says, and a clean log."""
    if run.output[:9] == b'{"type":"':
        check_records(run.output)
    for name in ("client_id", "client_secret", "api_key"):
        secret = str((settings or {}).get(name) or "")
        assert len(secret) < 8 or secret not in run.log, f"the {name} in the log"


def check_records(output: bytes) -> None:
    """Hold each record against the SCHEMA before it; a torn last line is no line."""
    validators: dict[str, Draft202012Validator] = {}
    for line in output.splitlines(keepends=True):
        if not line.endswith(b"\n"):
            break
        message = json.loads(line)
        if message["type"] == "SCHEMA":
            schema = message["schema"]
            validator = Draft202012Validator(schema, format_checker=FormatChecker())
            validators[message["stream"]] = validator
        elif message["type"] == "RECORD":
            validators[message["stream"]].validate(message["record"])


def bookmarks(state: dict[str, Any]) -> dict[str, str]:
    """Return the bookmark of each stream in a state."""
    return {
        name: entry["replication_key_value"]
        for name, entry in state["bookmarks"].items()
        if entry
    }


@pytest.fixture
def organisation() -> Organisation:
    return Organisation(users=12, seed=7)


@pytest.fixture
def sandbox(organisation: Organisation) -> Iterator[Sandbox]:
    with Sandbox(organisation, today=lambda: TODAY) as sandbox:
        yield sandbox


@pytest.fixture(scope="session", autouse=True)
def discretion() -> Iterator[None]:
    """Hold, after the last test, that no program wrote a secret or an address."""
    log_in = Service._log_in

    def log_in_and_note(*arguments: Any) -> tuple[int, bytes]:
        status, answer = log_in(*arguments)
        written.add_secrets(filter(None, [json.loads(answer).get("access_token")]))
        return status, answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Service, "_log_in", log_in_and_note)
        yield
    assert written.indiscreet() == []


@pytest.fixture
def tap_command(tmp_path: Path) -> Callable[..., tuple[list[str], dict[str, str]]]:
    """Give the command and the environment that run the tap with some settings."""

    def command(
        settings: dict[str, Any],
        *arguments: str,
        state: dict[str, Any] | None = None,
        catalog: dict[str, Any] | None = None,
        today: date = TODAY,
        **environment: str,
    ) -> tuple[list[str], dict[str, str]]:
        words = [sys.executable, _TAP, *arguments]
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
    """Run the tap to its end; the arguments are those of `tap_command`."""

    def run_to_the_end(*arguments: Any, **options: Any) -> Run:
        words, environment = tap_command(*arguments, **options)
        done = subprocess.run(
            words,
            env=environment,
            capture_output=True,
            timeout=120,
            check=False,
        )
        run = Run(done.returncode, done.stdout, kept(done.stderr))
        check_honesty(run, arguments[0])
        return run

    return run_to_the_end


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    """Give the PostgreSQL that ``POSTGRES_*`` tells of, or one of our own."""
    there = PostgresServer.from_environment()
    if there:
        yield there
    else:
        with postgres_server.running() as own:
            yield own


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--seeds",
        default="0-5",
        help="FIRST-LAST: the seeds of tests that leave something to chance",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test that takes a `seed` one run for each of ``--seeds``."""
    if "seed" in metafunc.fixturenames:
        first, last = metafunc.config.getoption("--seeds").split("-")
        seeds = range(int(first), int(last) + 1)
        marked = [pytest.param(n, marks=pytest.mark.seeded) for n in seeds]
        metafunc.parametrize("seed", marked)


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
