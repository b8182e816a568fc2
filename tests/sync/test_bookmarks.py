from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tap_zencoder.errors import StateError
from tap_zencoder.sync.bookmarks import Bookmarks, check_state, streams_of_another_tap

TODAY = date(2026, 3, 10)


def bookmark(value: Any) -> dict[str, Any]:
    entry = {"replication_key": "day", "replication_key_value": value}
    return {"bookmarks": {"daily": entry}}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"bookmarks": {}},
        {"bookmarks": {"daily": {}}},
        bookmark("2026-03-09"),
        bookmark("2026-03-11"),  # a clock that is a little ahead of ours
        {"bookmarks": {"a_stream_of_a_later_version": {"any": "thing"}}},
    ],
)
def test_a_sound_state_is_accepted(given: dict[str, Any]) -> None:
    check_state(given, ["daily", "users"], TODAY)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ([], "is not a JSON object"),
        ({"daily": "2026-03-09"}, 'has no "bookmarks"'),
        ({"bookmarks": []}, '"bookmarks" that are not an object'),
        ({"bookmarks": {"daily": "2026-03-09"}}, "for daily that is not an object"),
        (bookmark("yesterday"), "is no day: 'yesterday'"),
        (bookmark("2026-02-30"), "is no day: '2026-02-30'"),
        (bookmark(20260309), "is no day: 20260309"),
        (
            {"bookmarks": {"daily": {"replication_key": "updated_at"}}},
            "has a bookmark for daily by 'updated_at', not by day",
        ),
        (bookmark("2026-03-12"), "synced up to 2026-03-12, but today is 2026-03-10"),
        (bookmark("2099-01-01"), "synced up to 2099-01-01, but today is 2026-03-10"),
    ],
)
def test_a_broken_state_is_refused_in_words(given: Any, complaint: str) -> None:
    with pytest.raises(StateError) as refusal:
        check_state(given, ["daily", "users"], TODAY)
    assert complaint in str(refusal.value)


def test_a_bookmark_is_read_where_it_is_written() -> None:
    state: dict[str, Any] = {}
    bookmarks = Bookmarks(state, TODAY)
    assert bookmarks["daily"] is None
    bookmarks.advance("daily", date(2026, 3, 8))
    assert state == bookmark("2026-03-08")
    assert bookmarks["daily"] == date(2026, 3, 8)
    assert bookmarks["users"] is None


def test_other_members_of_a_bookmark_are_kept() -> None:
    state = bookmark("2026-03-08")
    state["bookmarks"]["daily"]["note"] = "by hand"
    Bookmarks(state, TODAY).advance("daily", date(2026, 3, 9))
    assert state["bookmarks"]["daily"]["note"] == "by hand"


@pytest.mark.parametrize(
    ("completed", "reached"),
    [
        (date(2026, 3, 6), "2026-03-08"),
        (date(2026, 3, 9), "2026-03-09"),
        (date(2026, 3, 11), "2026-03-10"),
    ],
)
def test_a_bookmark_in_a_state_moves_neither_back_nor_past_today(
    completed: date, reached: str
) -> None:
    state = bookmark("2026-03-08")
    Bookmarks(state, TODAY).advance("daily", completed)
    assert state == bookmark(reached)


@pytest.mark.parametrize(
    ("names", "others"),
    [([], []), (["daily", "issues"], []), (["issues", "pulls"], ["issues", "pulls"])],
)
def test_a_state_is_of_another_tap_if_it_has_none_of_our_streams(
    names: list[str], others: list[str]
) -> None:
    state: dict[str, Any] = {}
    if names:
        state["bookmarks"] = {name: {} for name in names}
    assert streams_of_another_tap(state, ["daily", "users"]) == others
