"""The state: its shape, what can be wrong with it, and how bookmarks move in it.

A state reads ``{"bookmarks": {STREAM: {"replication_key": "day",
"replication_key_value": "YYYY-MM-DD"}}}``. A bookmark is the last day all of whose rows
have been written.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from tap_zencoder.checks.wording import unknown_name
from tap_zencoder.days import CLOCK_SLACK, advance
from tap_zencoder.errors import StateError
from tap_zencoder.redact import redacted
from tap_zencoder.streams import REPLICATION_KEY

_BOOKMARKS, _KEY, _VALUE = "bookmarks", "replication_key", "replication_key_value"
_WITHOUT_VALUE = {_KEY, _VALUE, "partitions", "starting_replication_value"}
"""What the bookmark of a stream may hold that has not begun."""
_HELP = (
    'It should read {"bookmarks": {"daily": {"replication_key": "day", '
    '"replication_key_value": "YYYY-MM-DD"}}}. To sync again from the start, run '
    "without a state."
)


class Bookmarks:
    """The bookmarks in a state, which is changed in its place."""

    def __init__(self, state: dict[str, Any], today: date) -> None:
        self._entries: dict[str, dict[str, Any]] = state.setdefault(_BOOKMARKS, {})
        self._today = today

    def __getitem__(self, stream: str) -> date | None:
        """Return the bookmark of a stream, or None if it has none yet."""
        value = self._entries.get(stream, {}).get(_VALUE)
        return None if value is None else date.fromisoformat(value)

    def advance(self, stream: str, completed: date) -> None:
        """Move the bookmark of a stream to a completed day: never back."""
        reached = advance(self[stream], completed, self._today).isoformat()
        entry = self._entries.setdefault(stream, {})
        entry.update({_KEY: REPLICATION_KEY, _VALUE: reached})


def check_state(state: Any, streams: Collection[str], today: date) -> list[str]:
    """Return sentences about what a state has that these streams will not use.

    Raises StateError if their bookmarks cannot be read from it.
    """
    if not isinstance(state, dict):
        raise _broken("is not a JSON object")
    if _BOOKMARKS not in state and state:
        raise _broken('has no "bookmarks"')
    bookmarks = state.get(_BOOKMARKS, {})
    if not isinstance(bookmarks, dict):
        raise _broken('has "bookmarks" that are not an object')
    for name, bookmark in bookmarks.items():
        if not isinstance(bookmark, dict):
            raise _broken(f"has a bookmark for {redacted(name)} that is not an object")
    for name in streams:
        _check_bookmark(name, bookmarks.get(name, {}), today)
    unknown = [name for name in bookmarks if name not in streams]
    missing = [name for name in streams if not bookmarks.get(name)]
    if unknown and missing:
        names = ", ".join(unknown_name(name, missing) for name in unknown)
        sentence = (
            f"The state has bookmarks for streams that do not exist: {names}. It has "
            f"none for {', '.join(missing)}: these start from their first day."
        )
        return [sentence]
    return []


def _check_bookmark(name: str, bookmark: dict[str, Any], today: date) -> None:
    if bookmark.get(_KEY, REPLICATION_KEY) != REPLICATION_KEY:
        other = redacted(repr(bookmark[_KEY]))
        raise _broken(f"has a bookmark for {name} by {other}, not by day")
    if bookmark.get("partitions"):
        raise _broken(f"has a bookmark for {name} by partitions, not one for all")
    if bookmark.get(_VALUE) is not None:
        _check_day(name, bookmark[_VALUE], today)
    elif unknown := [member for member in bookmark if member not in _WITHOUT_VALUE]:
        named = unknown_name(unknown[0], [_VALUE])
        raise _broken(f"has a bookmark for {name} without {_VALUE}, but with {named}")


def _check_day(name: str, value: Any, today: date) -> None:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        problem = (
            f"has a bookmark for {name} that is not a day: {redacted(repr(value))}"
        )
        raise _broken(problem) from None
    if day > today + CLOCK_SLACK:
        raise StateError(
            f"The state says that {name} is synced up to {day}, but today is {today} "
            "(UTC). Check the clock of this machine, or set the bookmark back.",
        )


def _broken(problem: str) -> StateError:
    return StateError(f"The state {problem}. {_HELP}")
