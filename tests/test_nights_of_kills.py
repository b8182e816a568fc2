"""Nights of syncs that are killed, disturbed and set otherwise, while the API's figures
change: nothing is lost, nothing invented, no line torn."""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
import threading
import time
from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from support.expected import rows_of_day
from support.logs import kept
from support.runs import (
    DAY_STREAMS,
    KEYS,
    TODAY,
    bookmarks,
    catalog_of,
    check_records,
)

from tap_zencoder.sandbox import Organisation, Sandbox, faults

if TYPE_CHECKING:
    from collections.abc import Callable

    TapCommand = Callable[..., tuple[list[str], dict[str, str]]]

NIGHTS = 3
FIRST = TODAY - timedelta(days=12)
STATUS = {signal.SIGKILL: -9, signal.SIGTERM: 143, signal.SIGINT: 130, None: 1}
SHORT_DISTURBANCES = (None, None, faults.SERVER_ERROR, faults.Truncate())
DISTURBANCES = (*SHORT_DISTURBANCES, faults.throttled("60"), faults.Hang(60))


class Changing:
    """An organisation whose figures are other ones each night.

    Users disappear from days and come back, and so do IDEs.
    """

    def __init__(self, seed: int) -> None:
        self.organisation = Organisation(users=12, seed=seed)
        self.night = 0
        self._seed = seed

    def day(self, day: date) -> dict[str, Any]:
        """Return what the API says of a day tonight."""
        return self(self.organisation.day(day), day)

    def __call__(self, data: dict[str, Any], day: date) -> dict[str, Any]:
        dice = random.Random(f"{self._seed} {self.night} {day}")  # noqa: S311
        users = [u for u in data["users"] if dice.random() < 0.8] or data["users"]
        totals = {
            "active_users": len(users),
            "messages": sum(user["messages"] for user in users),
        }
        daily = [{**entry, **totals} for entry in data["daily"]]
        for entry in daily:
            entry["ides"] = entry["ides"][dice.randrange(2) :] or entry["ides"]
        return {**data, "users": users, "daily": daily}


class Warehouse:
    """A target that keeps what a STATE message covers, and nothing else.

    Rows that are sent again replace what was there; none is ever deleted.
    """

    def __init__(self) -> None:
        self.state: dict[str, Any] | None = None
        self._rows: dict[tuple[str, ...], tuple[str, dict[str, Any]]] = {}

    def load(self, output: bytes) -> None:
        """Take in the messages of one sync; what is not whole is no message."""
        waiting: dict[tuple[str, ...], tuple[str, dict[str, Any]]] = {}
        for line in output.splitlines(keepends=True):
            if not line.endswith(b"\n"):
                break
            message = json.loads(line)
            if message["type"] == "RECORD":
                stream, record = message["stream"], message["record"]
                key = (stream, *(record[name] for name in KEYS[stream]))
                waiting[key] = (message["time_extracted"], record)
            elif message["type"] == "STATE":
                self.state = message["value"]
                self._rows |= waiting
                waiting.clear()

    def bookmark(self, stream: str) -> date | None:
        text = bookmarks(self.state or {"bookmarks": {}}).get(stream)
        return None if text is None else date.fromisoformat(text)

    def rows(self, stream: str, day: date) -> list[dict[str, Any]]:
        """Return the rows of a day that its last answer had."""
        found = [
            row
            for (name, *_), row in self._rows.items()
            if name == stream and row[1]["day"] == day.isoformat()
        ]
        newest = max((extracted for extracted, _ in found), default="")
        return sorted_rows(
            stream, [record for extracted, record in found if extracted == newest]
        )


def sorted_rows(stream: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: [row[name] for name in KEYS[stream]])


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


class Night:
    """One sync: the day it is, how it is set, and what happens to it."""

    def __init__(self, dice: random.Random, number: int, *, is_last: bool) -> None:
        self.today = TODAY + timedelta(days=number)
        self.include_today = dice.random() < 0.3
        self.lookback = dice.choice([0, 1, 3, 7])
        self.end = (
            None
            if is_last or dice.random() < 0.8
            else dice.choice(days(FIRST, self.today))
        )
        self.selected = (
            DAY_STREAMS
            if is_last or dice.random() < 0.7
            else tuple(dice.sample(DAY_STREAMS, 2))
        )
        self.concurrency = dice.choice([1, 4, 16])
        self.unbuffered = dice.choice(["", "1"])
        self.way = dice.choice([*STATUS])
        self.is_ended = not is_last and dice.random() < 0.8
        self.is_early, self.pause = dice.random() < 0.2, dice.uniform(0, 0.4)
        self.disturbance = dice.choice(DISTURBANCES)
        if not self.is_ended:  # nobody would wait for it
            self.disturbance = None if is_last else dice.choice(SHORT_DISTURBANCES)
        self.disturbed = dice.choice(days(FIRST, self.today)).isoformat()

    def window(self, bookmark: date | None) -> list[date]:
        """Return the days that are due, by the words of the documentation."""
        first = FIRST
        if bookmark is not None:
            first = max(first, bookmark - timedelta(days=self.lookback))
        last = self.today - timedelta(days=0 if self.include_today else 1)
        return days(first, last if self.end is None else min(last, self.end))

    def settings(self, sandbox: Sandbox) -> dict[str, Any]:
        settings = {
            **sandbox.settings(),
            "start_date": FIRST.isoformat(),
            "include_today": self.include_today,
            "lookback_days": self.lookback,
            "concurrency": self.concurrency,
        }
        if self.end is not None:
            settings["end_date"] = self.end.isoformat()
        return settings


