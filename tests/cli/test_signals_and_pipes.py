"""Stopped from outside: by a signal, or by a target that does not take the output."""

from __future__ import annotations

import array
import fcntl
import os
import shlex
import signal
import socket
import subprocess
import sys
import termios
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.expected import FORTNIGHT, expected
from support.logs import kept
from support.runs import TODAY, YESTERDAY, Run, bookmarks, check_records

from tap_zencoder.days import Window
from tap_zencoder.sandbox import Sandbox, faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_zencoder.sandbox import Request

    StartProcess = Callable[..., Any]
    TapCommand = Callable[..., tuple[list[str], dict[str, str]]]


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


@pytest.mark.parametrize("signum", STATUS)
def test_a_signal_before_anything_has_begun_ends_it_quietly(
    signum: signal.Signals,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-X", "importtime", "-m", "tap_zencoder", "--discover"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        # The first import of the SDK: the tap has just begun.
        for line in process.stderr:
            if "singer_sdk" in line:
                break
        process.send_signal(signum)
        rest = process.stderr.read()
    assert process.returncode == STATUS[signum]
    assert "Traceback" not in rest


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
    start_process: StartProcess,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
    signum: signal.Signals,
    fault: faults.Fault | None,
) -> None:
    broken = list(FORTNIGHT)[9].isoformat()
    sandbox.latency = 0.2
    if fault is not None:
        sandbox.faults = faults.Fail(faults.asks_for(day=broken), [fault] * 99)
    process = start_process(fortnight)
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
    ("signum", "unbuffered"),
    [
        pytest.param(signal.SIGTERM, "", id="SIGTERM, buffered"),
        pytest.param(signal.SIGINT, "1", id="SIGINT, unbuffered"),
    ],
)
def test_a_signal_while_the_target_does_not_read_leaves_whole_lines(
    start_process: StartProcess,
    sandbox: Sandbox,
    signum: signal.Signals,
    unbuffered: str,
) -> None:
    reading, writing = os.pipe()
    year = {**sandbox.settings(), "start_date": "2025-01-01"}
    with start_process(year, writing, PYTHONUNBUFFERED=unbuffered) as process:
        os.close(writing)
        wait_until_full(reading)
        assert process.poll() is None
        process.send_signal(signum)
        assert process.wait(timeout=2) == STATUS[signum]
    with os.fdopen(reading, "rb") as output:
        lines = output.read()
    assert lines.endswith(b"\n")
    check_records(lines)


def test_a_signal_within_a_large_day_leaves_whole_lines_alone(
    start_process: StartProcess, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    def enlarge(envelope: dict[str, Any], _: Request) -> dict[str, Any]:
        users = envelope["data"]["users"]
        envelope["data"]["users"] = [
            {**user, "email": f"{n}-{user['email']}"}
            for n in range(2000)
            for user in users
        ]
        return envelope

    sandbox.answers = enlarge
    with start_process(fortnight) as process:
        head = process.stdout.read(300_000)
        process.send_signal(signal.SIGTERM)
        signalled = time.monotonic()
        output = head + process.stdout.read()
        log = kept(process.stderr.read())
    assert process.returncode == 143
    assert time.monotonic() - signalled < 2
    run = Run(143, output, log)
    assert len(run.messages) > 1000
    assert "stopped by SIGTERM" in log
    assert TODAY.isoformat() not in bookmarks(run.states[-1]).get("users", "")


def test_a_pause_of_the_tap_while_the_target_does_not_read_loses_nothing(
    start_process: StartProcess, sandbox: Sandbox
) -> None:
    """A stopped process that goes on finds its write cut short."""
    window = Window(date(2025, 1, 1), YESTERDAY)
    year = {**sandbox.settings(), "start_date": window.first.isoformat()}
    process = start_process(year, PYTHONUNBUFFERED="1")
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


def test_ctrl_c_on_a_pipeline_is_not_reported_as_a_failure(
    start_process: StartProcess, sandbox: Sandbox
) -> None:
    """The target, which has had the signal as well, may be gone before the tap."""
    sandbox.latency = 0.1
    year = {**sandbox.settings(), "start_date": "2025-01-01"}
    for _ in range(2):  # which of the two is quicker is a matter of chance
        with start_process(year) as process:
            process.stdout.readline()
            process.stdout.close()
            process.send_signal(signal.SIGINT)
            log = kept(process.stderr.read())
        assert process.returncode == 130
        assert "| ERROR " not in log


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(None, id="while syncing"),
        pytest.param(faults.throttled("60"), id="in a pause the server asked for"),
    ],
)
def test_a_target_that_goes_away_ends_the_sync_quietly(
    start_process: StartProcess,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
    fault: faults.Fault | None,
) -> None:
    sandbox.latency = 0.02
    if fault is not None:
        sandbox.faults = faults.Fail(faults.is_usage, [fault] * 99)
    process = start_process(fortnight)
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
    start_process: StartProcess, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    """As Node makes the stdout of the programs that it runs."""
    sandbox.faults = faults.Fail(faults.is_usage, [faults.throttled("60")] * 99)
    ours, theirs = socket.socketpair()
    with start_process(fortnight, theirs.fileno()) as process:
        theirs.close()
        while not any(faults.is_usage(request) for request in sandbox.requests):
            time.sleep(0.01)
        ours.close()
        assert process.wait(timeout=2) == 1
        assert "| ERROR " not in kept(process.stderr.read())


@pytest.mark.parametrize(
    "options",
    [pytest.param([], id="a sync"), pytest.param(["--discover"], id="--discover")],
)
def test_an_output_that_cannot_be_written_is_one_sentence(
    tap_command: TapCommand,
    sandbox: Sandbox,
    options: list[str],
) -> None:
    words, environment = tap_command(sandbox.settings())
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*words, *options],
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    error = Run(done.returncode, b"", kept(done.stderr)).error
    assert "stdout" in error
    assert "No space left on device" in error


def test_an_output_that_is_closed_from_the_start_ends_the_tap_quietly(
    tap_command: TapCommand,
    sandbox: Sandbox,
) -> None:
    words, environment = tap_command(sandbox.settings())
    command = f"exec {shlex.join(words)} >&-"
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        env=environment,
        stderr=subprocess.PIPE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")
