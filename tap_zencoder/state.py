"""What can be wrong with the state a sync is given."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tap_zencoder.errors import StateError, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

_HELP = (
    'It should read {"bookmarks": {"daily": {"replication_key": "day", '
    '"replication_key_value": "YYYY-MM-DD"}}}. To sync again from the start, run '
    "without a state."
)
_KEY = "day"
_CLOCK_SLACK = timedelta(days=1)
"""Two machines may disagree about what day it is, but not by more than this."""


def check(state: Any, streams: Iterable[str], today: date) -> None:
    """Refuse a state that bookmarks cannot be read from.

    Raises:
        StateError: It is damaged, no state at all, or from the future.
    """
    if not isinstance(state, dict):
        raise _broken("is not a JSON object")
    if "bookmarks" not in state:
        if state:
            raise _broken('has no "bookmarks"')
        return
    bookmarks = state["bookmarks"]
    if not isinstance(bookmarks, dict):
        raise _broken('has "bookmarks" that are not an object')
    for name, bookmark in bookmarks.items():
        if not isinstance(bookmark, dict):
            raise _broken(f"has a bookmark for {quoted(name)} that is not an object")
    for name in streams:
        bookmark = bookmarks.get(name, {})
        if bookmark.get("replication_key", _KEY) != _KEY:
            other = quoted(repr(bookmark["replication_key"]))
            raise _broken(f"has a bookmark for {name} by {other}, not by {_KEY}")
        _check_day(name, bookmark.get("replication_key_value"), today)


def is_of_another_tap(state: dict[str, Any], streams: Iterable[str]) -> bool:
    """Tell whether a sound state has bookmarks, but none for these streams."""
    bookmarks = state.get("bookmarks", {})
    return bool(bookmarks) and bookmarks.keys().isdisjoint(streams)


def _check_day(name: str, value: Any, today: date) -> None:
    if value is None:
        return
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        problem = f"has a bookmark for {name} that is no day: {quoted(repr(value))}"
        raise _broken(problem) from None
    if day > today + _CLOCK_SLACK:
        message = (
            f"The state says that {name} is synced up to {day}, but today is {today} "
            "(UTC). Check the clock of this machine, or set the bookmark back."
        )
        raise StateError(message)


def _broken(problem: str) -> StateError:
    return StateError(f"The state {problem}. {_HELP}")
