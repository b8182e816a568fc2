from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tap_zencoder.errors import StateError
from tap_zencoder.sync.bookmarks import Bookmarks, check_state

TODAY = date(2026, 3, 10)


def bookmark(value: Any) -> dict[str, Any]:
    entry = {"replication_key": "day", "replication_key_value": value}
    return {"bookmarks": {"daily": entry}}


DONE = {"replication_key": "day", "replication_key_value": "2026-03-09"}


def of_daily(entry: Any) -> dict[str, Any]:
    return {"bookmarks": {"daily": entry}}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"bookmarks": {}},
        of_daily({}),
        of_daily(DONE),
        bookmark(None),
        bookmark("2026-03-11"),  # a clock that is a little ahead of ours
        of_daily({"starting_replication_value": "2026-03-01"}),
        of_daily({**DONE, "partitions": [], "replication_key_signpost": "x"}),
        of_daily({**DONE, "partitions": None, "progress_markers": {"any": "thing"}}),
        {"bookmarks": {"daily": DONE, "of_a_later_version": {"any": "thing"}}},
        {**of_daily(DONE), "currently_syncing": None},
    ],
)
def test_a_sound_state_is_accepted(given: dict[str, Any]) -> None:
    assert check_state(given, ["daily"], TODAY) == []


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ([], "`array` at $."),
        (None, "`null` at $."),
        ({"daily": "2026-03-09"}, "`bookmarks` at $."),
        ({"bookmarks": []}, "`array` at $.bookmarks."),
        (of_daily("2026-03-09"), "`str` at $.bookmarks"),
        (bookmark("yesterday"), "at $.bookmarks.daily.replication_key_value."),
        (bookmark("2026-02-30"), "at $.bookmarks.daily.replication_key_value."),
        (bookmark(20260309), "`int` at $.bookmarks.daily.replication_key_value."),
        (bookmark([]), "`array` at $.bookmarks.daily.replication_key_value."),
        (of_daily({"replication_key": "updated_at"}), "'updated_at' at $.bookmarks"),
        (of_daily({**DONE, "value": "x"}), "`value` at $.bookmarks.daily"),
        (of_daily({"replication_key_valeu": "x"}), "`replication_key_valeu` at $."),
        (of_daily({**DONE, "partitions": [{}]}), "at $.bookmarks.daily.partitions."),
        (
            of_daily({"starting_replication_value": "soon"}),
            "at $.bookmarks.daily.starting_replication_value.",
        ),
        (bookmark("2026-03-12"), "2026-03-12 for daily"),
        (
            {"bookmarks": {"users": {"starting_replication_value": "2029-10-03"}}},
            "2029-10-03 for users",
        ),
        (bookmark("2099-01-01"), "2099-01-01 for daily"),
    ],
)
def test_a_broken_state_is_refused_in_words(given: Any, complaint: str) -> None:
    with pytest.raises(StateError) as refusal:
        check_state(given, ["daily", "users"], TODAY)
    assert complaint in str(refusal.value)


def test_the_words_for_a_broken_state_quote_no_address() -> None:
    for entry in ({"joe@example.com": 1}, {"replication_key": "joe@example.com"}):
        with pytest.raises(StateError) as refusal:
            check_state(of_daily(entry), ["daily"], TODAY)
        assert "joe" not in str(refusal.value)


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


def test_the_first_day_is_kept_until_there_is_a_bookmark() -> None:
    state: dict[str, Any] = {}
    first = date(2025, 12, 10)
    assert Bookmarks(state, TODAY).first_day("daily", first) == first
    kept = {"replication_key": "day", "starting_replication_value": "2025-12-10"}
    assert state == of_daily(kept)
    later = Bookmarks(state, TODAY)
    assert later.first_day("daily", date(2025, 12, 11)) == first
    assert later["daily"] is None
    later.advance("daily", first)
    assert state == bookmark("2025-12-10")


@pytest.mark.parametrize(
    ("names", "unknown", "lacking"),
    [
        (["issues", "pulls"], "issues, pulls", "none for daily, users"),
        (["daily", "user"], "user (did you mean users?)", "none for users"),
    ],
)
def test_bookmarks_of_streams_that_do_not_exist_are_reported_where_others_lack(
    names: list[str], unknown: str, lacking: str
) -> None:
    state = {"bookmarks": dict.fromkeys(names, DONE)}
    [sentence] = check_state(state, ["daily", "users"], TODAY)
    assert unknown in sentence
    assert lacking in sentence


@pytest.mark.parametrize("names", [[], ["daily"], ["daily", "users", "issues"]])
def test_bookmarks_that_take_the_place_of_no_other_are_not_reported(
    names: list[str],
) -> None:
    state = {"bookmarks": dict.fromkeys(names, DONE)}
    assert check_state(state, ["daily", "users"], TODAY) == []
