"""Each row of each stream, against what the sandbox knows."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.expected import FORTNIGHT, expected, unordered
from support.runs import (
    STREAMS,
    TODAY,
    YESTERDAY,
    Run,
    Table,
    bookmarks,
    without_times,
)

from tap_zencoder.days import Window
from tap_zencoder.streams import json_schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_zencoder.sandbox import Sandbox

    RunTap = Callable[..., Run]


def test_every_row_is_what_the_api_said(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
) -> None:
    run = run_tap(fortnight)
    assert run.status == 0
    truth = expected(sandbox.organisation, FORTNIGHT)
    for stream in STREAMS:
        assert truth[stream], f"the sandbox has nothing for {stream}"
        assert run.records(stream) == truth[stream]


def test_every_record_has_the_properties_of_its_schema_in_their_order(
    run_tap: RunTap,
    fortnight: dict[str, Any],
) -> None:
    # That each record is valid by its schema, `run_tap` checks in every test.
    columns: dict[str, list[str]] = {}
    for message in run_tap(fortnight).messages:
        if message["type"] == "SCHEMA":
            assert message["stream"] not in columns, "a SCHEMA was sent twice"
            columns[message["stream"]] = list(message["schema"]["properties"])
        elif message["type"] == "RECORD":
            assert list(message["record"]) == columns[message["stream"]]
    assert set(columns) == set(STREAMS)


def test_no_key_is_sent_twice(run_tap: RunTap, fortnight: dict[str, Any]) -> None:
    messages = run_tap(fortnight).messages
    keys = {m["stream"]: m["key_properties"] for m in messages if m["type"] == "SCHEMA"}
    sent = Counter(
        (m["stream"], *(m["record"][key] for key in keys[m["stream"]]))
        for m in messages
        if m["type"] == "RECORD"
    )
    assert sent.most_common(1)[0][1] == 1


def test_a_state_follows_each_day_and_the_last_record(
    run_tap: RunTap,
    fortnight: dict[str, Any],
) -> None:
    run = run_tap(fortnight)
    assert run.messages[-1]["type"] == "STATE"
    assert bookmarks(run.states[-1]) == {
        **dict.fromkeys(STREAMS, YESTERDAY.isoformat()),
        "period_summaries": TODAY.isoformat(),
    }
    reached = [bookmarks(state).get("users") for state in run.states]
    assert [day for day in reached if day] == [day.isoformat() for day in FORTNIGHT]


def test_a_state_never_says_more_than_the_records_before_it(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
) -> None:
    due = expected(sandbox.organisation, FORTNIGHT)
    table = Table()
    for line in run_tap(fortnight).output.splitlines(keepends=True):
        table.load(line)
        for stream, reached in bookmarks(table.state or {"bookmarks": {}}).items():
            covered = [row for row in due[stream] if row["day"] <= reached]
            assert len(table.of(stream)) >= len(covered)


def test_each_day_is_asked_for_once_whatever_is_selected(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
) -> None:
    run_tap(fortnight)
    asked = Counter(
        (name, value)
        for request in sandbox.requests
        if request.method == "GET"
        for name, value in request.query.items()
    )
    days = [("day", day.isoformat()) for day in FORTNIGHT]
    periods = [("period", period) for period in ("7d", "30d", "90d")]
    assert asked == Counter([*days, *periods])
    assert sandbox.logins == 1


def test_a_day_without_activity_moves_the_bookmark(
    run_tap: RunTap,
    sandbox: Sandbox,
) -> None:
    quiet = date(2026, 1, 1)
    assert sandbox.organisation.day(quiet)["daily"] == []
    one_day = {"start_date": quiet.isoformat(), "end_date": quiet.isoformat()}
    run = run_tap({**sandbox.settings(), **one_day})
    assert run.status == 0
    assert run.records("users") == []
    nothing = {"additional_fields": None}
    zeros = {"active_users": 0, "messages": 0, "ides": [], "languages": []}
    assert run.records("daily") == [{"day": quiet.isoformat(), **zeros, **nothing}]
    assert bookmarks(run.states[-1])["daily"] == quiet.isoformat()


def test_a_second_sync_sends_the_lookback_and_the_new_days_again(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
) -> None:
    two_days_ago = TODAY - timedelta(days=2)
    first = run_tap(fortnight, today=two_days_ago)
    sandbox.requests.clear()
    second = run_tap(fortnight, state=first.states[-1])
    window = Window(two_days_ago - timedelta(days=1 + 3), YESTERDAY)
    assert [
        request.query["day"] for request in sandbox.requests if "day" in request.query
    ] == unordered([day.isoformat() for day in window])
    assert second.records("users") == expected(sandbox.organisation, window)["users"]
    assert bookmarks(second.states[-1])["users"] == YESTERDAY.isoformat()


def test_a_sync_with_nothing_new_still_ends_with_a_state(
    run_tap: RunTap,
    fortnight: dict[str, Any],
) -> None:
    first = run_tap(fortnight)
    again = run_tap(fortnight, state=first.states[-1])
    assert again.messages[-1]["type"] == "STATE"
    assert again.states[-1] == first.states[-1]
    last_record = max(i for i, m in enumerate(again.messages) if m["type"] == "RECORD")
    assert any(m["type"] == "STATE" for m in again.messages[last_record:])


def test_a_slice_of_history_has_no_period_summaries(
    run_tap: RunTap,
    sandbox: Sandbox,
) -> None:
    slice_of_history = {"start_date": "2025-06-01", "end_date": "2025-06-03"}
    run = run_tap({**sandbox.settings(), **slice_of_history})
    assert run.status == 0
    assert run.records("period_summaries") == []
    assert not any("period" in request.query for request in sandbox.requests)
    days = [row["day"] for row in run.records("daily")]
    assert days == ["2025-06-01", "2025-06-02", "2025-06-03"]


def test_a_slice_before_the_bookmark_asks_nothing_and_keeps_the_bookmark(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
) -> None:
    state = run_tap(fortnight).states[-1]
    sandbox.requests.clear()
    history = {"start_date": "2025-06-01", "end_date": "2025-06-03"}
    run = run_tap({**sandbox.settings(), **history}, state=state)
    assert run.status == 0
    assert sandbox.requests == []
    assert run.states[-1] == state
    [warning] = run.warnings
    assert "Nothing to sync" in warning
    assert "syncs end with 2025-06-03" in warning
    assert "separate state" in warning


def test_a_slice_that_the_lookback_reaches_is_synced_without_a_warning(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
) -> None:
    state = run_tap(fortnight).states[-1]
    before = YESTERDAY - timedelta(days=1)
    run = run_tap({**sandbox.settings(), "end_date": before.isoformat()}, state=state)
    assert run.records("users")
    assert "WARNING" not in run.log


def test_new_streams_catch_up_while_old_ones_resume(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
) -> None:
    state = run_tap(fortnight).states[-1]
    del state["bookmarks"]["users"]
    sandbox.requests.clear()
    run = run_tap(fortnight, state=state)
    truth = expected(sandbox.organisation, FORTNIGHT)
    assert run.records("users") == truth["users"]
    lookback = {day.isoformat() for day in list(FORTNIGHT)[-4:]}
    assert run.records("daily") == [
        row for row in truth["daily"] if row["day"] in lookback
    ]
    asked = [r.query["day"] for r in sandbox.requests if "day" in r.query]
    assert asked == unordered([day.isoformat() for day in FORTNIGHT])


def test_a_field_the_api_adds_is_kept_and_warned_about_once(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
) -> None:
    def add_lines(envelope: dict[str, Any], _: object) -> dict[str, Any]:
        for user in envelope["data"]["users"]:
            user["lines_accepted"] = 7
        envelope["data"]["teams"] = []
        return envelope

    sandbox.answers = add_lines
    run = run_tap(fortnight)
    assert run.status == 0
    assert {row["additional_fields"] for row in run.records("users")} == {
        '{"lines_accepted":7}'
    }
    warnings = [line for line in run.log.splitlines() if "| WARNING " in line]
    assert len([w for w in warnings if "lines_accepted" in w]) == 1
    assert len([w for w in warnings if "$.data.teams" in w]) == 1


def test_new_fields_inside_an_array_are_kept_beside_it(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
) -> None:
    def add_versions(envelope: dict[str, Any], _: object) -> dict[str, Any]:
        for entry in envelope["data"]["daily"]:
            entry["ides"][0]["version"] = "1.2"
            entry["sessions"] = 3
        return envelope

    active = [d for d in FORTNIGHT if sandbox.organisation.day(d)["daily"]]

    sandbox.answers = add_versions
    run = run_tap(fortnight)
    assert run.status == 0
    truth = expected(sandbox.organisation, active)
    rows = [row for row in run.records("daily") if row["active_users"]]
    for row, plain in zip(rows, truth["daily"], strict=True):
        first, *others = plain["ides"]
        assert json.loads(row.pop("additional_fields")) == {
            "sessions": 3,
            "ides": [{**first, "version": "1.2"}, *others],
        }
        assert row == {k: v for k, v in plain.items() if k != "additional_fields"}
    first_ides = [r for r in run.records("daily_ides") if r["additional_fields"]]
    assert len(first_ides) == len(truth["daily"])
    assert {r["additional_fields"] for r in first_ides} == {'{"version":"1.2"}'}
    warnings = [line for line in run.log.splitlines() if "| WARNING " in line]
    assert len([w for w in warnings if "ides[].version" in w]) == 1


def test_figures_of_another_day_are_left_to_that_day(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
) -> None:
    plain = run_tap(fortnight)

    def add_a_neighbour(envelope: dict[str, Any], request: Any) -> dict[str, Any]:
        daily = envelope["data"]["daily"]
        if "day" in request.query and daily:
            before = date.fromisoformat(request.query["day"]) - timedelta(days=1)
            daily += sandbox.organisation.day(before)["daily"]
        return envelope

    sandbox.answers = add_a_neighbour
    run = run_tap(fortnight)
    for stream in STREAMS:
        assert run.records(stream) == plain.records(stream)
    assert run.log.count("a day that was not requested") == 1


@pytest.mark.parametrize("concurrency", [1, 2, 16])
def test_rows_are_the_same_at_any_concurrency(
    run_tap: RunTap,
    fortnight: dict[str, Any],
    concurrency: int,
) -> None:
    run = run_tap({**fortnight, "concurrency": concurrency})
    assert without_times(run) == without_times(run_tap(fortnight))


def test_every_property_has_a_description() -> None:
    for stream in STREAMS:
        for name, described in json_schema(stream)["properties"].items():
            assert described["description"].endswith("."), f"{stream}.{name}"
            for inner in described.get("items", {}).get("properties", {}).values():
                assert inner["description"].endswith("."), f"{stream}.{name}"