def test_nights_of_kills_faults_and_changes_lose_and_invent_nothing(
    tap_command: TapCommand, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311  # repeatable on purpose
    api = Changing(seed)
    clock = [TODAY]
    warehouse = Warehouse()
    said: dict[tuple[str, date], list[Any]] = defaultdict(list)
    with Sandbox(api.organisation, today=lambda: clock[0], latency=0.02) as sandbox:
        sandbox.answers = lambda body, request: changed(body, request, api)
        for number in range(NIGHTS):
            night = Night(dice, number, is_last=number == NIGHTS - 1)
            api.night, clock[0] = number, night.today
            for day in days(FIRST, night.today):
                for stream, rows in rows_of_day(api.day(day), day).items():
                    said[stream, day].append(sorted_rows(stream, rows))
            before = {name: warehouse.bookmark(name) for name in DAY_STREAMS}
            command = tap_command(
                night.settings(sandbox),
                state=warehouse.state,
                catalog=catalog_of(*night.selected),
                today=night.today,
                PYTHONUNBUFFERED=night.unbuffered,
            )
            output, is_complete = synced(command, sandbox, night)
            warehouse.load(output)
            for name in night.selected if is_complete else ():
                for day in night.window(before[name]):
                    assert warehouse.rows(name, day) == said[name, day][-1], day
            check(warehouse, said, before)
    assert is_complete


def check(
    warehouse: Warehouse,
    said: dict[tuple[str, date], list[Any]],
    before: dict[str, date | None],
) -> None:
    """Hold every day up to the bookmarks against what the API said of it, ever."""
    for name, old in before.items():
        reached = warehouse.bookmark(name)
        assert old is None or (reached is not None and reached >= old)
        for day in days(FIRST, reached) if reached else ():
            assert warehouse.rows(name, day) in said[name, day]


def changed(body: dict[str, Any], request: Any, api: Changing) -> dict[str, Any]:
    if "day" not in request.query:
        return body
    day = date.fromisoformat(request.query["day"])
    return {**body, "data": api(body["data"], day)}


def synced(
    command: tuple[list[str], dict[str, str]], sandbox: Sandbox, night: Night
) -> tuple[bytes, bool]:
    """Run a night's sync; return what it has written, and whether it is complete."""
    sandbox.requests.clear()
    sandbox.faults = None
    if night.disturbance is not None:
        is_disturbed = faults.asks_for(day=night.disturbed)
        sandbox.faults = faults.Fail(is_disturbed, [night.disturbance] * 99)
    words, environment = command
    process: Any = subprocess.Popen(
        words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    if night.is_ended:
        output = interrupted(process, sandbox, night)
        log = process.stderr.read()
        process.stderr.close()
    else:
        output, log = process.communicate(timeout=30)
    check_status(process.returncode, kept(log), night)
    check_records(output)
    if not night.is_ended or night.way is not None:
        assert not output or output.endswith(b"\n"), "a torn line"
    return output, process.returncode == 0


def check_status(status: int, log: str, night: Night) -> None:
    is_complete, has_failed = "Sync complete" in log, "| ERROR " in log
    assert (status == 0) <= is_complete
    if not night.is_ended:
        assert status == (1 if has_failed else 0), log
        return
    allowed = {STATUS[night.way]}
    allowed |= {0} if is_complete else set()  # it was over by then
    allowed |= {1} if has_failed else set()  # the disturbance was quicker
    if night.is_early and night.way is not None:
        allowed |= {-night.way, 1}  # Python itself had just begun
    assert status in allowed, log


def interrupted(process: Any, sandbox: Sandbox, night: Night) -> bytes:
    """End a sync in the night's way; return what it has written."""
    output = bytearray()
    enough = threading.Event()
    pipe = process.stdout.fileno()

    def read() -> None:
        while not (enough.is_set() and night.way is None):
            if select.select([pipe], [], [], 0.02)[0]:
                chunk = os.read(pipe, 4096)
                if not chunk:
                    return
                output.extend(chunk)

    reader = threading.Thread(target=read)
    reader.start()
    # Mostly while it syncs: from its first request on, which takes a while to come.
    while not (night.is_early or sandbox.requests or process.poll() is not None):
        time.sleep(0.005)
    time.sleep(night.pause)
    enough.set()
    ended = time.monotonic()
    if night.way is None:
        reader.join()
        process.stdout.close()
    else:
        process.send_signal(night.way)
    process.wait(timeout=15)
    # A reader that leaves is noticed once the imports are done.
    if night.way is not None or not night.is_early:
        assert time.monotonic() - ended < 2
    reader.join()
    process.stdout.close()
    return bytes(output)
