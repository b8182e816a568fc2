"""What other APIs of this kind do, and what arrives of it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.expected import expected
from support.runs import (
    DAY_STREAMS,
    STREAMS,
    TODAY,
    YESTERDAY,
    Run,
    bookmarks,
    catalog_of,
)

from tap_zencoder.days import Window, ranges
from tap_zencoder.sandbox import Organisation, Sandbox, faults
from tap_zencoder.sandbox.oddities import LATE, ODDITIES, WORDINGS
from tap_zencoder.sandbox.realities import LONG_RETENTION, RETENTION

if TYPE_CHECKING:
    from collections.abc import Callable

    RunTap = Callable[..., Run]

FIRST = TODAY - timedelta(days=14)
WHOLE = Window(FIRST, YESTERDAY)
BROKEN = TODAY - timedelta(days=5)


def odd(organisation: Organisation, *names: str) -> Sandbox:
    return Sandbox(
        organisation,
        today=lambda: TODAY,
        realities=[ODDITIES[name] for name in names if name in ODDITIES],
        wordings=[WORDINGS[name] for name in names if name in WORDINGS],
    )


def settings(sandbox: Sandbox, **more: Any) -> dict[str, Any]:
    return {**sandbox.settings(), "start_date": FIRST.isoformat(), **more}


@pytest.fixture
def synced(run_tap: RunTap, organisation: Organisation) -> Callable[..., Run]:
    """Sync from a sandbox with oddities; the keywords are settings."""

    def run(*names: str, **more: Any) -> Run:
        with odd(organisation, *names) as sandbox:
            return run_tap(settings(sandbox, **more))

    return run


def without_additional(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{k: v for k, v in r.items() if k != "additional_fields"} for r in rows]


def check_rows(run: Run, organisation: Organisation, window: Window = WHOLE) -> None:
    assert run.status == 0, run.log
    truth = expected(organisation, window)
    for stream in STREAMS:
        found = without_additional(run.records(stream))
        assert found == without_additional(truth[stream]), stream


def warned(run: Run, words: str) -> bool:
    return sum(words in line for line in run.warnings) == 1


@pytest.mark.parametrize(
    "name",
    [
        "quiet-days-are-not-found",
        "quiet-days-have-no-content",
        "quiet-days-are-null",
        "quiet-days-have-null-data",
    ],
)
def test_a_day_for_which_the_api_has_nothing_is_quiet(
    synced: Callable[..., Run], organisation: Organisation, name: str
) -> None:
    quiet = [day for day in WHOLE if not organisation.day(day)["users"]]
    assert quiet
    assert quiet[-1] < YESTERDAY
    run = synced(name)
    check_rows(run, organisation)
    [warning] = run.warnings
    assert f"nothing for {ranges(quiet)}, between days" in warning
    assert bookmarks(run.states[-1])["users"] == YESTERDAY.isoformat()


def test_an_empty_body_is_no_quiet_day(
    synced: Callable[..., Run], organisation: Organisation
) -> None:
    first = next(day for day in WHOLE if not organisation.day(day)["users"])
    run = synced("quiet-days-are-empty")
    error = run.error
    assert f"Gave up on day {first} after 6 attempts." in error
    assert "(empty)" in error
    assert bookmarks(run.states[-1])["users"] == str(first - timedelta(days=1))


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (404, b"", "Check api_url"),
        (404, b'{"status":"error","message":"Not found"}', "(HTTP 404: Not found)"),
        (400, b'{"status":"error","message":"No more days"}', "No more days"),
    ],
)
def test_an_api_that_never_returns_anything_is_an_error(
    run_tap: RunTap, sandbox: Sandbox, status: int, body: bytes, words: str
) -> None:
    sandbox.faults = lambda request: (
        faults.Respond(status, body) if "day" in request.query else None
    )
    run = run_tap(settings(sandbox))
    error = run.error
    assert words in error
    assert not any(run.records(stream) for stream in DAY_STREAMS)
    assert set(bookmarks(run.states[-1])) == {"period_summaries"}


def test_totals_that_are_null_stop_nothing(
    synced: Callable[..., Run], organisation: Organisation
) -> None:
    check_rows(synced("quiet-totals-are-null"), organisation)


def test_an_api_whose_figures_come_late_is_asked_again(
    run_tap: RunTap, organisation: Organisation
) -> None:
    last = TODAY - LATE - timedelta(days=1)
    with odd(organisation, "days-come-late") as sandbox:
        first = run_tap(settings(sandbox))
        check_rows(first, organisation, Window(FIRST, last))
        [warning] = first.warnings
        assert "No answer yet for" in warning
        assert f"{last + timedelta(days=1)} to {YESTERDAY}" in warning
        assert bookmarks(first.states[-1])["users"] == last.isoformat()
        sandbox.realities = ()
        second = run_tap(settings(sandbox), state=first.states[-1])
    days = {row["day"] for row in second.records("users")}
    assert YESTERDAY.isoformat() in days


def test_an_api_that_is_later_than_the_lookback_is_an_error(
    run_tap: RunTap, sandbox: Sandbox
) -> None:
    first_late = (TODAY - timedelta(days=4)).isoformat()
    refusal = faults.Respond(400, b'{"message": "not available yet"}')
    sandbox.faults = lambda request: (
        refusal if request.query.get("day", "") >= first_late else None
    )
    run = run_tap(settings(sandbox))
    error = run.error
    assert f"{first_late} to {YESTERDAY}" in error
    assert "not available yet" in error
    assert "delay_days" in error
    before = str(TODAY - timedelta(days=5))
    assert bookmarks(run.states[-1])["users"] == before
    deeper = run_tap(settings(sandbox, lookback_days=4))
    assert deeper.status == 0
    assert bookmarks(deeper.states[-1])["users"] == before


def test_history_older_than_the_widest_period_is_left_out(
    synced: Callable[..., Run], organisation: Organisation
) -> None:
    kept_from, end = TODAY - LONG_RETENTION, TODAY - timedelta(days=85)
    run = synced(
        "old-days-are-gone",
        start_date=str(kept_from - timedelta(days=4)),
        end_date=str(end),
    )
    assert run.status == 0
    truth = expected(organisation, Window(kept_from, end))
    for stream in DAY_STREAMS:
        assert run.records(stream) == truth[stream]
    gone = [kept_from - timedelta(days=n) for n in (4, 1)]
    [warning] = run.warnings
    assert "Leaving out" in warning
    assert f"{gone[0]} to {gone[1]}" in warning
    assert f"no answer for days before {kept_from}" in warning
    assert bookmarks(run.states[-1])["users"] == str(end)


def test_history_that_is_forbidden_ends_the_sync(synced: Callable[..., Run]) -> None:
    forbidden = TODAY - RETENTION - timedelta(days=1)
    run = synced("old-days-are-forbidden", start_date=str(forbidden))
    error = run.error
    assert f"refused access to day {forbidden} (HTTP 403)" in error
    assert "start_date" in error
    assert run.records("users") == []


def test_the_tap_waits_for_a_limit_a_minute_that_gives_no_moment(
    run_tap: RunTap, organisation: Organisation, sandbox: Sandbox
) -> None:
    sandbox.faults = faults.Limit(10, seconds=0.7)
    run = run_tap(settings(sandbox))
    check_rows(run, organisation)
    days = Counter(r.query.get("day") for r in sandbox.requests)
    assert max(days.values()) > 6


def test_a_limit_that_never_ends_is_an_error_after_some_minutes(
    run_tap: RunTap, sandbox: Sandbox
) -> None:
    sandbox.faults = faults.Limit(10, seconds=1000)
    run = run_tap(settings(sandbox), TEST_PATIENCE="0.5")
    error = run.error
    assert "Last error: HTTP 429: Too many requests" in error


def test_a_last_active_that_cannot_be_read_is_null(
    synced: Callable[..., Run], organisation: Organisation
) -> None:
    run = synced("last-active-is-in-words")
    truth = expected(organisation, WHOLE)["users"]
    rows = run.records("users")
    assert [{**r, "last_active": None} for r in without_additional(truth)] == (
        without_additional(rows)
    )
    forms = {json.loads(row["additional_fields"])["last_active"] for row in rows}
    assert forms == {"Never", 1772409600, "03/02/2026", " 2026-03-02 "}
    assert warned(run, "$.data.users[].last_active that cannot be parsed")
    assert "Never" not in run.log


def test_a_list_with_what_is_no_name_is_null(synced: Callable[..., Run]) -> None:
    run = synced("tools-are-odd")
    assert run.status == 0
    assert run.records("users")
    for row in run.records("users"):
        assert (row["ides"], row["languages"]) == (None, None)
        original = json.loads(row["additional_fields"])
        assert original == {"ides": ["VS Code", None, 7, {"name": "Zed"}]}
    assert warned(run, "$.data.users[].ides that cannot be parsed")


def test_figures_as_text_and_days_as_timestamps_are_understood(
    synced: Callable[..., Run], organisation: Organisation
) -> None:
    run = synced("figures-are-text")
    check_rows(run, organisation)
    assert not run.warnings


def test_users_without_an_address_are_one_row_of_a_day(
    synced: Callable[..., Run], organisation: Organisation
) -> None:
    run = synced("users-lose-their-address")
    assert run.status == 0
    nameless = {str(day): organisation.day(day)["users"] for day in WHOLE}
    due = {
        day: sum(user["messages"] for user in users[:2])
        for day, users in nameless.items()
        if len(users) > 2
    }
    assert due
    found = {
        row["day"]: row["messages"]
        for row in run.records("users")
        if row["email"] == "(no address)"
    }
    assert found == due
    assert warned(run, "$.data.users[].email without a value")
    assert warned(run, "entries with the same email")


def test_tools_without_a_name_have_a_placeholder_for_it(
    synced: Callable[..., Run], organisation: Organisation
) -> None:
    run = synced("tools-have-no-name")
    assert run.status == 0
    for stream, array, name in (
        ("daily_ides", "ides", "ide_name"),
        ("daily_languages", "languages", "language_name"),
    ):
        truth = expected(organisation, WHOLE)
        firsts = {r["day"]: r[array][0][name] for r in truth["daily"] if r[array]}
        due = [
            {**r, name: "(no name)"} if r[name] == firsts[r["day"]] else r
            for r in truth[stream]
        ]
        assert run.records(stream) == due
        lists = [r[array] for r in run.records("daily") if r["active_users"]]
        assert {items[0][name] for items in lists} == {"(no name)"}


def test_figures_of_a_user_listed_for_each_team_are_added(
    synced: Callable[..., Run], organisation: Organisation
) -> None:
    run = synced("users-come-once-for-each-team")
    assert run.status == 0
    truth = expected(organisation, WHOLE)["users"]
    twice = [{**row, "messages": 2 * row["messages"]} for row in truth]
    assert without_additional(run.records("users")) == without_additional(twice)
    kept = {row["additional_fields"] for row in run.records("users")}
    assert kept == {'{"team":"data"}'}
    assert warned(run, "entries with the same email")


def test_equal_entries_of_users_who_share_an_address_count_once(
    synced: Callable[..., Run], organisation: Organisation
) -> None:
    run = synced("erased-users-share-an-address")
    assert run.status == 0
    erased = [r for r in run.records("users") if r["email"] == "erased@example.com"]
    active = [str(day) for day in WHOLE if organisation.day(day)["users"]]
    assert [(row["day"], row["messages"]) for row in erased] == [
        (day, 1) for day in active
    ]
    assert warned(run, "entries with the same email")


def test_a_bad_day_can_be_left_out_for_now_and_comes_later(
    run_tap: RunTap, organisation: Organisation
) -> None:
    before = (BROKEN - timedelta(days=1)).isoformat()
    with odd(organisation, "one-day-is-broken") as sandbox:
        stuck = run_tap(settings(sandbox))
        assert stuck.status == 1
        assert f"set skip_days to {BROKEN}" in stuck.errors[0]
        assert bookmarks(stuck.states[-1])["users"] == before
        left_out = run_tap(
            settings(sandbox, skip_days=str(BROKEN)), state=stuck.states[-1]
        )
        assert left_out.status == 0
        assert warned(left_out, f"Skipping {BROKEN} (skip_days)")
        for stream in ("daily", "users"):
            days = {row["day"] for row in left_out.records(stream)}
            assert YESTERDAY.isoformat() in days
            assert BROKEN.isoformat() not in days
        assert bookmarks(left_out.states[-1])["users"] == before
        sandbox.realities = ()
        sandbox._body.cache_clear()
        mended = run_tap(settings(sandbox), state=left_out.states[-1])
    assert mended.status == 0
    assert BROKEN.isoformat() in {row["day"] for row in mended.records("users")}
    assert bookmarks(mended.states[-1])["users"] == YESTERDAY.isoformat()


def test_a_wrong_value_in_a_column_that_is_not_selected_stops_the_stream(
    run_tap: RunTap, organisation: Organisation
) -> None:
    catalog = catalog_of(*DAY_STREAMS)
    [users] = [s for s in catalog["streams"] if s["tap_stream_id"] == "users"]
    for place in users["metadata"]:
        if place["breadcrumb"] == ["properties", "messages"]:
            place["metadata"]["selected"] = False
    with odd(organisation, "one-day-is-broken") as sandbox:
        run = run_tap(settings(sandbox), catalog=catalog)
    error = run.error
    assert f"Stopped users before {BROKEN}" in error
    assert "$.data.users[0].messages" in error
    reached = bookmarks(run.states[-1])
    assert reached.pop("users") == str(BROKEN - timedelta(days=1))
    assert set(reached.values()) == {YESTERDAY.isoformat()}


def test_pages_are_an_error_before_rows_are_lost(synced: Callable[..., Run]) -> None:
    run = synced("answers-have-pages")
    error = run.error
    assert "$.data.has_more: the answer is one page of several" in error
    assert run.records("users") == []


def test_characters_that_are_none_are_replaced(
    synced: Callable[..., Run],
) -> None:
    run = synced("names-are-broken")
    assert run.status == 0
    names = {row["ide_name"] for row in run.records("daily_ides")}
    assert "VS \ufffd Code" in names
    notes = [json.loads(row["additional_fields"]) for row in run.records("users")]
    assert notes
    assert all(note == {"note": "\ufffd"} for note in notes)
    assert warned(run, "what JSON does not allow")


def test_what_is_not_a_number_is_null(
    synced: Callable[..., Run], organisation: Organisation
) -> None:
    run = synced("fields-are-not-a-number")
    check_rows(run, organisation)
    notes = {row["additional_fields"] for row in run.records("users")}
    assert notes == {'{"rate":null}'}
    assert warned(run, "what JSON does not allow, such as NaN")


def test_a_byte_order_mark_is_skipped(
    synced: Callable[..., Run], organisation: Organisation
) -> None:
    check_rows(synced("answers-begin-with-a-mark"), organisation)


def test_an_encoding_that_was_not_asked_for_is_named(
    run_tap: RunTap, organisation: Organisation
) -> None:
    with odd(organisation, "answers-are-brotli") as sandbox:
        run = run_tap(settings(sandbox, end_date=str(FIRST)))
    error = run.error
    assert f"Gave up on day {FIRST} after 6 attempts." in error
    assert "not JSON" in error
    assert "compressed with br" in error


def test_delay_days_leaves_late_days_to_later_syncs(
    run_tap: RunTap, organisation: Organisation
) -> None:
    last = TODAY - timedelta(days=4)
    with odd(organisation, "days-come-late") as sandbox:
        run = run_tap(settings(sandbox, delay_days=LATE.days))
    check_rows(run, organisation, Window(FIRST, last))
    assert not run.warnings
