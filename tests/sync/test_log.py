"""What a sync logs of itself while it runs and when it ends."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import struct
import subprocess
import sys
import termios
import time
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.expected import FORTNIGHT, expected
from support.logs import kept
from support.runs import STREAMS, Run

from tap_zencoder.days import Window
from tap_zencoder.sandbox import faults
from tap_zencoder.sync import log

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_zencoder.sandbox import Sandbox

    RunTap = Callable[..., Run]

MONITORING = Path(__file__).parents[2] / "docs" / "how-to" / "monitoring.md"
SUMMARY = re.compile(
    r"Sync ([\w ]+): (\d+ (?:of \d+ )?days); records: (.+); "
    r"(\d+) requests, (\d+) retries; [\d.]+ s\.",
)


def lines(run: Run) -> list[str]:
    return re.findall(r"tap-zencoder\.progress +\| (.*)", run.log)


def test_lines_come_more_often_than_the_readme_promises() -> None:
    assert log.EVERY < 10


def test_a_long_sync_logs_how_far_it_is(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
) -> None:
    sandbox.latency = 0.1
    run = run_tap({**fortnight, "concurrency": 1}, TEST_PROGRESS_EVERY="0.3")
    shape = re.compile(
        r"Reached (\S+), day (\d+) of 14; "
        r"[\d.]+ days a second, about 0:00:0\d left",
    )
    found = [match for line in lines(run) if (match := shape.fullmatch(line))]
    assert len(found) >= 3
    for day, number in (match.groups() for match in found):
        assert FORTNIGHT.position(date.fromisoformat(day)) == int(number)
    numbers = [int(match[2]) for match in found]
    assert numbers == sorted(numbers)
    assert numbers[0] < numbers[-1]


def test_a_sync_that_waits_logs_that_too(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
) -> None:
    sandbox.faults = faults.Fail(faults.asks_for(day="2026-02-24"), [faults.Delay(1)])
    run = run_tap(fortnight, TEST_PROGRESS_EVERY="0.2")
    assert lines(run)[0] == "None of 14 days yet after 0 s"
    assert len(lines(run)) >= 3


def test_a_short_sync_logs_nothing_on_the_way(
    run_tap: RunTap,
    fortnight: dict[str, Any],
) -> None:
    assert lines(run_tap(fortnight)) == []


def test_every_sync_ends_with_what_it_took(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
) -> None:
    sandbox.faults = faults.Fail(
        faults.is_usage,
        [faults.SERVER_ERROR, faults.NOT_JSON, faults.Reset()],
    )
    run = run_tap(fortnight)
    last = run.log.splitlines()[-1]
    summary = SUMMARY.search(last)
    assert summary, last
    outcome, days, records, requests, retries = summary.groups()
    assert (outcome, days, int(retries)) == ("complete", "14 days", 3)
    assert int(requests) == len(sandbox.requests) == 1 + 3 + 14 + 3
    truth = expected(sandbox.organisation, FORTNIGHT)
    assert records == ", ".join(f"{len(truth[name])} {name}" for name in STREAMS)


def test_mapped_records_are_counted_as_they_are_written(
    run_tap: RunTap,
    fortnight: dict[str, Any],
) -> None:
    maps = {"users": {"email": "md5(email)"}, "daily_ides": None}
    run = run_tap({**fortnight, "stream_maps": maps})
    assert f"{len(run.records('users'))} users;" in run.log
    assert "daily_ides" not in str(SUMMARY.search(run.log))


def test_a_sync_that_fails_logs_how_far_it_came(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
) -> None:
    fifth = FORTNIGHT.first + timedelta(days=4)
    lost = [faults.SERVER_ERROR] * 6
    sandbox.faults = faults.Fail(faults.asks_for(day=str(fifth)), lost)
    run = run_tap(fortnight)
    assert run.status == 1
    summary = SUMMARY.search(run.log)
    assert summary
    assert summary.groups()[:2] == ("stopped by the error below", "4 of 14 days")
    done = expected(sandbox.organisation, Window(FORTNIGHT.first, fifth))["daily"][:4]
    assert run.records("daily") == [r for r in done if r["day"] < str(fifth)]


def test_a_terminal_gets_a_bar_and_stdout_nothing_but_messages(
    tap_command: Callable[..., tuple[list[str], dict[str, str]]],
    sandbox: Sandbox,
    fortnight: dict[str, Any],
) -> None:
    sandbox.latency = 0.05
    words, environment = tap_command(
        {**fortnight, "concurrency": 1}, TEST_PROGRESS_EVERY="0.1"
    )
    shown, output = on_a_terminal(words, environment, columns=100)
    assert re.search(
        r"\rSyncing:  +\d+%\|.+\| \d+/14 \[.*day/s, 2026-0\d-\d\d\]", shown
    )
    assert "a second" not in shown, "lines as well as a bar"
    # Lines of the log stand for themselves: none has the rest of a bar in it.
    logged = [line for line in re.split(r"[\r\n]+", shown) if " | INFO " in line]
    assert len(logged) == 3
    assert all(re.match(r"(\x1b\[A|\s)*20\d\d-", line) for line in logged)
    assert all(json.loads(line)["type"] for line in output.splitlines())


def test_a_terminal_without_a_width_gets_lines(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(logging.getLogger("tap-zencoder"), "propagate", True)
    monkeypatch.setattr(log, "EVERY", 0.01)
    caplog.set_level(logging.INFO)
    mine, theirs = terminal(columns=0)
    with os.fdopen(mine, "rb"), os.fdopen(theirs, "w") as shown:
        monkeypatch.setattr(sys, "stderr", shown)
        with log.progress_reporting(FORTNIGHT) as report_progress:
            report_progress(FORTNIGHT.first)
            time.sleep(0.2)
        monkeypatch.undo()
    assert f"Reached {FORTNIGHT.first}, day 1 of 14; " in caplog.text


def terminal(columns: int) -> tuple[int, int]:
    """Return both ends of a terminal."""
    mine, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    return mine, theirs


def on_a_terminal(
    words: list[str],
    environment: dict[str, str],
    columns: int,
) -> tuple[str, bytes]:
    """Run a command with a terminal as stderr; return what that shows, and stdout."""
    mine, theirs = terminal(columns)
    with subprocess.Popen(
        words,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        shown = bytearray()
        try:
            while data := os.read(mine, 65536):
                shown += data
        except OSError:  # how a terminal says that nobody writes to it any more
            pass
        finally:
            os.close(mine)
        assert process.stdout is not None
        output = process.stdout.read()
    assert process.returncode == 0, shown.decode()
    return kept(bytes(shown)), output


def test_logs_are_json_where_the_sdk_is_set_up_so(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
    tmp_path: Path,
) -> None:
    file = tmp_path / "logging.yaml"
    section = MONITORING.read_text().split("## Logs as JSON")[1]
    file.write_text(section.split("```yaml\n")[1].split("```")[0])
    environment = {"SINGER_SDK_LOG_CONFIG": str(file), "TEST_PROGRESS_EVERY": "0.1"}
    sandbox.latency = 0.05
    run = run_tap({**fortnight, "concurrency": 1}, **environment)
    entries = [json.loads(line) for line in run.log.splitlines() if line[0] == "{"]
    messages = [entry["message"] for entry in entries]
    assert any(message.startswith("Reached ") for message in messages)
    assert SUMMARY.fullmatch(messages[-1])
    failed = run_tap({**fortnight, "client_secret": "wrong-secret"}, **environment)
    last = json.loads(failed.log.splitlines()[-1])
    assert last["level"] == "error"
    assert "refused client_id and client_secret" in last["message"]


def test_one_line_says_what_is_synced(
    run_tap: RunTap, fortnight: dict[str, Any]
) -> None:
    assert run_tap(fortnight).log.count("Syncing ") == 1
    state = run_tap(fortnight).states[-1]
    del state["bookmarks"]["users"]
    run = run_tap(fortnight, state=state)
    lines = [line for line in run.log.splitlines() if "Syncing " in line]
    assert ["users; bookmark: none yet" in line for line in lines].count(True) == 1
    assert len(lines) == 2


def test_a_dead_api_is_warned_about_once_for_each_attempt(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    sandbox.faults = faults.Fail(faults.is_usage, [faults.SERVER_ERROR] * 999)
    run = run_tap({**fortnight, "concurrency": 8}, TEST_FIRST_DELAY="0.1")
    assert run.status == 1
    assert "HTTP 500: Failed to fetch data" in run.errors[0]
    # Five for the periods, which stop alone, and five for the first day.
    assert 1 <= len(run.warnings) <= 2 * 5 + 1
    assert "Failed to fetch data" in run.warnings[0]
