from __future__ import annotations

import itertools
import json
import time
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from support.responses import (
    DAY,
    ENTRY,
    NOW,
    OF_DAY,
    OF_PERIOD,
    USER,
    documented,
    warnings,
)
from support.responses import report as reported

from tap_zencoder.api import rows
from tap_zencoder.api.answers import quiet_report
from tap_zencoder.api.reports import UsageReport
from tap_zencoder.errors import ContractError

STAMP = {"day": "2026-03-02"}
NOTHING = {"additional_fields": None}


def plain(found: Any) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(row) for row in found]


def users(*given: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of users, with their additional fields decoded."""
    found = plain(rows.user_rows(reported(users=given), DAY))
    for row in found:
        assert row.pop("day") == "2026-03-02"
        row["additional_fields"] = json.loads(row["additional_fields"] or "null")
    return found


def daily(report: UsageReport) -> dict[str, Any]:
    """Return the row of `daily`, of which there is always one."""
    [row] = plain(rows.daily_rows(report, DAY))
    return row


def test_a_documented_answer_becomes_rows_as_it_is() -> None:
    report = reported()
    assert plain(rows.user_rows(report, DAY)) == [{**STAMP, **USER, **NOTHING}]
    assert daily(report) == {**ENTRY, **NOTHING}
    [ide] = plain(rows.ide_rows(report, DAY))
    assert ide == {**STAMP, "ide_name": "VS Code", "engaged_users": 1, **NOTHING}
    [language] = plain(rows.language_rows(report, DAY))
    assert language == {**STAMP, "language_name": "Go", "engaged_users": 1, **NOTHING}
    assert warnings(report) == []


def test_rows_are_stamped_with_the_day_that_was_asked_for() -> None:
    period = {"start": "2026-03-01", "end": "2026-03-02", "days": 2}
    report = reported(period=period)
    for of in (rows.user_rows, rows.ide_rows, rows.language_rows):
        assert {row["day"] for row in plain(of(report, DAY))} == {"2026-03-02"}


def test_a_period_is_a_row_with_new_totals_under_the_object_they_came_in() -> None:
    given = documented()
    report = reported(
        OF_PERIOD,
        period={**given["period"], "zone": "UTC"},
        summary={**given["summary"], "lines_accepted": 9},
    )
    [row] = plain(rows.period_rows(report, DAY))
    assert json.loads(row.pop("additional_fields")) == {
        "period": {"zone": "UTC"},
        "summary": {"lines_accepted": 9},
    }
    assert row == {**STAMP, "period": "7d", **given["period"], **given["summary"]}
    assert [sentence.split()[3] for sentence in warnings(report)] == [
        "$.data.period.zone,",
        "$.data.summary.lines_accepted,",
    ]


def test_the_day_of_a_period_is_its_last() -> None:
    period = {"start": "2026-02-24T00:00:00Z", "end": "2026-03-02T23:59:59Z", "days": 7}
    [row] = plain(rows.period_rows(reported(OF_PERIOD, period=period), DAY))
    assert row["day"] == row["end"] == "2026-03-02"
    assert row["start"] == "2026-02-24"


def test_figures_of_a_neighbour_are_left_to_its_own_request() -> None:
    other = {**ENTRY, "day": "2026-03-01", "messages": 99}
    report = reported(daily=[other, ENTRY])
    assert daily(report)["messages"] == 5
    assert len(rows.ide_rows(report, DAY)) == len(rows.language_rows(report, DAY)) == 1


@pytest.mark.parametrize("stamp", ["2026-03-02T00:00:00Z", "2026-03-02T00:00:00+14:00"])
def test_the_day_of_an_entry_is_its_date_as_it_is_written(stamp: str) -> None:
    report = reported(daily=[{**ENTRY, "day": stamp}])
    assert daily(report) == {**ENTRY, **NOTHING}
    assert len(rows.ide_rows(report, DAY)) == 1


QUIET = {"total_active_users": 0, "total_messages": 0}
ZEROS = {**STAMP, "active_users": 0, "messages": 0, "ides": [], "languages": []}


@pytest.mark.parametrize("nothing", [[], None])
def test_a_quiet_day_is_a_row_of_zeros(nothing: Any) -> None:
    report = reported(users=nothing, daily=nothing, summary=QUIET)
    assert daily(report) == {**ZEROS, **NOTHING}
    for of in (rows.user_rows, rows.ide_rows, rows.language_rows):
        assert list(of(report, DAY)) == []


def test_an_absent_day_between_others_is_a_row_of_zeros() -> None:
    report = quiet_report(str(DAY), NOW)
    assert daily(report) == {**ZEROS, **NOTHING}
    for of in (rows.user_rows, rows.ide_rows, rows.language_rows):
        assert list(of(report, DAY)) == []


def test_a_day_without_an_entry_has_the_totals_of_its_summary() -> None:
    """With null for the lists: what the users used, nobody knows."""
    summary = {"total_active_users": 2, "total_messages": 7, "lines": 9}
    row = daily(reported(daily=[], summary=summary))
    assert json.loads(row.pop("additional_fields")) == {"lines": 9}
    totals = {"active_users": 2, "messages": 7, "ides": None, "languages": None}
    assert row == {**STAMP, **totals}


def test_totals_without_users_or_entries_are_those_of_the_summary() -> None:
    summary = {"total_active_users": 2, "total_messages": 7}
    row = daily(reported(users=[], daily=[], summary=summary))
    assert (row["active_users"], row["messages"]) == (2, 7)
    assert (row["ides"], row["languages"]) == (None, None)


def test_a_figure_beside_one_that_cannot_be_read_stops_a_day_without_users() -> None:
    summary = {"total_active_users": 12, "total_messages": None}
    with pytest.raises(ContractError, match="total_messages"):
        daily(reported(users=[], daily=[], summary=summary))


@pytest.mark.parametrize(
    "summary", [None, 7, [], {}, {"total_active_users": "many"}, {"new": 1}]
)
def test_a_quiet_day_needs_no_summary_and_an_active_one_does(summary: Any) -> None:
    kept = None if summary is None else json.dumps({"summary": summary})
    row = daily(reported(users=[], daily=[], summary=summary))
    assert json.loads(row.pop("additional_fields") or "null") == json.loads(
        kept or "null"
    )
    assert row == ZEROS
    with pytest.raises(ContractError):
        daily(reported(daily=[], summary=summary))
    assert daily(reported(summary=summary)) == {**ENTRY, **NOTHING}


@pytest.mark.parametrize(
    ("stamp", "day"),
    [
        ("2026-03-01", "2026-03-01"),
        ("2026-03-02T23:30:00Z", "2026-03-02"),
        ("2026-03-02T23:30:00-05:00", "2026-03-03"),
        ("", None),
        (None, None),
    ],
)
def test_a_last_activity_is_a_day_or_null(stamp: str | None, day: str | None) -> None:
    [row] = users({**USER, "last_active": stamp})
    assert (row["last_active"], row["additional_fields"]) == (day, None)


@pytest.mark.parametrize(
    "stamp",
    ["Never", "10:00", "03/02/2026", " 2026-03-02", "0001-01-01T00:00:00+14:00"],
)
def test_a_last_activity_that_is_no_date_is_null_and_kept(stamp: str) -> None:
    given = [USER, {**USER, "email": "b", "last_active": stamp, "new": 1}]
    report = reported(users=given)
    sound, row = plain(rows.user_rows(report, DAY))
    assert sound == {**STAMP, **USER, **NOTHING}
    assert row["last_active"] is None
    assert json.loads(row["additional_fields"]) == {"new": 1, "last_active": stamp}
    [_, warning] = sorted(warnings(report))
    assert "$.data.users[].last_active that cannot be parsed" in warning


@pytest.mark.parametrize(
    "address",
    ["A@Example.com", " a@example.com", "a@example.com\n", "\tA@EXAMPLE.COM "],
)
def test_an_address_is_lower_case_without_surrounding_space(address: str) -> None:
    [row] = users({**USER, "email": address})
    assert row["email"] == "a@example.com"
    [one] = users(USER, {**USER, "email": address, "messages": 3})
    assert (one["email"], one["messages"]) == ("a@example.com", 8)


def test_names_of_tools_are_left_as_they_are() -> None:
    ides = [{"ide_name": name, "engaged_users": 1} for name in ("Zed", "zed", " Zed")]
    report = reported(daily=[{**ENTRY, "ides": ides}])
    assert [row["ide_name"] for row in plain(rows.ide_rows(report, DAY))] == [
        "Zed",
        "zed",
        " Zed",
    ]
    assert warnings(report) == []


def test_equal_rows_count_once_with_a_note() -> None:
    report = reported(users=[USER, dict(USER), USER])
    assert plain(rows.user_rows(report, DAY)) == [{**STAMP, **USER, **NOTHING}]
    [warning] = warnings(report)
    assert "entries with the same email" in warning


def test_rows_of_one_key_that_differ_are_added_where_the_first_stood() -> None:
    other = {
        **USER,
        "messages": 3,
        "last_active": "2026-03-03",
        "ides": ["Zed", "VS Code"],
        "languages": None,
        "lines": 4,
    }
    another = {**USER, "email": "b@example.com"}
    assert users(USER, another, other) == [
        {
            **USER,
            "messages": 8,
            "last_active": "2026-03-03",
            "ides": ["VS Code", "Zed"],
            "additional_fields": {"lines": 4},
        },
        {**another, **NOTHING},
    ]


def test_the_order_of_parts_does_not_matter_to_their_sum() -> None:
    """Two are equal throughout, and count once."""
    for counts in itertools.permutations([5, 5, 3]):
        [row] = users(*({**USER, "messages": count} for count in counts))
        assert row["messages"] == 8


@pytest.mark.parametrize("total", [4, 5, 8, None])
def test_no_reading_is_chosen_by_totals(total: int | None) -> None:
    teams = [{**USER, "messages": 4, "team": team} for team in ("web", "data")]
    summary = {"total_active_users": 1, "total_messages": total}
    report = reported(users=teams, summary=summary)
    [row] = plain(rows.user_rows(report, DAY))
    assert row["messages"] == 8


def test_rows_of_different_keys_are_left_as_they_are() -> None:
    report = reported(users=[USER, {**USER, "email": "b"}])
    assert [row["email"] for row in plain(rows.user_rows(report, DAY))] == [
        "a@example.com",
        "b",
    ]
    assert warnings(report) == []


def test_entries_without_a_key_are_one_row() -> None:
    nameless = {**USER, "email": None}
    given = [USER, nameless, {**nameless, "messages": 3}, dict(nameless)]
    first, other = users(*given)
    assert first == {**USER, **NOTHING}
    assert other == {**USER, "email": "(no address)", "messages": 8, **NOTHING}


def test_an_entry_that_is_named_as_the_placeholder_is_one_row_with_it() -> None:
    given = [USER, {**USER, "email": "(no address)"}, {**USER, "email": "  "}]
    assert [row["email"] for row in users(*given)] == ["a@example.com", "(no address)"]


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ({"rate": 0.5}, {"rate": 0.75}, {"rate": 0.75}),
        ({"lines": 10, "a": 1}, {"lines": 2.5, "b": 2}, {"lines": 2.5, "a": 1, "b": 2}),
        ({"deep": {"in": 1}}, {"deep": {"out": 2}}, {"deep": {"out": 2}}),
        ({"list": [1]}, {"list": [2]}, {"list": [2]}),
        ({"pro": True}, {"pro": False}, {"pro": False}),
        ({"team": "a"}, {"team": None}, {"team": None}),
        ({"team": "a"}, {}, {"team": "a"}),
        ({}, {"team": "a"}, {"team": "a"}),
    ],
)
def test_unknown_fields_are_the_later_rows_and_never_added(
    one: dict[str, Any], other: dict[str, Any], together: dict[str, Any]
) -> None:
    [row] = users({**USER, **one}, {**USER, "messages": 3, **other})
    assert row["messages"] == 8
    assert row["additional_fields"] == together


def part(engaged: int, **more: Any) -> dict[str, Any]:
    """Return an entry for the day, which may be one of several."""
    ide = {"ide_name": "Zed", "engaged_users": engaged, **more}
    return {**STAMP, "active_users": engaged, "messages": 5, "ides": [ide]}


@pytest.mark.parametrize(
    ("parts", "engaged"),
    [
        pytest.param([part(5), part(4)], 9, id="two that differ"),
        pytest.param([part(5), part(5)], 5, id="two that are equal"),
        pytest.param([part(5), part(5), part(4)], 9, id="two equal, and another"),
        pytest.param(
            [part(5, version="1"), part(5, version="2")], 10, id="two new fields differ"
        ),
    ],
)
def test_a_day_in_parts_agrees_with_its_items(
    parts: list[dict[str, Any]], engaged: int
) -> None:
    report = reported(daily=parts)
    row = daily(report)
    [item] = plain(rows.ide_rows(report, DAY))
    assert row["ides"] == [{"ide_name": "Zed", "engaged_users": engaged}]
    assert item["engaged_users"] == engaged


def test_parts_of_a_day_whose_entries_differ_do_not_add_items_that_are_equal() -> None:
    """One rule for both: an item that is the same throughout counts once."""
    report = reported(daily=[part(5), {**part(5), "messages": 3}])
    row = daily(report)
    [item] = plain(rows.ide_rows(report, DAY))
    assert row["messages"] == 8
    assert row["ides"] == [{"ide_name": "Zed", "engaged_users": item["engaged_users"]}]


@pytest.mark.parametrize("array", ["ides", "languages"])
def test_items_of_one_name_are_added_in_daily_as_in_their_own_stream(
    array: str,
) -> None:
    name = {"ides": "ide_name", "languages": "language_name"}[array]
    of = {"ides": rows.ide_rows, "languages": rows.language_rows}[array]
    items = [{name: "x", "engaged_users": n} for n in (2, 3, 2)]
    report = reported(daily=[{**ENTRY, array: items}])
    assert daily(report)[array] == [{name: "x", "engaged_users": 5}]
    assert [row["engaged_users"] for row in plain(of(report, DAY))] == [5]


def test_a_sum_that_no_column_can_hold_is_a_wrong_value() -> None:
    """Whole numbers have 64 bits in every warehouse."""
    half = 2**62
    given = [{**USER, "messages": number} for number in (half, half - 1)]
    assert users(*given)[0]["messages"] == 2**63 - 1
    for numbers in [(half, half), (half, half, -half), (-half, -half)]:
        given = [
            {**USER, "messages": number, "team": team}
            for team, number in enumerate(numbers)
        ]
        if abs(sum(numbers)) > 2**63 - 1:
            with pytest.raises(ContractError, match="too large"):
                users(*given)
        else:
            assert users(*given)[0]["messages"] == sum(numbers)


def seconds_to_merge(number: int) -> float:
    """Return how long so many different entries of one key take, lists included."""
    given = [
        {**USER, "messages": n, "ides": [f"IDE {n}"], f"new {n % 7}": n}
        for n in range(number)
    ]
    report = reported(users=given)
    assert report.users
    started = time.process_time()
    [row] = plain(rows.user_rows(report, DAY))
    seconds = time.process_time() - started
    assert row["messages"] == sum(range(number))
    assert len(row["ides"]) == number
    return seconds


def test_entries_of_one_key_take_time_in_proportion_to_their_number() -> None:
    """Ten times as many take a hundred times as long where each is held against all."""
    few, many = seconds_to_merge(2_000), seconds_to_merge(20_000)
    assert many < 40 * few + 0.5


def test_a_report_can_be_read_for_each_stream_in_any_order() -> None:
    given: dict[str, Any] = {
        "users": [USER, {**USER, "email": " B ", "last_active": "Never"}],
        "daily": [part(5, version="1"), part(4)],
    }
    of: list[Any] = [rows.daily_rows, rows.ide_rows, rows.language_rows, rows.user_rows]
    found = set()
    for order in itertools.permutations(of):
        report = reported(OF_DAY, **given)
        made = {str(of.index(f)): plain(f(report, DAY)) for f in order}
        found.add(json.dumps(made, sort_keys=True))
    assert len(found) == 1


def test_another_day_has_none_of_the_rows_of_an_answer() -> None:
    report = reported()
    assert list(rows.ide_rows(report, DAY + timedelta(days=1))) == []
