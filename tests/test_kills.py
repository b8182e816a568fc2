"""Stopped at random moments: nothing is lost, no line torn, the status as it should."""

from __future__ import annotations

import array
import fcntl
import os
import signal
import socket
import subprocess
import termios
import time
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from support.expected import FORTNIGHT, expected
from support.logs import kept
from support.runs import YESTERDAY, Run, bookmarks, check_records
from support.tables import Table

from tap_zencoder.days import Window
from tap_zencoder.sandbox import faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_zencoder.sandbox import Sandbox

    RunTap = Callable[..., Run]
    TapCommand = Callable[..., tuple[list[str], dict[str, str]]]


def started(command: tuple[list[str], dict[str, str]], **options: Any) -> Any:
    words, environment = command
    return subprocess.Popen(
        words,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


@pytest.fixture
def settings(sandbox: Sandbox) -> dict[str, Any]:
    sandbox.latency = 0.02
    start = FORTNIGHT.first.isoformat()
    return {**sandbox.settings(), "start_date": start, "lookback_days": 0}


STATUS = {signal.SIGTERM: 143, signal.SIGINT: 130}


def wait_until_full(pipe: int) -> None:
    """Wait until a pipe that nobody reads takes no more."""
    waiting = -1
    while waiting != (waiting := bytes_waiting(pipe)) or not waiting:
        time.sleep(0.2)


def bytes_waiting(pipe: int) -> int:
    number = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, number)
    return number[0]


@pytest.mark.parametrize(
    ("signum", "fault"),
    [
        pytest.param(signal.SIGTERM, None, id="while syncing"),
        pytest.param(signal.SIGINT, None, id="while syncing, by Ctrl-C"),
        pytest.param(
            signal.SIGTERM, faults.throttled("60"), id="in a pause the server asked for"
        ),
        pytest.param(
            signal.SIGINT, faults.Hang(60), id="while the server says nothing"
        ),
    ],
)
def test_a_signal_ends_the_sync_within_two_seconds(
    tap_command: TapCommand,
    sandbox: Sandbox,
    settings: dict[str, Any],
    signum: signal.Signals,
    fault: faults.Fault | None,
) -> None:
    broken = list(FORTNIGHT)[9].isoformat()
    sandbox.latency = 0.2
    if fault is not None:
        sandbox.faults = faults.Fail(faults.asks_for(day=broken), [fault] * 99)
    process = started(tap_command(settings))
    while not any(r.query.get("day") == broken for r in sandbox.requests):
        time.sleep(0.01)
    time.sleep(0.1 if fault is None else 0.5)  # until the days before are written
    process.send_signal(signum)
    signalled = time.monotonic()
    output, log = process.communicate(timeout=10)
    assert time.monotonic() - signalled < 2
    run = Run(process.returncode, output, kept(log))
    assert run.status == STATUS[signum]
    assert "Traceback" not in run.log
    assert not run.errors
    assert bookmarks(run.states[-1])["daily"] >= list(FORTNIGHT)[4].isoformat()


@pytest.mark.parametrize(
    ("signum", "unbuffered"), [(signal.SIGTERM, ""), (signal.SIGINT, "1")]
)
def test_a_signal_while_the_target_does_not_read_leaves_whole_lines(
    tap_command: TapCommand,
    sandbox: Sandbox,
    settings: dict[str, Any],
    signum: signal.Signals,
    unbuffered: str,
) -> None:
    sandbox.latency = 0
    reading, writing = os.pipe()
    year = {**settings, "start_date": "2025-01-01"}
    words, environment = tap_command(year, PYTHONUNBUFFERED=unbuffered)
    with subprocess.Popen(
        words, env=environment, stdout=writing, stderr=subprocess.DEVNULL
    ) as process:
        os.close(writing)
        wait_until_full(reading)
        assert process.poll() is None
        process.send_signal(signum)
        assert process.wait(timeout=2) == STATUS[signum]
    with os.fdopen(reading, "rb") as output:
        lines = output.read()
    assert lines.endswith(b"\n")
    check_records(lines)


def test_a_pause_of_the_tap_while_the_target_does_not_read_loses_nothing(
    tap_command: TapCommand,
    sandbox: Sandbox,
    settings: dict[str, Any],
) -> None:
    """A stopped process that goes on finds its write cut short."""
    sandbox.latency = 0
    window = Window(date(2025, 1, 1), YESTERDAY)
    year = {**settings, "start_date": window.first.isoformat()}
    process = started(tap_command(year, PYTHONUNBUFFERED="1"))
    for _ in range(3):
        wait_until_full(process.stdout.fileno())
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.05)
        process.send_signal(signal.SIGCONT)
        time.sleep(0.05)
    output, log = process.communicate(timeout=30)
    run = Run(process.returncode, output, kept(log))
    assert run.status == 0
    assert run.records("users") == expected(sandbox.organisation, window)["users"]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(None, id="while syncing"),
        pytest.param(faults.throttled("60"), id="in a pause the server asked for"),
    ],
)
def test_a_target_that_goes_away_ends_the_sync_quietly(
    tap_command: TapCommand,
    sandbox: Sandbox,
    settings: dict[str, Any],
    fault: faults.Fault | None,
) -> None:
    if fault is not None:
        sandbox.faults = faults.Fail(faults.is_usage, [fault] * 99)
    process = started(tap_command(settings))
    while not any(faults.is_usage(request) for request in sandbox.requests):
        time.sleep(0.01)
    process.stdout.close()
    assert process.wait(timeout=2) == 1
    log = kept(process.stderr.read())
    process.stderr.close()
    assert "Traceback" not in log
    assert "BrokenPipe" not in log
    assert "| ERROR " not in log


def test_a_reader_that_leaves_a_socket_ends_the_sync(
    tap_command: TapCommand,
    sandbox: Sandbox,
    settings: dict[str, Any],
) -> None:
    """As Node makes the stdout of the programs that it runs."""
    sandbox.faults = faults.Fail(faults.is_usage, [faults.throttled("60")] * 99)
    words, environment = tap_command(settings)
    ours, theirs = socket.socketpair()
    with subprocess.Popen(
        words, env=environment, stdout=theirs.fileno(), stderr=subprocess.PIPE
    ) as process:
        theirs.close()
        while not any(faults.is_usage(request) for request in sandbox.requests):
            time.sleep(0.01)
        ours.close()
        assert process.wait(timeout=2) == 1
        assert process.stderr is not None
        assert "| ERROR " not in kept(process.stderr.read())


def test_a_state_never_says_more_than_the_records_before_it(
    run_tap: RunTap,
    sandbox: Sandbox,
    settings: dict[str, Any],
) -> None:
    due = expected(sandbox.organisation, FORTNIGHT)
    table = Table()
    for line in run_tap(settings).output.splitlines(keepends=True):
        table.load(line)
        for stream, reached in bookmarks(table.state or {"bookmarks": {}}).items():
            covered = [row for row in due[stream] if row["day"] <= reached]
            assert len(table.of(stream)) >= len(covered)
