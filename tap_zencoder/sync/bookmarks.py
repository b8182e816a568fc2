"""The state: its shape, what can be wrong with it, and how bookmarks move in it.

A state reads ``{"bookmarks": {STREAM: {"replication_key": "day",
"replication_key_value": "YYYY-MM-DD"}}}``. A bookmark is the last day whose rows have
all been written. Until there is one, ``starting_replication_value`` is the first day.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Annotated, Any, Literal

import msgspec

from tap_zencoder.days import CLOCK_SLACK, advance
from tap_zencoder.errors import StateError, problem_and_path, unknown_name
from tap_zencoder.redact import redacted
from tap_zencoder.streams import REPLICATION_KEY

_KEY, _VALUE = "replication_key", "replication_key_value"
_START = "starting_replication_value"


class _Bookmark(msgspec.Struct, forbid_unknown_fields=True):
    """The bookmark of a stream; the last two are the SDK's, and do nothing."""

    replication_key: Literal["day"] | None = None
    replication_key_value: date | None = None
    starting_replication_value: date | None = None
    partitions: Annotated[list[Any], msgspec.Meta(max_length=0)] | None = None
    replication_key_signpost: Any = None
    progress_markers: Any = None


class _State(msgspec.Struct):
    bookmarks: dict[str, dict[str, Any]]


class Bookmarks:
    """The bookmarks in a state, which is changed in its place."""

    def __init__(self, state: dict[str, Any], today: date) -> None:
        self._entries: dict[str, dict[str, Any]] = state.setdefault("bookmarks", {})
        self._today = today

    def __getitem__(self, stream: str) -> date | None:
        """Return the bookmark of a stream, or None if it has none yet."""
        return self._day(stream, _VALUE)

    def first_day(self, stream: str, default: date) -> date:
        """Return the first day of a stream without a bookmark, and keep it.

        Otherwise a first day that cannot be parsed would slide out of the window.
        """
        first = self._day(stream, _START) or default
        entry = {_KEY: REPLICATION_KEY, _START: first.isoformat()}
        self._entries.setdefault(stream, {}).update(entry)
        return first

    def advance(self, stream: str, completed: date) -> None:
        """Move the bookmark of a stream to a completed day: never back."""
        reached = advance(self[stream], completed, self._today).isoformat()
        entry = self._entries.setdefault(stream, {})
        entry.pop(_START, None)
        entry.update({_KEY: REPLICATION_KEY, _VALUE: reached})

    def _day(self, stream: str, member: str) -> date | None:
        value = self._entries.get(stream, {}).get(member)
        return None if value is None else date.fromisoformat(value)


def check_state(state: Any, streams: Collection[str], today: date) -> list[str]:
    """Return sentences about what a state has that these streams will not use.

    Raises StateError if their bookmarks cannot be read from it.
    """
    bookmarks = {} if state == {} else _read(state, _State, "").bookmarks
    for name in streams:
        entry = _read(bookmarks.get(name, {}), _Bookmark, f".bookmarks.{name}")
        days = (entry.replication_key_value, entry.starting_replication_value)
        if ahead := [day for day in days if day and day > today + CLOCK_SLACK]:
            raise StateError(
                f"The state has {ahead[0]} for {name}, but today is {today} (UTC). "
                "Check the clock of this machine, or set the bookmark back."
            )
    unknown = [name for name in bookmarks if name not in streams]
    missing = [name for name in streams if not bookmarks.get(name)]
    names = ", ".join(unknown_name(name, missing) for name in unknown)
    sentence = (
        f"The state has bookmarks for streams that do not exist: {names}. It has none "
        f"for {', '.join(missing)}: these start from their first day."
    )
    return [sentence] if unknown and missing else []


def _read(value: Any, kind: type[Any], path: str) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        problem, below = problem_and_path(error)
        place = redacted(f"${path}{below}")
        raise StateError(
            f"The state cannot be used: {redacted(problem)} at {place}. It should read "
            '{"bookmarks": {"daily": {"replication_key": "day", '
            '"replication_key_value": "YYYY-MM-DD"}}}. To sync again from the start, '
            "run without a state."
        ) from error
