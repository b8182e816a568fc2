from __future__ import annotations

import json
from typing import Any

import pytest

from tap_zencoder.errors import ContractError
from tap_zencoder.objects import (
    DailyUsage,
    Location,
    UserUsage,
    as_day,
    read_rows,
)

HERE = Location("day 2026-03-02", "$.data.users")
USER = {
    "email": "a@example.com",
    "messages": 5,
    "last_active": "2026-03-02",
    "ides": ["VS Code"],
    "languages": ["Go", "Python"],
}
DAY = {
    "day": "2026-03-02",
    "active_users": 2,
    "messages": 7,
    "ides": [{"ide_name": "VS Code", "engaged_users": 2}],
    "languages": [{"language_name": "Go", "engaged_users": 1}],
}


def read(objects: Any, kind: Any = UserUsage) -> list[dict[str, Any]]:
    return read_rows(json.dumps(objects).encode(), HERE, kind)


def test_a_documented_object_is_a_row_with_nothing_additional() -> None:
    assert read([USER]) == [{**USER, "additional_fields": None}]
    assert read([DAY], DailyUsage) == [{**DAY, "additional_fields": None}]


def test_what_is_not_there_is_null() -> None:
    [row] = read([{"email": "a@example.com", "messages": 5}])
    assert row == {
        "email": "a@example.com",
        "messages": 5,
        "last_active": None,
        "ides": None,
        "languages": None,
        "additional_fields": None,
    }


@pytest.mark.parametrize(
    "name",
    [
        "lines_generated",
        "Email",
        "day",
        "additional_fields",
        "a.b",
        "two words",
        "🚀",
        "",
    ],
)
def test_an_unknown_field_is_kept_whatever_its_name(name: str) -> None:
    rows = read([USER, {**USER, name: {"deep": [1, 2.5, None]}}])
    assert rows == [
        {**USER, "additional_fields": None},
        {**USER, "additional_fields": {name: {"deep": [1, 2.5, None]}}},
    ]


def test_arrays_of_a_day_are_kept_as_they_come() -> None:
    ide = {"ide_name": "Zed", "engaged_users": 1, "version": "1.2"}
    [row] = read([{**DAY, "ides": [ide]}], DailyUsage)
    assert row["ides"] == [ide]


def test_a_number_with_a_zero_fraction_is_an_integer() -> None:
    assert read([{**USER, "messages": 58.0}])[0]["messages"] == 58
    ide = {"ide_name": "Zed", "engaged_users": 3.0}
    [row] = read([{**DAY, "ides": [ide]}], DailyUsage)
    count = row["ides"][0]["engaged_users"]
    assert (count, type(count)) == (3, int)


@pytest.mark.parametrize(
    ("objects", "path", "problem"),
    [
        ({}, "$.data.users", "an array was expected"),
        ([USER, 7], "$.data.users[1]", "an object was expected"),
        (
            [{**USER, "messages": "58"}],
            "$.data.users[0].messages",
            "Expected `int`, got `str`",
        ),
        (
            [{**USER, "messages": 0.5}],
            "$.data.users[0].messages",
            "Expected `int`, got `float`",
        ),
        (
            [USER, {**USER, "ides": ["Zed", 3]}],
            "$.data.users[1].ides[1]",
            "got `int`",
        ),
        ([{**USER, "email": None}], "$.data.users[0].email", "got `null`"),
        ([{"messages": 1}], "$.data.users[0].email", "the field is missing"),
        ([{**USER, "messages": True}], "$.data.users[0].messages", "got `bool`"),
    ],
)
def test_a_wrong_type_is_refused_by_its_json_path(
    objects: Any,
    path: str,
    problem: str,
) -> None:
    with pytest.raises(ContractError) as refusal:
        read(objects)
    assert f"at {path}: " in str(refusal.value)
    assert problem in str(refusal.value)
    assert "day 2026-03-02" in str(refusal.value)
    assert "example.com" not in str(refusal.value)


def test_a_wrong_type_inside_an_array_is_refused_by_its_json_path() -> None:
    ides = [{"ide_name": "Zed", "engaged_users": "1"}]
    with pytest.raises(ContractError, match=r"users\[0\]\.ides\[0\]\.engaged_users"):
        read([{**DAY, "ides": ides}], DailyUsage)


def test_text_that_json_does_not_allow_is_refused() -> None:
    lone_surrogate = b'[{"email": "\\ud800", "messages": 1}]'
    with pytest.raises(ContractError, match="text that JSON does not allow"):
        read_rows(lone_surrogate, HERE, UserUsage)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-02", "2026-03-02"),
        ("2026-03-02T23:30:00", "2026-03-02"),
        ("2026-03-02T23:30:00Z", "2026-03-02"),
        ("2026-03-02T23:30:00.123456-05:00", "2026-03-03"),
        ("2026-03-02 01:00:00+03:00", "2026-03-01"),
    ],
)
def test_a_timestamp_becomes_its_utc_day(text: str, day: str) -> None:
    assert as_day(text) == day
