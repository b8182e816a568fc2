"""Reports are fetched ahead, each once, and come in order."""

from __future__ import annotations

import threading
import time
import tracemalloc
from contextlib import contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.runs import TODAY

from tap_zencoder.api.reports import UsageQuery
from tap_zencoder.api.rows import user_rows
from tap_zencoder.days import Window
from tap_zencoder.errors import DayRefusedError, UnavailableError
from tap_zencoder.sandbox import faults
from tap_zencoder.sync import reports
from tap_zencoder.sync.reports import ReportsAhead, reports_of_days
from tap_zencoder.tap import TapZencoder
from tap_zencoder.transport import client
from tap_zencoder.transport.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_zencoder.sandbox import Request, Sandbox

WINDOW = Window(date(2026, 2, 1), date(2026, 2, 20))


@contextmanager
def ahead(
    sandbox: Sandbox, window: Window = WINDOW, concurrency: int = 4
) -> Iterator[tuple[Client, ReportsAhead]]:
    config = {**sandbox.settings(), "concurrency": concurrency}
    known = Client(TapZencoder(config=config).settings)
    try:
        with ReportsAhead(known, map(UsageQuery.on, window)) as fetched:
            yield known, fetched
    finally:
        known.close()


def read(sandbox: Sandbox, window: Window = WINDOW, **more: Any) -> list[Any]:
    """Return each day with the number of its users."""
    with ahead(sandbox, window, **more) as (_, fetched):
        return [
            (day, len(user_rows(report, day)))
            for day, report in reports_of_days(fetched.next, window, TODAY)
        ]


def days_asked_for(sandbox: Sandbox) -> list[str]:
    return sorted(r.query["day"] for r in sandbox.requests if "day" in r.query)


def test_days_come_in_order_with_their_own_report(sandbox: Sandbox) -> None:
    sandbox.faults = lambda request: faults.Delay(0.02 * (request.number % 3))
    users = [(day, len(sandbox.organisation.day(day)["users"])) for day in WINDOW]
    assert read(sandbox) == users
    assert days_asked_for(sandbox) == [day.isoformat() for day in WINDOW]


def test_the_answers_of_refused_days_are_not_kept(sandbox: Sandbox) -> None:
    body = b'{"message": "too old"}' + b" " * 200_000
    older = Window(WINDOW.first - timedelta(days=60), WINDOW.last)
    sandbox.faults = lambda request: (
        faults.Respond(400, body)
        if request.query.get("day", "") < WINDOW.first.isoformat() and request.query
        else None
    )
    with ahead(sandbox, older) as (_, fetched):
        days = reports_of_days(fetched.next, older, TODAY)
        tracemalloc.start()
        try:
            assert next(days)[0] == WINDOW.first
            kept, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert len(list(days)) == len(WINDOW) - 1
    assert kept < 4_000_000


@pytest.mark.parametrize("concurrency", [1, 3, 16])
def test_no_more_requests_are_under_way_than_allowed(
    sandbox: Sandbox,
    concurrency: int,
) -> None:
    under_way, most = 0, 0
    lock = threading.Lock()

    def count(envelope: dict[str, Any], _: object) -> dict[str, Any]:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.01 * concurrency)
        with lock:
            under_way -= 1
        return envelope

    sandbox.answers = count
    read(sandbox, concurrency=concurrency)
    assert most == concurrency


def test_a_slow_reader_is_not_run_away_from(sandbox: Sandbox) -> None:
    with ahead(sandbox) as (_, fetched):
        fetched.next()
        time.sleep(0.3)
        assert len(days_asked_for(sandbox)) == 1 + reports.AHEAD * 4


def test_a_failing_api_is_asked_less_at_once(
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "FIRST_DELAY", 0.01)
    allowed = []

    with ahead(sandbox, Window(TODAY, TODAY - timedelta(days=1))) as (known, _):

        def fail_twice(request: Request) -> faults.Fault | None:
            if faults.is_login(request):
                return None
            allowed.append(known.throttle.allowed)
            return faults.SERVER_ERROR if len(allowed) in {4, 5} else None

        sandbox.faults = fail_twice
        with ReportsAhead(known, map(UsageQuery.on, WINDOW)) as fetched:
            for _day in WINDOW:
                fetched.next()
    assert min(allowed) < 4
    assert allowed[-1] == 4


def test_days_before_a_failure_are_all_given(
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "FIRST_DELAY", 0.001)
    broken = list(WINDOW)[7]
    asks = faults.asks_for(day=broken.isoformat())
    sandbox.faults = faults.Fail(asks, [faults.SERVER_ERROR] * 99)
    given = []

    def read_on() -> None:
        with ahead(sandbox) as (_, fetched):
            for day, _report in reports_of_days(fetched.next, WINDOW, TODAY):
                given.append(day)  # extending a list would lose them

    with pytest.raises(UnavailableError, match=f"day {broken}"):
        read_on()
    assert given == list(WINDOW)[:7]


def test_no_thread_is_left_behind(sandbox: Sandbox) -> None:
    before = set(threading.enumerate())
    read(sandbox, concurrency=16)
    assert not [t for t in set(threading.enumerate()) - before if t.name == "fetch"]


REFUSAL = DayRefusedError("not this day")
LAST = TODAY - timedelta(days=1)


def given_days(answers: str, last: date) -> list[int]:
    """Return which days are given where some are refused (r) and some answered (a)."""
    window = Window(last - timedelta(days=len(answers) - 1), last)
    coming = iter(answers)

    def next_report() -> Any:
        if next(coming) == "r":
            raise REFUSAL
        return object()

    days = reports_of_days(next_report, window, TODAY)
    return [window.position(day) for day, _ in days]


@pytest.mark.parametrize(
    ("answers", "last", "given"),
    [
        ("aaa", LAST, [1, 2, 3]),
        ("rra", LAST, [3]),
        ("aar", LAST, [1, 2]),
        ("aarr", TODAY, [1, 2]),
        ("rar", LAST, [2]),
        ("r", LAST, []),
        ("rr", TODAY, []),
    ],
)
def test_days_that_are_refused_at_the_ends_are_left_out(
    answers: str, last: date, given: list[int]
) -> None:
    assert given_days(answers, last) == given


@pytest.mark.parametrize(
    ("answers", "last"),
    [
        ("ara", LAST),
        ("arr", LAST),
        ("aara", TODAY),
        ("rr", LAST),
        ("rrr", TODAY),
        ("r", LAST - timedelta(days=1)),
    ],
)
def test_days_that_are_refused_in_between_or_altogether_are_an_error(
    answers: str, last: date
) -> None:
    with pytest.raises(DayRefusedError):
        given_days(answers, last)
