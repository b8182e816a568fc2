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
        ordinals = range(self.first.toordinal(), self.last.toordinal() + 1)
        return map(date.fromordinal, ordinals)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    def __len__(self) -> int:
        return max(0, (self.last - self.first).days + 1)

    def position(self, day: date) -> int:
        """Return which of the days a day is; the first is 1."""
        return (day - self.first).days + 1

    def __str__(self) -> str:
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

    def first_day(self, today: date) -> date:
        """Return the day that a stream without a bookmark begins with."""
        return self.start_date or _days_before(today, DEFAULT_HISTORY_DAYS)

    def window(self, today: date, first: date, bookmark: date | None) -> Window:
        """Return the days a stream asks for, given its bookmark, if it has one.

        Its own day is one of them: it may have been unfinished when it was read.
        """
        if bookmark is not None:
            resumed = _days_before(bookmark, self.lookback_days)
            first = max(self.start_date or resumed, resumed)
        last = today if self.include_today else _days_before(today, 1 + self.delay_days)
        return Window(first, min(self.end_date or last, last))

    def reaches_yesterday(self, today: date) -> bool:
        """Return whether syncs end in the present, and not in a slice of history."""
        return self.end_date is None or self.end_date >= today - _DAY

    @property
    def most_late(self) -> int:
        """How many of the last days may be missing: the next sync retries them."""
        return max(self.lookback_days, _FEWEST_LATE)

    def first_skipped(self, window: Window | None) -> date | None:
        """Return the first day of a window that is to be left out for now, or None."""
        days = window or Window(date.max, date.min)
        return min((day for day in self.skip_days if day in days), default=None)


def union(windows: Iterable[Window]) -> Window | None:
    """Return the longest window: it holds the others, as all end on the same day."""
    return max(filter(len, windows), key=len, default=None)


def ranges(days: Iterable[date]) -> str:
    """Name days, oldest first, such as ``2026-03-01, 2026-03-07 to 2026-03-09``."""
    windows: list[Window] = []
    for day in days:
        if windows and day - windows[-1].last == _DAY:
            windows[-1] = Window(windows[-1].first, day)
        else:
            windows.append(Window(day, day))
    return ", ".join(
        f"{w.first} to {w.last}" if len(w) > 1 else str(w.first) for w in windows
    )


def advance(bookmark: date | None, completed: date, today: date) -> date:
    """Return the bookmark after a completed day: never back, never past today."""
    reached = min(completed, today)
    return reached if bookmark is None else max(bookmark, reached)


@lru_cache(maxsize=1024)
def utc_day(text: str) -> str:
    """Return the UTC day of an ISO 8601 date or timestamp, or raise ValueError."""
    moment = datetime.fromisoformat(text)
    try:
        moment = moment if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error
    return moment.date().isoformat()


def read_day(text: str) -> date:
    """Return the day of a date or timestamp as it is written, or raise ValueError.

    Not moved to UTC: it names a day, and is no moment.
    """
    day = datetime.fromisoformat(text).date()
    if not text.startswith(day.isoformat()):
        raise ValueError(text)
    return day


def _days_before(day: date, days: int) -> date:
    return date.fromordinal(max(date.min.toordinal(), day.toordinal() - days))
