"""A sync is one pass over its days: what is written when, and where bookmarks are."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.expected import FORTNIGHT, expected
from support.runs import DAY_STREAMS, STREAMS, TODAY, Run, bookmarks

from tap_zencoder import tap
from tap_zencoder.sandbox import faults
from tap_zencoder.tap import TapZencoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tap_zencoder.sandbox import Request, Sandbox

    RunTap = Callable[..., Run]

DAYS = list(FORTNIGHT)


def kinds(run: Run) -> list[tuple[str, str]]:
    """Return each message as its type, and its stream or the day of `users`."""
    return [
        (m["type"], m.get("stream") or bookmarks(m["value"]).get("users", ""))
        for m in run.messages
    ]


def test_schemas_and_a_state_come_before_the_first_record(
    run_tap: RunTap, fortnight: dict[str, Any]
) -> None:
    run = run_tap(fortnight)
    assert kinds(run)[: len(STREAMS) + 1] == [
        *(("SCHEMA", stream) for stream in STREAMS),
        ("STATE", ""),
    ]
    assert run.states[0] == {"bookmarks": {}}


def test_the_first_state_says_what_was_loaded_before(
    run_tap: RunTap, fortnight: dict[str, Any]
) -> None:
    before = run_tap(fortnight).states[-1]
    assert run_tap(fortnight, state=before).states[0] == before


def test_the_rows_of_a_day_come_together_and_one_state_follows_them(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    run = run_tap(fortnight)
    days: list[list[dict[str, Any]]] = [[]]
    for message in run.messages[len(STREAMS) + 1 :]:
        days[-1].append(message)
        if message["type"] == "STATE":
            days.append([])
    assert days.pop() == []
    summaries, *of_days = days
    assert {m["stream"] for m in summaries[:-1]} == {"period_summaries"}
    truth = expected(sandbox.organisation, FORTNIGHT)
    for day, messages in zip(DAYS, of_days, strict=True):
        *records, state = messages
        assert [(m["stream"], m["record"]) for m in records] == [
            (stream, row)
            for stream in DAY_STREAMS
            for row in truth[stream]
            if row["day"] == day.isoformat()
        ]
        reached = bookmarks(state["value"])
        assert {reached[stream] for stream in DAY_STREAMS} == {day.isoformat()}


def test_summaries_are_asked_for_with_the_first_days(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    sandbox.latency = 0.1
    run_tap({**fortnight, "concurrency": 4})
    first = [set(r.query) for r in sandbox.requests if r.method == "GET"][:4]
    assert first.count({"period"}) == 3
    assert first.count({"day"}) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"client_secret": "wrong-secret"}, id="client credentials"),
        pytest.param(
            {"client_id": "", "client_secret": "", "api_key": "wrong-key"},
            id="an API key",
        ),
    ],
)
def test_wrong_credentials_make_no_tables(
    run_tap: RunTap, fortnight: dict[str, Any], wrong: dict[str, str]
) -> None:
    run = run_tap({**fortnight, **wrong})
    assert "HTTP 401" in run.error
    assert run.output == b""


NOT_FOUND = faults.Respond(404, b'{"status":"error","message":"Not found"}')


def without_answers(days: Iterable[date]) -> Callable[[Request], faults.Fault | None]:
    """Return a plan in which the API has nothing for some days."""
    asked = {str(day) for day in days}
    return lambda r: NOT_FOUND if r.query.get("day") in asked else None


def test_periods_that_are_answered_prove_nothing_about_days(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    sandbox.faults = without_answers(DAYS)
    run = run_tap({**fortnight, "start_date": str(DAYS[-2])})
    assert run.status == 1
    assert "nor for any other day" in run.errors[0]
    assert len(run.records("period_summaries")) == 3
    assert set(bookmarks(run.states[-1])) == {"period_summaries"}


def test_daily_has_a_row_for_each_day_that_was_synced_and_for_no_other(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    absent, late, skipped = DAYS[2:4], DAYS[-2:], DAYS[7]
    sandbox.faults = without_answers([*absent, *late])
    run = run_tap({**fortnight, "skip_days": str(skipped)})
    assert run.status == 0
    synced = [day for day in DAYS if day not in [*late, skipped]]
    assert [row["day"] for row in run.records("daily")] == list(map(str, synced))
    zeros = {"active_users": 0, "messages": 0, "ides": [], "languages": []}
    assert run.records("daily")[2:4] == [
        {"day": str(day), **zeros, "additional_fields": None} for day in absent
    ]
    assert not {row["day"] for row in run.records("users")} & set(map(str, absent))
    assert {bookmarks(run.states[-1])[s] for s in DAY_STREAMS} == {str(DAYS[6])}
    assert len(run.warnings) == 3
    for words in (
        f"nothing for {absent[0]} to {absent[1]}, between days",
        f"No answer yet for 2 days, {late[0]} to {late[1]}",
        f"Skipping {skipped}",
    ):
        assert sum(words in warning for warning in run.warnings) == 1


def test_the_bookmark_waits_before_days_that_are_not_there_yet(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    sandbox.faults = without_answers(DAYS[-2:])
    run = run_tap(fortnight)
    assert run.status == 0
    assert {bookmarks(run.states[-1])[s] for s in DAY_STREAMS} == {str(DAYS[-3])}
    sandbox.faults = None
    later = run_tap(fortnight, state=run.states[-1])
    rows = {row["day"]: row for row in [*run.records("daily"), *later.records("daily")]}
    truth = expected(sandbox.organisation, FORTNIGHT)
    assert list(rows.values()) == truth["daily"]


FIRST = TODAY - timedelta(days=90)
FIRST_DAY = {
    "replication_key": "day",
    "starting_replication_value": FIRST.isoformat(),
}


@pytest.mark.parametrize("skip_days", ["", FIRST.isoformat()])
def test_a_first_day_that_is_not_synced_is_asked_for_until_it_is(
    run_tap: RunTap, sandbox: Sandbox, skip_days: str
) -> None:
    """Without a start_date, the first day moves on each night."""
    if not skip_days:
        failing = faults.asks_for(day=FIRST.isoformat())
        sandbox.faults = faults.Fail(failing, [faults.SERVER_ERROR] * 999)
    state = None
    for night in range(2):
        today = TODAY + timedelta(days=night)
        settings = {**sandbox.settings(), "skip_days": skip_days}
        run = run_tap(settings, state=state, today=today)
        assert run.status == (0 if skip_days else 1)
        state = run.states[-1]
        for stream in DAY_STREAMS:
            assert state["bookmarks"][stream] == FIRST_DAY
    sandbox.faults = None
    healed = run_tap(sandbox.settings(), state=state, today=today)
    assert healed.status == 0
    assert healed.records("daily")[0]["day"] == FIRST.isoformat()
    yesterday = (today - timedelta(days=1)).isoformat()
    assert {bookmarks(healed.states[-1])[s] for s in DAY_STREAMS} == {yesterday}
    assert "starting" not in str(healed.states[-1])


def test_a_first_sync_that_writes_no_row_leaves_its_first_day_alone(
    run_tap: RunTap, sandbox: Sandbox
) -> None:
    """Without a SCHEMA message, so that no table is made."""
    sandbox.faults = faults.Fail(faults.is_usage, [faults.SERVER_ERROR] * 999)
    run = run_tap({**sandbox.settings(), "concurrency": 1})
    assert run.status == 1
    entries = dict.fromkeys(DAY_STREAMS, FIRST_DAY)
    assert run.messages == [{"type": "STATE", "value": {"bookmarks": entries}}]


def test_a_start_date_needs_no_first_day_in_the_state(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    failing = faults.asks_for(day=DAYS[0].isoformat())
    sandbox.faults = faults.Fail(failing, [faults.SERVER_ERROR] * 999)
    run = run_tap(fortnight)
    assert run.status == 1
    assert "starting" not in str(run.states)


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ({"start_date": "2062-01-01"}, "2062-01-01", DAYS[-1]),
        ({"delay_days": 10}, DAYS[-4], TODAY - timedelta(days=11)),
        ({"end_date": str(DAYS[1])}, DAYS[-4], DAYS[1]),
    ],
)
def test_a_sync_without_days_says_what_it_would_have_synced(
    run_tap: RunTap,
    fortnight: dict[str, Any],
    given: dict[str, Any],
    first: object,
    last: object,
) -> None:
    state = run_tap(fortnight).states[-1]
    run = run_tap({**fortnight, **given}, state=state)
    assert run.status == 0
    [warning] = run.warnings
    assert f"next day would be {first}" in warning
    assert f"end with {last}" in warning
    for stream in DAY_STREAMS:
        assert bookmarks(run.states[-1])[stream] == bookmarks(state)[stream]


@pytest.mark.parametrize("lookback_days", [0, 3])
def test_a_bookmark_stays_on_an_answered_day_while_days_are_absent(
    run_tap: Callable[..., Run],
    sandbox: Sandbox,
    fortnight: dict[str, Any],
    lookback_days: int,
) -> None:
    absent = DAYS[2:9]
    sandbox.faults = without_answers(absent)
    settings = {**fortnight, "lookback_days": lookback_days}
    whole = run_tap(settings)
    assert whole.status == 0
    reached = {bookmarks(s).get("users") for s in whole.states}
    assert not reached & set(map(str, absent))
    # As it was when the sync was killed within the quiet days.
    [*_, state] = [s for s in whole.states if bookmarks(s).get("users") == str(DAYS[1])]
    resumed = run_tap(settings, state=state)
    assert resumed.errors == []
    assert resumed.status == 0
    assert {bookmarks(resumed.states[-1])[s] for s in DAY_STREAMS} == {str(DAYS[-1])}


def test_a_bookmark_among_the_late_days_is_an_error_whatever_stream_has_it(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    sandbox.faults = without_answers(DAYS[-3:])
    state = run_tap(fortnight, today=DAYS[-3]).states[-1]
    behind = {"replication_key": "day", "replication_key_value": str(DAYS[-4])}
    ahead = {**behind, "replication_key_value": str(DAYS[-2])}
    for name in DAY_STREAMS:
        state["bookmarks"][name] = behind if name == "daily" else ahead
    run = run_tap({**fortnight, "lookback_days": 0}, state=state)
    assert f"3 days, {DAYS[-3]} to {DAYS[-1]}" in run.error


def test_a_clock_that_passes_midnight_changes_nothing(
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    clock = itertools.count()
    monkeypatch.setattr(tap, "utc_today", lambda: TODAY + timedelta(days=next(clock)))
    start = FORTNIGHT.first.isoformat()
    TapZencoder(config={**sandbox.settings(), "start_date": start}).sync_all()
    run = Run(0, capsysbinary.readouterr().out, "")
    truth = expected(sandbox.organisation, FORTNIGHT)
    for stream in STREAMS:
        assert run.records(stream) == truth[stream]
    assert next(clock) == 1, "the clock was read more than once"
