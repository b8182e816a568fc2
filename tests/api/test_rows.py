from __future__ import annotations

import itertools
import json
from datetime import date
from typing import Any

import msgspec
import pytest
from support.responses import NOW, response

from tap_zencoder.api import rows
from tap_zencoder.api.objects import ApiObject, IdeUsage, UserUsage
from tap_zencoder.api.reports import UsageQuery, UsageReport, read_report
from tap_zencoder.api.rows import merge_duplicates
from tap_zencoder.api.values import form_of

DAY = date(2026, 3, 2)
KEYS = ("day", "email")
USER: dict[str, Any] = {
    "email": "a@example.com",
    "messages": 5,
    "last_active": "2026-03-02",
    "ides": ["VS Code"],
    "languages": ["Go", "Python"],
}
PERIOD = {"start": "2026-03-02", "end": "2026-03-02", "days": 1}
SUMMARY = {"total_active_users": 1, "total_messages": 5}


def report(**data: Any) -> UsageReport:
    given = {"period": PERIOD, "summary": SUMMARY, "users": [], "daily": [], **data}
    body = {"status": "success", "data": given}
    return read_report(UsageQuery("day", str(DAY)), response(200, body))


def plain(found: Any) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(row) for row in found]


def merged(*users: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of users, one per key, with additional fields decoded."""
    found = plain(merge_duplicates(rows.user_rows(report(users=users), DAY), KEYS).rows)
    for row in found:
        assert row.pop("day") == "2026-03-02"
        row["additional_fields"] = json.loads(row["additional_fields"] or "null")
    return found


def test_a_report_knows_when_it_was_received() -> None:
    assert report().received == NOW


def test_users_are_stamped_with_the_day_that_was_asked_for() -> None:
    period = {**PERIOD, "start": "2026-03-01"}
    assert plain(rows.user_rows(report(users=[USER], period=period), DAY)) == [
        {"day": "2026-03-02", **USER, "additional_fields": None},
    ]


def test_a_period_is_a_row_with_new_totals_under_the_object_they_came_in() -> None:
    period, summary = {**PERIOD, "zone": "UTC"}, {**SUMMARY, "lines_accepted": 9}
    body = {"data": {"period": period, "summary": summary}}
    answer = read_report(UsageQuery("period", "7d"), response(200, body))
    [row] = plain([rows.period_row(answer)])
    assert json.loads(row.pop("additional_fields")) == {
        "period": {"zone": "UTC"},
        "summary": {"lines_accepted": 9},
    }
    assert row == {"day": "2026-03-02", "period": "7d", **PERIOD, **SUMMARY}
    assert answer.findings.new == {
        "$.data.period.zone",
        "$.data.summary.lines_accepted",
    }


def test_entries_of_other_days_are_left_out_with_one_sentence() -> None:
    entry = {"active_users": 1, "messages": 5}
    days = [{"day": day, **entry} for day in ("2026-03-01", "2026-03-02")]
    answer = report(daily=days)
    assert [row["day"] for row in plain(rows.daily_rows(answer, DAY))] == ["2026-03-02"]
    [surprise] = answer.surprises
    assert "a day that was not asked for" in surprise


def test_a_day_listed_in_parts_agrees_with_its_items() -> None:
    def part(engaged: int) -> dict[str, Any]:
        ide = {"ide_name": "Zed", "engaged_users": engaged, "version": engaged}
        return {"day": "2026-03-02", "active_users": 1, "messages": 5, "ides": [ide]}

    answer = report(daily=[part(5), part(4)])
    [row] = plain(merge_duplicates(rows.daily_rows(answer, DAY), ["day"]).rows)
    items = rows.daily_item_rows(answer, DAY, "ides", IdeUsage)
    [item] = plain(merge_duplicates(items, ["day", "ide_name"]).rows)
    assert row["ides"] == [{"ide_name": "Zed", "engaged_users": 9}]
    assert item["engaged_users"] == 9


@pytest.mark.parametrize(
    ("stamp", "day"),
    [
        ("2026-03-01", "2026-03-01"),
        ("2026-03-02T23:30:00-05:00", "2026-03-03"),
        ("", None),
        (None, None),
    ],
)
def test_a_last_activity_is_a_day_or_null(stamp: str | None, day: str | None) -> None:
    [row] = merged({**USER, "last_active": stamp})
    assert row["last_active"] == day


@pytest.mark.parametrize("stamp", ["soon", "10:00", "0001-01-01T00:00:00+14:00"])
def test_a_last_activity_that_is_no_date_is_null_and_set_aside(stamp: str) -> None:
    answer = report(users=[USER, {**USER, "last_active": stamp, "new": 1}])
    _, row = plain(rows.user_rows(answer, DAY))
    assert row["last_active"] is None
    assert json.loads(row["additional_fields"]) == {"new": 1, "last_active": stamp}
    assert list(answer.findings.odd) == ["$.data.users[].last_active"]
    _, row = plain(rows.user_rows(answer, DAY, {"email"}))
    assert json.loads(row["additional_fields"]) == {"new": 1}


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("10/14/2025", '"99/99/9999"'),
        ("Never", '"aaaaa"'),
        ("joe@example.com", '"aaa@aaaaaaa.aaa"'),
        (5, "a number"),
        (None, "null"),
        (True, "true"),
        ([1], "a list"),
        ({}, "an object"),
    ],
)
def test_the_form_of_a_value_says_nothing_of_what_it_is(value: Any, form: str) -> None:
    assert form_of(value) == form


@pytest.mark.parametrize(
    ("messages", "total", "kept"),
    [
        ([4, 4], 4, 4),  # listed for each of two teams
        ([4, 4], 8, 8),  # two users who share an address
        ([5, 3], 8, 8),  # two parts
        ([5, 3], 5, 5),
        ([5, 3], 7, 8),  # fits no reading
        ([4, 4], None, 4),
    ],
)
def test_rows_of_one_key_are_read_as_the_total_has_them(
    messages: list[int], total: int | None, kept: int
) -> None:
    users = [{**USER, "messages": number} for number in messages]
    found = rows.user_rows(report(users=users), DAY)
    [row] = merge_duplicates(found, KEYS, lambda: total).rows
    assert isinstance(row, UserUsage)
    assert row.messages == kept


def test_rows_with_the_same_key_are_merged_in_place() -> None:
    other = {
        **USER,
        "messages": 3,
        "last_active": "2026-03-03",
        "ides": ["Zed", "VS Code"],
        "languages": None,
        "lines": 4,
    }
    another = {**USER, "email": "b@example.com"}
    assert merged(USER, another, other) == [
        {
            **USER,
            "messages": 8,
            "last_active": "2026-03-03",
            "ides": ["VS Code", "Zed"],
            "additional_fields": {"lines": 4},
        },
        {**another, "additional_fields": None},
    ]


def test_rows_of_different_keys_are_left_as_they_are() -> None:
    users: list[ApiObject] = [
        UserUsage(day="2026-03-02", email=email, messages=1) for email in ("a", "b")
    ]
    assert merge_duplicates(users, KEYS).rows is users


def test_a_row_that_came_twice_counts_once() -> None:
    assert merged(USER, dict(USER)) == [{**USER, "additional_fields": None}]


def test_the_order_of_parts_does_not_matter_to_their_sum() -> None:
    for counts in itertools.permutations([5, 5, 3]):
        [row] = merged(*({**USER, "messages": count} for count in counts))
        assert row["messages"] == 8


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
    one: dict[str, Any],
    other: dict[str, Any],
    together: dict[str, Any],
) -> None:
    [row] = merged({**USER, **one}, {**USER, "messages": 3, **other})
    assert row["messages"] == 8
    assert row["additional_fields"] == together
