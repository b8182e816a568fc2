"""What other APIs of this kind were seen to do, and what arrives of it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.expected import expected
from support.runs import STREAMS, TODAY, YESTERDAY, Run, bookmarks

from tap_zencoder.days import Window
from tap_zencoder.sandbox import Organisation, Sandbox, faults
from tap_zencoder.sandbox.oddities import LATE, ODDITIES, WORDINGS
from tap_zencoder.sandbox.realities import RETENTION

if TYPE_CHECKING:
    from collections.abc import Callable

    RunTap = Callable[..., Run]

FIRST = TODAY - timedelta(days=40)
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
        "quiet-days-are-empty",
        "quiet-days-have-null-data",
    ],
)
def test_a_day_for_which_nothing_is_returned_is_quiet(
    synced: Callable[..., Run], organisation: Organisation, name: str
) -> None:
    quiet = [day for day in WHOLE if not organisation.day(day)["users"]]
    assert quiet
    assert quiet[-1] < YESTERDAY
    run = synced(name)
    check_rows(run, organisation)
    assert warned(run, "The API returned nothing at all for some days.")
    assert bookmarks(run.states[-1])["users"] == YESTERDAY.isoformat()


def test_an_api_that_never_returns_anything_is_an_error(
    run_tap: RunTap, sandbox: Sandbox, catalog_of_days: dict[str, Any]
) -> None:
    sandbox.faults = lambda request: (
        faults.Respond(404) if faults.is_usage(request) else None
    )
    run = run_tap(settings(sandbox), catalog=catalog_of_days)
    assert run.status == 1
    [error] = run.errors
    assert "(HTTP 404). Check api_url and auth_url." in error


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
        assert warned(first, "They may not be over in the API's time zone")
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
    assert run.status == 1
    assert "not available yet" in run.errors[0]
    deeper = run_tap(settings(sandbox, lookback_days=4))
    assert deeper.status == 0


@pytest.mark.parametrize("name", ["old-days-are-gone", "old-days-are-forbidden"])
def test_history_that_is_refused_in_any_way_is_left_out(
    synced: Callable[..., Run], organisation: Organisation, name: str
) -> None:
    run = synced(name)
    check_rows(run, organisation, Window(TODAY - RETENTION, YESTERDAY))
    assert warned(run, "They are older than what it keeps")


def test_a_limit_told_as_403_is_a_pause(
    run_tap: RunTap, organisation: Organisation, sandbox: Sandbox
) -> None:
    limits = [
        faults.Respond(403, b'{"message": "API rate limit exceeded"}'),
        faults.Respond(403, b"{}", (("Retry-After", "0"),)),
    ]
    sandbox.faults = faults.Fail(faults.asks_for(day=str(BROKEN)), limits)
    check_rows(run_tap(settings(sandbox)), organisation)


def test_a_limit_a_minute_that_gives_no_moment_is_waited_for(
    run_tap: RunTap, organisation: Organisation, sandbox: Sandbox
) -> None:
    sandbox.faults = faults.Limit(20, seconds=1.5)
    run = run_tap(settings(sandbox))
    check_rows(run, organisation)
    days = Counter(r.query.get("day") for r in sandbox.requests)
    assert max(days.values()) > 6


def test_a_limit_that_never_ends_is_an_error_after_some_minutes(
    run_tap: RunTap, sandbox: Sandbox
) -> None:
    sandbox.faults = faults.Limit(20, seconds=1000)
    run = run_tap(settings(sandbox), TEST_PATIENCE="0.5")
    assert run.status == 1
    [error] = run.errors
    assert "Last error: HTTP 429: Too many requests" in error


def test_an_ornament_that_cannot_be_read_is_null(
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
    assert warned(run, "$.data.users[].last_active in a form that")
    assert "Never" not in run.log


def test_what_is_no_name_among_names_is_left_out_of_them(
    synced: Callable[..., Run],
) -> None:
    run = synced("tools-are-odd")
    assert run.status == 0
    for row in run.records("users"):
        assert (row["ides"], row["languages"]) == (["VS Code"], None)
        original = json.loads(row["additional_fields"])["ides"]
        assert original == ["VS Code", None, 7, {"name": "Zed"}]
    assert warned(run, "$.data.users[].ides in a form")


def test_figures_as_text_and_days_as_timestamps_are_understood(
    synced: Callable[..., Run], organisation: Organisation
) -> None:
    run = synced("figures-are-text")
    check_rows(run, organisation)
    assert not run.warnings


def test_users_without_an_address_are_one_row_a_day(
    synced: Callable[..., Run], organisation: Organisation
) -> None:
    run = synced("users-lose-their-address")
    assert run.status == 0
    due: dict[str, int] = defaultdict(int)
    for day in WHOLE:
        for user in organisation.day(day)["users"][:2]:
            due[day.isoformat()] += user["messages"]
    found = {
        row["day"]: row["messages"]
        for row in run.records("users")
        if row["email"] == "(no address)"
    }
    assert found == due
    assert warned(run, "$.data.users[].email without a value")
    assert not any("duplicate key" in line for line in run.warnings)


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
        firsts = {row["day"]: row[array][0][name] for row in truth["daily"]}
        due = [
            {**r, name: "(no name)"} if r[name] == firsts[r["day"]] else r
            for r in truth[stream]
        ]
        assert run.records(stream) == due
        assert all(r[array][0][name] == "(no name)" for r in run.records("daily"))


def test_a_user_listed_once_for_each_team_is_not_counted_twice(
    synced: Callable[..., Run], organisation: Organisation
) -> None:
    run = synced("users-come-once-for-each-team")
    check_rows(run, organisation)
    assert warned(run, "the greatest counts kept, as the answer's total has it")


def test_equal_figures_of_users_who_share_an_address_are_added(
    synced: Callable[..., Run],
) -> None:
    run = synced("erased-users-share-an-address")
    assert run.status == 0
    erased = [r for r in run.records("users") if r["email"] == "erased@example.com"]
    assert erased
    assert {row["messages"] for row in erased} == {2}
    assert warned(run, "counts added also where rows are the same")
    totals: Counter[str] = Counter()
    for row in run.records("users"):
        totals[row["day"]] += row["messages"]
    assert totals == {row["day"]: row["messages"] for row in run.records("daily")}


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
        assert warned(left_out, f"Leaving out {BROKEN}, as skip_days says.")
        days = {row["day"] for row in left_out.records("users")}
        assert YESTERDAY.isoformat() in days
        assert BROKEN.isoformat() not in days
        assert bookmarks(left_out.states[-1])["users"] == before
        sandbox.realities = ()
        sandbox._body.cache_clear()
        mended = run_tap(settings(sandbox), state=left_out.states[-1])
    assert mended.status == 0
    assert BROKEN.isoformat() in {row["day"] for row in mended.records("users")}
    assert bookmarks(mended.states[-1])["users"] == YESTERDAY.isoformat()


def test_a_wrong_value_in_a_column_that_is_not_selected_stops_nothing(
    run_tap: RunTap, organisation: Organisation, catalog_of_days: dict[str, Any]
) -> None:
    [users] = [s for s in catalog_of_days["streams"] if s["tap_stream_id"] == "users"]
    for place in users["metadata"]:
        if place["breadcrumb"] == ["properties", "messages"]:
            place["metadata"]["selected"] = False
    with odd(organisation, "one-day-is-broken") as sandbox:
        run = run_tap(settings(sandbox), catalog=catalog_of_days)
    assert run.status == 0, run.log
    truth = expected(organisation, WHOLE)["users"]
    for row in truth:
        del row["messages"]
    assert run.records("users") == truth


def test_pages_are_an_error_before_rows_are_lost(synced: Callable[..., Run]) -> None:
    run = synced("answers-have-pages")
    assert run.status == 1
    [error] = run.errors
    assert "at $.data.has_more: the answer is one page of several" in error
    assert run.records("users") == []


def test_characters_that_are_none_are_replaced(
    synced: Callable[..., Run],
) -> None:
    run = synced("names-are-broken")
    assert run.status == 0
    names = {row["ide_name"] for row in run.records("daily_ides")}
    assert "VS \ufffd Code" in names
    notes = {row["additional_fields"] for row in run.records("users")}
    assert notes == {'{"note":"\ufffd"}'}
    assert warned(run, "half of a surrogate pair")


def test_a_number_that_is_none_is_null_and_named(
    synced: Callable[..., Run], organisation: Organisation
) -> None:
    run = synced("fields-are-not-a-number")
    check_rows(run, organisation)
    notes = {row["additional_fields"] for row in run.records("users")}
    assert notes == {'{"rate":null}'}
    assert any("NaN or an infinity at $.data.users[0].rate" in w for w in run.warnings)


def test_a_byte_order_mark_is_skipped(
    synced: Callable[..., Run], organisation: Organisation
) -> None:
    check_rows(synced("answers-begin-with-a-mark"), organisation)


def test_an_encoding_that_was_not_asked_for_is_named_at_once(
    synced: Callable[..., Run],
) -> None:
    run = synced("answers-are-brotli")
    assert run.status == 1
    assert "is compressed with br, which was not asked for" in run.errors[0]
    assert "Trying again" not in run.log


def test_days_that_come_late_can_be_waited_for(
    run_tap: RunTap, organisation: Organisation
) -> None:
    last = TODAY - timedelta(days=4)
    with odd(organisation, "days-come-late") as sandbox:
        run = run_tap(settings(sandbox, delay_days=LATE.days))
    check_rows(run, organisation, Window(FIRST, last))
    assert not run.warnings


@pytest.fixture
def catalog_of_days(run_tap: RunTap) -> dict[str, Any]:
    """Give a catalog without period summaries, with all the rest selected."""
    catalog: dict[str, Any] = json.loads(run_tap(None, "--discover").output)
    for entry in catalog["streams"]:
        for place in entry["metadata"]:
            if not place["breadcrumb"]:
                chosen = entry["tap_stream_id"] != "period_summaries"
                place["metadata"]["selected"] = chosen
    return catalog
