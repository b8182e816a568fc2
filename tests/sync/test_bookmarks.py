from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from tap_zencoder.errors import StateError
from tap_zencoder.sync.bookmarks import Bookmarks, check_state

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
        (bookmark("yesterday"), "is not a day: 'yesterday'"),
        (bookmark("2026-02-30"), "is not a day: '2026-02-30'"),
        (bookmark(20260309), "is not a day: 20260309"),
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


DONE = {"replication_key": "day", "replication_key_value": "2026-03-09"}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"replication_key": "day", "value": "x"}, "but with value"),
        ({"replication_key_valeu": "x"}, "(did you mean replication_key_value?)"),
        ({**DONE, "partitions": [{"context": {}}]}, "by partitions"),
    ],
)
def test_a_bookmark_that_is_half_understood_is_refused(
    given: dict[str, Any], problem: str
) -> None:
    with pytest.raises(StateError, match=re.escape(problem)):
        check_state({"bookmarks": {"daily": given}}, ["daily", "users"], TODAY)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], None),
        (["daily"], None),
        (["daily", "users", "issues"], None),
        (["issues", "pulls"], "do not exist: issues, pulls. It has none for daily"),
        (["daily", "user"], "user (did you mean users?). It has none for users: these"),
    ],
)
def test_bookmarks_of_streams_that_do_not_exist_are_reported_where_others_lack(
    names: list[str], words: str | None
) -> None:
    state = {"bookmarks": dict.fromkeys(names, DONE)}
    sentences = check_state(state, ["daily", "users"], TODAY)
    assert len(sentences) == (words is not None)
    assert words is None or words in sentences[0]
