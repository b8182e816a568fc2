"""The dates below a chart and the figures beside it, no two of which read the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from math import ceil, floor
from typing import Any

_DAY = timedelta(days=1)
_WEEK = 7
_MONDAY = date.min
_MONTHS = 3
"""With fewer firsts of a month, weeks or days are named."""
_STEPS = 4
"""At most so many steps from zero up, and one more below."""
_SHARES = (0.01, 0.02, 0.05, 0.1, 0.25, 0.5)


def time_axis(
    span: tuple[date, date], most: int, weeks_from: date | None = None
) -> dict[str, Any]:
    """Return the axis of a span, with at most so many dates.

    Where the points are weeks, one of which is given, no date is between two of them.
    """
    first, last = span
    labels = {milliseconds(day): text for day, text in dates(*span, most, weeks_from)}
    return {
        "type": "temporal",
        "scale": {
            "type": "utc",
            "domain": [milliseconds(first, -0.5), milliseconds(last, 0.5)],
            "nice": False,
        },
        "axis": {
            "values": list(labels),
            "labelExpr": f"{labels}[toNumber(datum.value)]",
            "labelFlush": True,
            "labelOverlap": True,
        },
    }


def milliseconds(day: date, days_later: float = 0) -> int:
    """Return when a day begins, or so much later, as drawings count time."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return int((midnight + days_later * _DAY).timestamp() * 1000)


def week_among(days: list[date]) -> date | None:
    """Return one of the days, if all of them are whole weeks apart."""
    if len(days) < 2:  # noqa: PLR2004  # a single one is apart from nothing
        return None
    apart = all((day - days[0]).days % _WEEK == 0 for day in days)
    return days[0] if apart else None


def dates(
    first: date, last: date, most: int, weeks_from: date | None = None
) -> list[tuple[date, str]]:
    """Return at most so many dates and what they are called, no two the same."""
    months = [
        date(year, month, 1)
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
        if first <= date(year, month, 1) <= last
    ]
    if len(months) >= _MONTHS:
        return _months(months, most)
    return _days(first, last, most, weeks_from)


def _months(months: list[date], most: int) -> list[tuple[date, str]]:
    for step in (1, 2, 3, 6, 12, 24, 60, 120):
        few = [m for m in months if (m.year * 12 + m.month - 1) % step == 0]
        if len(few) <= most:
            break
    if step >= 12:  # noqa: PLR2004  # months in a year
        return [(month, f"{month:%Y}") for month in few]
    names = [
        f"{month:%b %Y}" if month.month == 1 or month == few[0] else f"{month:%b}"
        for month in few
    ]
    if len(set(names)) < len(names):
        names = [f"{month:%b %Y}" for month in few]
    return list(zip(few, names, strict=True))


def _days(
    first: date, last: date, most: int, weeks_from: date | None
) -> list[tuple[date, str]]:
    for step in (1, 2, 7, 14, 28, 56):
        if weeks_from and step < _WEEK:
            continue
        start = first
        if step >= _WEEK:
            start += (((weeks_from or _MONDAY) - first).days % _WEEK) * _DAY
        few = [start + n * _DAY for n in range(0, (last - start).days + 1, step)]
        if len(few) <= most:
            break
    return [(day, f"{day.day} {day:%b}") for day in few]


def value_axis(values: list[float], *, percent: bool = False) -> dict[str, Any]:
    """Return the axis of values, from zero or from below it."""
    low, high = min([0.0, *values]), max([0.0, *values])
    marks = percents(high) if percent else counts(low, high)
    return {
        "type": "quantitative",
        "scale": {"domain": [marks[0], marks[-1]], "nice": False},
        "axis": {"values": marks, "format": ".0%" if percent else ",d"},
    }


def counts(low: float, high: float) -> list[float]:
    """Return whole numbers around both, evenly apart."""
    steps = (10**power * digit for power in count() for digit in (1, 2, 5))
    step = next(step for step in steps if _number(low, high, step) <= _STEPS)
    start, end = floor(low / step), ceil(high / step)
    return [n * step for n in range(start, max(end, start + 1) + 1)]


def percents(high: float) -> list[float]:
    """Return whole percents from none to a share, evenly apart."""
    high = min(high, 1.0)
    step = next(step for step in _SHARES if _number(0, high, step) <= _STEPS)
    end = max(1, ceil(round(high / step, 6)))
    return [round(n * step, 2) for n in range(end + 1)]


def _number(low: float, high: float, step: float) -> int:
    below = ceil(round(-low / step, 6))
    return ceil(round(high / step, 6)) + max(0, below - 1)
