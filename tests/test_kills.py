"""Stopped at random moments: nothing is lost, no line torn, the status as it should."""

from __future__ import annotations

import os
import random
import select
import signal
import socket
import subprocess
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from support.expected import FORTNIGHT, expected
from support.logs import kept
from support.runs import KEYS, STREAMS, YESTERDAY, Run, bookmarks, check_records
from support.tables import Table

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


STATUS = {signal.SIGKILL: -9, signal.SIGTERM: 143, signal.SIGINT: 130, None: 1}
DISTURBANCES = (
    None,
    None,
    faults.throttled("60"),
    faults.Hang(60),
    faults.SERVER_ERROR,
)


def has_begun(sandbox: Sandbox, process: Any) -> bool:
    """Tell whether a sync has made its first request, or is over."""
    return bool(sandbox.requests) or process.poll() is not None


def interrupted(
    process: Any,
    begun: Callable[[], bool] | None,
    pause: float,
    way: signal.Signals | None,
) -> bytes:
    """End a sync some seconds after it has begun; return what it has written.

    With no signal, its stdout is closed.
    """
    output = bytearray()
    enough = threading.Event()
    pipe = process.stdout.fileno()

    def read() -> None:
        while not (enough.is_set() and way is None):
            if select.select([pipe], [], [], 0.02)[0]:
                chunk = os.read(pipe, 4096)
                if not chunk:
                    return
                output.extend(chunk)

    reader = threading.Thread(target=read)
    reader.start()
    while begun is not None and not begun():
        time.sleep(0.005)
    time.sleep(pause)
    enough.set()
    ended = time.monotonic()
    if way is None:
        reader.join()
        process.stdout.close()
    else:
        process.send_signal(way)
    process.wait(timeout=5)
    assert time.monotonic() - ended < 2
    reader.join()
    process.stdout.close()
    check_records(bytes(output))
    return bytes(output)


def test_a_sync_ended_at_random_moments_loses_nothing(
    tap_command: TapCommand,
    run_tap: RunTap,
    sandbox: Sandbox,
    settings: dict[str, Any],
    seed: int,
) -> None:
    dice = random.Random(seed)  # noqa: S311  # repeatable on purpose
    table = Table()
    for _ in range(3):
        way = dice.choice(list(STATUS))
        day = dice.choice(list(FORTNIGHT)).isoformat()
        disturbance = dice.choice(DISTURBANCES)
        if disturbance is not None:
            plan = faults.Fail(faults.asks_for(day=day), [disturbance] * 99)
            sandbox.faults = plan
        # Mostly while it syncs: from its first request on, which takes a while to come.
        early, pause = dice.random() < 0.2, dice.uniform(0, 0.5)
        sandbox.requests.clear()
        process = started(tap_command(settings, state=table.state))

        begun = partial(has_begun, sandbox, process) if not early else None
        output = interrupted(process, begun, pause, way)
        log = kept(process.stderr.read())
        process.stderr.close()
        whole = not output or output.endswith(b"\n")
        assert whole or way in {signal.SIGKILL, None}, "a torn line"
        allowed = {STATUS[way]}
        if "Sync complete" in log:
            allowed |= {0}  # it was over by then
        if "| ERROR " in log:
            allowed |= {1}  # the disturbance was quicker
        if early and way is not None:
            allowed |= {-way, 1}  # Python itself had just begun
        assert process.returncode in allowed, log
        table.load(output)
        sandbox.faults = None
    last = run_tap(settings, state=table.state)
    assert last.status == 0
    table.load(last.output)
    truth = expected(sandbox.organisation, FORTNIGHT)
    for stream in STREAMS:
        rows = sorted(truth[stream], key=lambda row: [row[k] for k in KEYS[stream]])
        assert table.of(stream) == rows
    assert table.state is not None
    assert bookmarks(table.state)["users"] == YESTERDAY.isoformat()


@pytest.mark.parametrize(
    ("signum", "status"),
    [(signal.SIGTERM, 143), (signal.SIGINT, 130)],
)
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(None, id="while syncing"),
        pytest.param(faults.throttled("60"), id="in a pause the server asked for"),
        pytest.param(faults.Hang(60), id="while the server says nothing"),
    ],
)
def test_a_signal_ends_the_sync_within_two_seconds(
    tap_command: TapCommand,
    sandbox: Sandbox,
    settings: dict[str, Any],
    fault: faults.Fault | None,
    signum: signal.Signals,
    status: int,
) -> None:
    broken = list(FORTNIGHT)[9].isoformat()
    sandbox.latency = 0.2
    if fault is not None:
        sandbox.faults = faults.Fail(faults.asks_for(day=broken), [fault] * 99)
    process = started(tap_command(settings))
    while not any(r.query.get("day") == broken for r in sandbox.requests):
        time.sleep(0.01)
    time.sleep(0.1)
    process.send_signal(signum)
    signalled = time.monotonic()
    output, log = process.communicate(timeout=10)
    assert time.monotonic() - signalled < 2
    run = Run(process.returncode, output, kept(log))
    assert run.status == status
    assert "Traceback" not in run.log
    assert not run.errors
    assert bookmarks(run.states[-1])["daily"] >= list(FORTNIGHT)[4].isoformat()


def test_a_signal_while_the_target_does_not_read_ends_the_sync(
    tap_command: TapCommand,
    sandbox: Sandbox,
    settings: dict[str, Any],
) -> None:
    sandbox.latency = 0
    reading, writing = os.pipe()
    words, environment = tap_command({**settings, "start_date": "2025-01-01"})
    process = subprocess.Popen(
        words,
        env=environment,
        stdout=writing,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    time.sleep(2)  # by now the pipe is full
    assert process.poll() is None
    process.terminate()
    assert process.wait(timeout=2) == 143
    with os.fdopen(reading, "rb") as output:
        table = Table()
        table.load(output.read())
    assert table.rows


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
