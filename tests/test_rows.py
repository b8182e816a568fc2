from __future__ import annotations

import itertools
from typing import Any

import pytest

from tap_zencoder.objects import IdeUsage
from tap_zencoder.rows import merge_duplicates, split_fields

KEYS = ("day", "email")
USER = {
    "day": "2026-03-02",
    "email": "a@example.com",
    "messages": 5,
    "last_active": "2026-03-02",
    "ides": ["VS Code"],
    "languages": ["Go", "Python"],
    "additional_fields": None,
}


def test_what_is_unknown_of_an_item_is_in_additional_fields() -> None:
    ide = {"ide_name": "Zed", "engaged_users": 1, "version": "1.2"}
    assert split_fields(ide, IdeUsage) == {
        "ide_name": "Zed",
        "engaged_users": 1,
        "additional_fields": {"version": "1.2"},
    }


def test_rows_with_the_same_key_are_merged_in_place() -> None:
    other = {
        **USER,
        "messages": 3,
        "last_active": "2026-03-03",
        "ides": ["Zed", "VS Code"],
        "languages": None,
        "additional_fields": {"lines": 4},
    }
    another = {**USER, "email": "b@example.com"}
    assert merge_duplicates([USER, another, other], KEYS) == [
        {
            **USER,
            "messages": 8,
            "last_active": "2026-03-03",
            "ides": ["VS Code", "Zed"],
            "additional_fields": {"lines": 4},
        },
        another,
    ]


def test_a_row_that_came_twice_counts_once() -> None:
    assert merge_duplicates([USER, dict(USER)], KEYS) == [USER]


def test_the_order_of_parts_does_not_matter_to_their_sum() -> None:
    for counts in itertools.permutations([5, 5, 3]):
        rows = [{**USER, "messages": count} for count in counts]
        assert merge_duplicates(rows, KEYS) == [{**USER, "messages": 8}]


@pytest.mark.parametrize(
    ("one", "other", "merged"),
    [
        ({"lines": 10}, {"lines": 20}, {"lines": 30}),
        (
            {"lines": 10, "a": 1},
            {"lines": 2.5, "b": 2},
            {"lines": 12.5, "a": 1, "b": 2},
        ),
        (
            {"lines": {"in": {"Go": 1}}},
            {"lines": {"in": {"Go": 2}}},
            {"lines": {"in": {"Go": 3}}},
        ),
        ({"a": [1, {"b": 2}]}, {"a": [{"b": 2}, 3]}, {"a": [1, {"b": 2}, 3]}),
        ({"pro": True}, {"pro": False}, {"pro": True}),
        ({"team": "a"}, {"team": "b"}, {"team": "b"}),
        ({"team": "a"}, {"team": None}, {"team": "a"}),
        ({"team": "a"}, {"team": 3}, {"team": "a"}),
        ({"team": [1]}, {"team": {"a": 1}}, {"team": [1]}),
    ],
)
def test_unknown_fields_are_merged_as_the_known_ones(
    one: dict[str, Any],
    other: dict[str, Any],
    merged: dict[str, Any],
) -> None:
    rows = [{**USER, "additional_fields": fields} for fields in (one, other)]
    [row] = merge_duplicates([*rows, {**USER, "messages": 0}], KEYS)
    assert row["additional_fields"] == merged
