"""Reports are fetched ahead, each once, and come in order."""

from __future__ import annotations

import threading
import time
import tracemalloc
from contextlib import closing, contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.runs import TODAY

from tap_zencoder.api.reports import UsageQuery
from tap_zencoder.api.rows import user_rows
from tap_zencoder.days import Window
from tap_zencoder.errors import UnavailableError
from tap_zencoder.sandbox import faults
from tap_zencoder.sync.ahead import AHEAD, reports_ahead
from tap_zencoder.sync.log import SyncLog
from tap_zencoder.sync.positions import Positions
from tap_zencoder.tap import TapZencoder
from tap_zencoder.transport import client
from tap_zencoder.transport.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_zencoder.sandbox import Request, Sandbox

WINDOW = Window(date(2026, 2, 1), date(2026, 2, 20))


def queries(window: Window) -> list[UsageQuery]:
    return [UsageQuery("day", str(day)) for day in window]


@contextmanager
def ahead(
    sandbox: Sandbox, window: Window = WINDOW, concurrency: int = 4
) -> Iterator[tuple[Client, Iterator[Any]]]:
    config = {**sandbox.settings(), "concurrency": concurrency}
    known = Client(TapZencoder(config=config).settings)
    try:
        with closing(reports_ahead(known, queries(window))) as fetched:
            yield known, fetched
    finally:
        known.close()


def answers(fetched: Iterator[Any]) -> Iterator[tuple[date, Any]]:
    """Yield each day with its answer."""
    for query, answer in fetched:
        yield date.fromisoformat(query.value), answer


def read(sandbox: Sandbox, window: Window = WINDOW, **more: Any) -> list[Any]:
    """Return each day with the number of its users."""
    with ahead(sandbox, window, **more) as (_, fetched):
        return [(day, len(user_rows(report, day))) for day, report in answers(fetched)]


def days_asked_for(sandbox: Sandbox) -> list[str]:
    return sorted(r.query["day"] for r in sandbox.requests if "day" in r.query)


def test_days_come_in_order_with_their_own_report(sandbox: Sandbox) -> None:
    sandbox.faults = lambda request: faults.Delay(0.02 * (request.number % 3))
    users = [(day, len(sandbox.organisation.day(day)["users"])) for day in WINDOW]
    assert read(sandbox) == users
    assert days_asked_for(sandbox) == [day.isoformat() for day in WINDOW]


def test_the_answers_of_refused_days_are_not_kept(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A history before the first day may be long, and each refusal large."""
    monkeypatch.setattr(client, "FIRST_DELAY", 0.001)
    body = b'{"message": "too old"}' + b" " * 200_000
    older = Window(WINDOW.first - timedelta(days=60), WINDOW.last)
    sandbox.faults = lambda request: (
        faults.Respond(400, body)
        if request.query.get("day", "") < WINDOW.first.isoformat() and request.query
        else None
    )
    positions = Positions(
        today=TODAY + timedelta(days=200),
        most_late=3,
        bookmark_of=lambda _: None,
        log=SyncLog(),
    )
    with ahead(sandbox, older) as (_, fetched):
        days = positions.settled(answers(fetched))
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
    lock, all_there = threading.Lock(), threading.Event()

    def count(envelope: dict[str, Any], _: object) -> dict[str, Any]:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
            if under_way == concurrency:
                all_there.set()
        all_there.wait(10)
        time.sleep(0.05)  # for one too many
        with lock:
            under_way -= 1
        return envelope

    sandbox.answers = count
    read(sandbox, concurrency=concurrency)
    assert most == concurrency


def test_a_slow_reader_is_not_run_away_from(sandbox: Sandbox) -> None:
    with ahead(sandbox) as (_, fetched):
        next(fetched)
        time.sleep(0.3)
        assert len(days_asked_for(sandbox)) == 1 + AHEAD * 4


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
        with closing(reports_ahead(known, queries(WINDOW))) as fetched:
            assert len(list(fetched)) == len(WINDOW)
    assert min(allowed) < 4
    assert allowed[-1] == 4


def test_days_around_a_failure_are_all_given(
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "FIRST_DELAY", 0.001)
    broken = list(WINDOW)[7]
    asks = faults.asks_for(day=broken.isoformat())
    sandbox.faults = faults.Fail(asks, [faults.SERVER_ERROR] * 99)
    with ahead(sandbox) as (_, fetched):
        given = dict(answers(fetched))
    assert list(given) == list(WINDOW)
    [failed] = [day for day, answer in given.items() if isinstance(answer, Exception)]
    assert failed == broken
    assert isinstance(given[broken], UnavailableError)
    assert f"day {broken}" in str(given[broken])


def test_nothing_more_is_asked_for_once_the_reader_has_left(
    sandbox: Sandbox,
) -> None:
    sandbox.latency = 0.1
    with ahead(sandbox) as (_, fetched):
        next(fetched)
    asked = len(days_asked_for(sandbox))
    time.sleep(0.5)
    assert len(days_asked_for(sandbox)) <= asked + 4
    assert asked < len(WINDOW)


def test_queries_are_taken_as_there_is_room(sandbox: Sandbox) -> None:
    """So that a day that nobody needs by then is not asked for."""
    taken = []

    def watched() -> Iterator[UsageQuery]:
        for query in queries(WINDOW):
            taken.append(query)
            yield query

    known = Client(TapZencoder(config={**sandbox.settings()}).settings)
    with closing(reports_ahead(known, watched())) as fetched:
        next(fetched)
        assert len(taken) == 1 + AHEAD * 4
    known.close()


def test_no_thread_is_left_behind(sandbox: Sandbox) -> None:
    before = set(threading.enumerate())
    read(sandbox, concurrency=16)
    assert not [
        t for t in set(threading.enumerate()) - before if t.name.startswith("fetch")
    ]
