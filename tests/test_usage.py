from __future__ import annotations

import threading
import time
import tracemalloc
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from conftest import TODAY

from tap_zencoder import client, usage
from tap_zencoder.api import UsageQuery
from tap_zencoder.client import Zencoder
from tap_zencoder.errors import UnavailableError
from tap_zencoder.sandbox import faults
from tap_zencoder.tap import TapZencoder
from tap_zencoder.usage import UsageReports
from tap_zencoder.window import Window

if TYPE_CHECKING:
    from tap_zencoder.sandbox import Request, Sandbox

WINDOW = Window(date(2026, 2, 1), date(2026, 2, 20))


def reports(sandbox: Sandbox, *windows: Window, concurrency: int = 4) -> UsageReports:
    config = {**sandbox.settings(), "concurrency": concurrency}
    known = Zencoder(TapZencoder(config=config).settings)
    return UsageReports(known, windows, TODAY)


def days_asked_for(sandbox: Sandbox) -> list[str]:
    return sorted(r.query["day"] for r in sandbox.requests if "day" in r.query)


def users(sandbox: Sandbox, day: date) -> int:
    return len(sandbox.organisation.day(day)["users"])


def read(reports: UsageReports, window: Window) -> list[tuple[date, int]]:
    return [(day, len(report.users())) for day, report in reports.read(window)]


def test_days_come_in_order_with_their_own_report(sandbox: Sandbox) -> None:
    sandbox.faults = lambda request: faults.Delay(0.02 * (request.number % 3))
    truth = [(day, users(sandbox, day)) for day in WINDOW]
    assert read(reports(sandbox, WINDOW), WINDOW) == truth


def test_a_day_is_fetched_once_for_all_its_readers(sandbox: Sandbox) -> None:
    shared = reports(sandbox, WINDOW, WINDOW, WINDOW)
    first, *others = [read(shared, WINDOW) for _ in range(3)]
    assert all(other == first for other in others)
    assert days_asked_for(sandbox) == [day.isoformat() for day in WINDOW]


def test_readers_of_different_windows_share_what_they_have_in_common(
    sandbox: Sandbox,
) -> None:
    later = Window(WINDOW.first + timedelta(days=10), WINDOW.last + timedelta(days=3))
    shared = reports(sandbox, WINDOW, later)
    read(shared, WINDOW)
    assert read(shared, later) == [(day, users(sandbox, day)) for day in later]
    assert days_asked_for(sandbox) == sorted(
        {day.isoformat() for day in [*WINDOW, *later]},
    )


def test_nothing_is_kept_after_the_last_reader(sandbox: Sandbox) -> None:
    shared = reports(sandbox, WINDOW, WINDOW)
    read(shared, WINDOW)
    assert len(shared._kept) == len(WINDOW)
    read(shared, WINDOW)
    assert (shared._kept, shared._kept_bytes) == ({}, 0)


def test_past_the_limit_days_are_fetched_again_instead_of_kept(
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(usage, "KEPT_AT_MOST", 2000)
    shared = reports(sandbox, WINDOW, WINDOW)
    assert read(shared, WINDOW) == read(shared, WINDOW)
    assert len(WINDOW) < len(days_asked_for(sandbox)) < 2 * len(WINDOW)


def test_the_answers_of_refused_days_are_not_kept(sandbox: Sandbox) -> None:
    body = b'{"message": "too old"}' + b" " * 200_000
    older = Window(WINDOW.first - timedelta(days=60), WINDOW.last)
    sandbox.faults = lambda request: (
        faults.Respond(400, body)
        if request.query.get("day", "") < WINDOW.first.isoformat() and request.query
        else None
    )
    shared = reports(sandbox, older, older)
    tracemalloc.start()
    try:
        assert [day for day, _ in shared.read(older)] == list(WINDOW)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
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
    read(reports(sandbox, WINDOW, concurrency=concurrency), WINDOW)
    assert most == concurrency


def test_a_slow_reader_is_not_run_away_from(sandbox: Sandbox) -> None:
    with_a_pause = reports(sandbox, WINDOW).read(WINDOW)
    next(with_a_pause)
    time.sleep(0.3)
    assert len(days_asked_for(sandbox)) <= 1 + usage.AHEAD * 4
    with_a_pause.close()  # type: ignore[attr-defined]


def test_a_failing_api_is_asked_less_at_once(
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "FIRST_DELAY", 0.01)
    shared = reports(sandbox, WINDOW)
    allowed = []

    def fail_twice(request: Request) -> faults.Fault | None:
        if faults.is_login(request):
            return None
        allowed.append(shared._zencoder.throttle.allowed)
        return faults.SERVER_ERROR if len(allowed) in {4, 5} else None

    sandbox.faults = fail_twice
    read(shared, WINDOW)
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
    sequence = reports(sandbox, WINDOW).read(WINDOW)
    with pytest.raises(UnavailableError, match=f"day {broken}"):  # noqa: PT012
        for day, _ in sequence:
            given.append(day)  # extending a list would lose them
    assert given == list(WINDOW)[:7]


def test_no_thread_is_left_behind(sandbox: Sandbox) -> None:
    before = set(threading.enumerate())
    read(reports(sandbox, WINDOW, concurrency=16), WINDOW)
    assert not [t for t in set(threading.enumerate()) - before if t.name == "fetch"]


def test_queries_for_periods_are_answered_in_their_order(sandbox: Sandbox) -> None:
    asked = [UsageQuery.over(period) for period in ("90d", "7d", "30d")]
    answered = [report.query for report in reports(sandbox).ask(asked)]
    assert answered == asked
