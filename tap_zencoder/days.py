"""Which days a sync covers, where it leaves the bookmark, how a day is read from text.

Pure: dates in, dates out. Days are UTC, and the clock is the caller's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

DEFAULT_HISTORY_DAYS = 90
"""How far back a first sync reaches: the widest period the API itself offers."""
CLOCK_SLACK = timedelta(days=1)
"""Two machines may disagree about what day it is, but not by more than this."""

_DAY = timedelta(days=1)
_FEWEST_LATE = 3


@dataclass(frozen=True, slots=True)
class Window:
    """The days from ``first`` to ``last``, both included; none if they cross."""

    first: date
    last: date

    def __iter__(self) -> Iterator[date]:
        """Iterate over the days, oldest first."""
        ordinals = range(self.first.toordinal(), self.last.toordinal() + 1)
        return map(date.fromordinal, ordinals)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    def __len__(self) -> int:
        return max(0, self.last.toordinal() - self.first.toordinal() + 1)

    def position(self, day: date) -> int:
        """Return which of the days a day is; the first is 1."""
        return (day - self.first).days + 1

    def __str__(self) -> str:
        """Name the days for a log line."""
        if not self:
            return f"no days ({self.first} is after {self.last})"
        if self.first == self.last:
            return f"1 day, {self.first}"
        return f"{len(self)} days, {self.first} to {self.last}"


@dataclass(frozen=True, kw_only=True)
class WindowSettings:
    """What the user says about the days to sync; see the settings of the tap."""

    start_date: date | None = None
    end_date: date | None = None
    include_today: bool = False
    lookback_days: int = 3
    delay_days: int = 0
    skip_days: frozenset[date] = frozenset()

    def window(self, *, today: date, bookmark: date | None) -> Window:
        """Return the days a stream asks for, given its bookmark.

        The bookmark's own day is always among those asked for again, even with a
        lookback of zero: it may have been unfinished when it was read.
        """
        return Window(self._first(today, bookmark), self._last(today))

    def reaches_yesterday(self, today: date) -> bool:
        """Tell whether syncs end in the present rather than in a slice of history."""
        return self.end_date is None or self.end_date >= today - _DAY

    @property
    def most_late(self) -> int:
        """How many of the last days may be missing: the next sync retries them."""
        return max(self.lookback_days, _FEWEST_LATE)

    def first_skipped(self, window: Window) -> date | None:
        """Return the first day of a window that is to be left out for now, or None."""
        return min((day for day in self.skip_days if day in window), default=None)

    def _first(self, today: date, bookmark: date | None) -> date:
        if bookmark is None:
            return self.start_date or _days_before(today, DEFAULT_HISTORY_DAYS)
        resumed = _days_before(bookmark, self.lookback_days)
        return max(self.start_date or resumed, resumed)

    def _last(self, today: date) -> date:
        last = today if self.include_today else _days_before(today, 1 + self.delay_days)
        return last if self.end_date is None else min(self.end_date, last)


def union(windows: Iterable[Window]) -> Window | None:
    """Return the window that holds all days of the others, or None if they have none.

    All windows of a sync end on the same day, so that the union is the longest one.
    """
    return max(filter(len, windows), key=len, default=None)


def advance(bookmark: date | None, completed: date, today: date) -> date:
    """Return the bookmark after a completed day: never back, never past today."""
    reached = min(completed, today)
    return reached if bookmark is None else max(bookmark, reached)


@lru_cache(maxsize=1024)
def utc_day(text: str) -> str:
    """Return the UTC day, as ``YYYY-MM-DD``, of an ISO 8601 date or timestamp.

    A timestamp without a zone is taken as UTC.

    Raises ValueError if it is neither, or its day in UTC is outside the calendar.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        try:
            moment = moment.astimezone(UTC)
        except OverflowError as error:
            raise ValueError(text) from error
    return moment.date().isoformat()


def read_day(text: str) -> date:
    """Return the UTC day of a date or timestamp that begins with ``YYYY-MM-DD``.

    Raises ValueError for anything else, other forms of ISO 8601 (20260302) included.
    """
    if date.fromisoformat(text[:10]).isoformat() != text[:10]:
        raise ValueError(text)
    return date.fromisoformat(utc_day(text))


def _days_before(day: date, days: int) -> date:
    return date.fromordinal(max(date.min.toordinal(), day.toordinal() - days))
