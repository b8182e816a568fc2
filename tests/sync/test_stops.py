"""What stops which streams, before which day, and what goes on all the same."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.expected import FORTNIGHT, expected
from support.runs import DAY_STREAMS, KEYS, Run, bookmarks, catalog_of

from tap_zencoder.sandbox import faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_zencoder.sandbox import Request, Sandbox

    RunTap = Callable[..., Run]

DAYS = list(FORTNIGHT)
BROKEN = DAYS[6]
BEFORE = (BROKEN - timedelta(days=1)).isoformat()


def key(stream: str, row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(row[column] for column in KEYS[stream])


def broken(path: list[str], value: Any) -> Callable[[dict[str, Any], Request], Any]:
    """Return what puts a value into the answer for one day, at a path."""

    def answer(envelope: dict[str, Any], request: Request) -> dict[str, Any]:
        if request.query.get("day") == BROKEN.isoformat():
            place: Any = envelope
            for step in path[:-1]:
                place = place[int(step)] if step.isdigit() else place[step]
            place[path[-1]] = value
        return envelope

    return answer


@pytest.mark.parametrize(
    ("path", "value", "stopped"),
    [
        ("data.users.0.messages", "many", {"users"}),
        ("data.users", 7, {"users"}),
        ("data.daily.0.messages", "many", {"daily"}),
        ("data.daily.0.ides.0.engaged_users", None, {"daily_ides"}),
        ("data.daily.0.languages", 7, {"daily_languages"}),
        ("data.daily", 7, {"daily", "daily_ides", "daily_languages"}),
    ],
)
def test_a_wrong_value_stops_the_streams_that_load_it_and_no_other(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
    path: str,
    value: Any,
    stopped: set[str],
) -> None:
    sandbox.answers = broken(path.split("."), value)
    run = run_tap(fortnight)
    assert f"before {BROKEN}" in run.error
    assert re.sub(r"\.(\d+)", r"[\1]", f"$.{path}") in run.error
    for stream in stopped:
        assert stream in run.error
    truth = expected(sandbox.organisation, FORTNIGHT)
    reached = bookmarks(run.states[-1])
    for stream in DAY_STREAMS:
        last = BEFORE if stream in stopped else DAYS[-1].isoformat()
        assert reached[stream] == last
        due = [key(stream, row) for row in truth[stream] if row["day"] <= last]
        assert [key(stream, row) for row in run.records(stream)] == due
    assert "Sync incomplete" in run.log
    assert [w for w in run.warnings if "Stopping" in w]

    sandbox.answers = None
    healed = run_tap(fortnight, state=run.states[-1])
    assert healed.status == 0
    for stream in stopped:
        sent = [*run.records(stream), *healed.records(stream)]
        assert list({key(stream, row): row for row in sent}.values()) == truth[stream]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("status", "partial"),
        ("data", 5),
    ],
)
def test_an_envelope_that_cannot_be_read_stops_all(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
    path: str,
    value: Any,
) -> None:
    sandbox.answers = broken(path.split("."), value)
    run = run_tap(fortnight)
    assert run.status == 1
    assert len(run.errors) == 1
    reached = bookmarks(run.states[-1])
    assert {reached[stream] for stream in DAY_STREAMS} == {BEFORE}
    assert "6 of 14 days" in run.log


def put_wrong_summary(envelope: dict[str, Any], request: Request) -> dict[str, Any]:
    if request.query.get("period") == "30d":
        envelope["data"]["summary"]["total_messages"] = "many"
    return envelope


def test_a_period_with_a_wrong_figure_stops_the_summaries_alone(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    sandbox.answers = put_wrong_summary
    check_that_summaries_stopped(run_tap(fortnight), sandbox, "summary.total_messages")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b'{"status":"error","message":"Not found"}'),
        (404, b"<html>"),
        (400, b""),
        (500, b""),
        (405, b""),
        (200, b"null"),
        (200, b'{"status":"success","data":{}}'),
    ],
)
def test_periods_without_an_answer_stop_their_own_stream_alone(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
    status: int,
    body: bytes,
) -> None:
    answer = faults.Respond(status, body)
    sandbox.faults = faults.Fail(faults.asks_for(period="30d"), [answer] * 99)
    check_that_summaries_stopped(run_tap(fortnight), sandbox, "the last 30 days")


def check_that_summaries_stopped(run: Run, sandbox: Sandbox, reason: str) -> None:
    assert "Stopped period_summaries" in run.error
    assert reason in run.error
    assert run.records("period_summaries") == []
    truth = expected(sandbox.organisation, FORTNIGHT)
    for stream in DAY_STREAMS:
        assert run.records(stream) == truth[stream]


def test_a_sync_whose_streams_have_all_stopped_asks_for_nothing_more(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    sandbox.answers = broken(["data", "users"], 7)
    run = run_tap({**fortnight, "concurrency": 1}, catalog=catalog_of("users"))
    assert run.status == 1
    asked = [r.query["day"] for r in sandbox.requests if "day" in r.query]
    assert max(asked) < DAYS[-1].isoformat()


def put_wrong_users(sandbox: Sandbox) -> None:
    sandbox.answers = broken(["data", "users"], 7)


def put_wrong_data(sandbox: Sandbox) -> None:
    sandbox.answers = broken(["data"], 7)


def refuse(sandbox: Sandbox) -> None:
    asks = faults.asks_for(day=BROKEN.isoformat())
    sandbox.faults = faults.Fail(asks, [faults.Respond(400)] * 99)


def fail(sandbox: Sandbox) -> None:
    asks = faults.asks_for(day=BROKEN.isoformat())
    sandbox.faults = faults.Fail(asks, [faults.SERVER_ERROR] * 99)


@pytest.mark.parametrize("harm", [put_wrong_users, put_wrong_data, refuse, fail])
def test_a_new_stream_that_stops_keeps_no_stream_out_that_begins_later(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
    harm: Callable[[Sandbox], None],
) -> None:
    state = run_tap(fortnight).states[-1]
    del state["bookmarks"]["users"]
    harm(sandbox)
    sandbox.requests.clear()
    run = run_tap({**fortnight, "concurrency": 1}, state=state)
    assert run.status == 1
    assert f"Stopped users before {BROKEN}" in run.errors[0]
    asked = [r.query["day"] for r in sandbox.requests if "day" in r.query]
    assert set(asked) <= {str(day) for day in [*DAYS[:10], *DAYS[-4:]]}
    days = [row["day"] for row in run.records("daily")]
    truth = expected(sandbox.organisation, DAYS[-4:])["daily"]
    assert days == [row["day"] for row in truth]
    assert bookmarks(run.states[-1])["users"] == BEFORE


def test_a_sync_that_ends_does_not_wait_for_who_sleeps_before_a_retry(
    run_process: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    put_wrong_data(sandbox)
    later = {str(day) for day in DAYS[7:]}
    sandbox.faults = lambda request: (
        faults.throttled("60") if request.query.get("day") in later else None
    )
    started = time.monotonic()
    run = run_process({**fortnight, "concurrency": 2})
    assert time.monotonic() - started < 30
    assert run.status == 1
    assert f"The answer for day {BROKEN} breaks" in run.errors[0]


def test_an_error_that_ends_a_sync_does_not_hide_who_stopped_before(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    put_wrong_users(sandbox)
    asks = faults.asks_for(day=DAYS[9].isoformat())
    sandbox.faults = faults.Fail(asks, [faults.Respond(405)] * 99)
    [error] = run_tap(fortnight).errors
    assert f"Stopped users before {BROKEN}" in error
    assert f"The server rejected day {DAYS[9]}" in error


def answer_with(data_of: Callable[[Sandbox, date], Any]) -> Callable[[Sandbox], Any]:
    """Have the answer for one day hold other data."""

    def harm(sandbox: Sandbox) -> None:
        def answer(envelope: dict[str, Any], request: Request) -> dict[str, Any]:
            if request.query.get("day") == BROKEN.isoformat():
                return {**envelope, "data": data_of(sandbox, BROKEN)}
            return envelope

        sandbox.answers = answer

    return harm


@pytest.mark.parametrize(
    ("data_of", "about"),
    [
        pytest.param(
            lambda sandbox, day: sandbox.organisation.period(7, day),
            str(BROKEN - timedelta(days=3)),
            id="the default period, as without a query",
        ),
        pytest.param(
            lambda sandbox, day: sandbox.organisation.day(day - timedelta(days=1)),
            BEFORE,
            id="another day, as from a cache",
        ),
    ],
)
def test_an_answer_about_other_days_is_an_error(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
    data_of: Callable[[Sandbox, date], Any],
    about: str,
) -> None:
    answer_with(data_of)(sandbox)
    run = run_tap(fortnight)
    error = run.error
    assert f"The answer for day {BROKEN}" in error
    assert about in error
    assert {bookmarks(run.states[-1])[s] for s in DAY_STREAMS} == {BEFORE}


FIVE = [str(day) for day in DAYS[4:9]]


def test_a_refusal_that_passes_skips_no_day(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    state = run_tap(fortnight, today=DAYS[4]).states[-1]
    refused: set[str] = set()

    def refuse_once(request: Request) -> faults.Fault | None:
        day = request.query.get("day", "")
        if day not in FIVE or day in refused:
            return None
        refused.add(day)
        return faults.Respond(400)

    sandbox.faults = refuse_once
    run = run_tap({**fortnight, "lookback_days": 0}, state=state)
    assert run.status == 0
    assert refused == set(FIVE)
    truth = expected(sandbox.organisation, DAYS[3:])["users"]
    assert run.records("users") == truth


def test_days_after_a_bookmark_that_stay_refused_are_an_error(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    state = run_tap(fortnight, today=DAYS[5]).states[-1]
    sandbox.faults = lambda request: (
        faults.Respond(400) if request.query.get("day") in FIVE else None
    )
    settings = {**fortnight, "lookback_days": 0, "end_date": str(DAYS[-1])}
    run = run_tap(settings, state=state)
    assert run.status == 1
    assert f"The server rejected day {FIVE[0]}" in run.errors[0]
    assert f"The first day with an answer is {DAYS[9]}" in run.errors[0]
    assert bookmarks(run.states[-1] if run.states else state)["users"] == FIVE[0]
    later = run_tap(settings, state=state, today=DAYS[-1] + timedelta(days=120))
    assert later.status == 0
    assert f"Leaving out 5 days, {FIVE[0]} to {FIVE[-1]}" in later.warnings[0]
    assert bookmarks(later.states[-1])["users"] == str(DAYS[-1])


def test_a_row_that_cannot_be_mapped_keeps_its_whole_day_out(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    due = expected(sandbox.organisation, FORTNIGHT)["users"]
    last = [row for row in due if row["day"] == BROKEN.isoformat()][-1]
    expression = f"messages // (0 if last_active == '{BROKEN}' else 1)"
    maps = {"users": {"messages": expression}}
    assert last["last_active"] == BROKEN.isoformat()
    run = run_tap({**fortnight, "stream_maps": maps})
    assert run.status == 1
    assert "stream_maps cannot be applied to a row of users" in run.errors[0]
    for stream in DAY_STREAMS:
        assert max(row["day"] for row in run.records(stream)) <= BEFORE
    assert bookmarks(run.states[-1])["users"] == BEFORE
