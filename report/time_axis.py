"""The dates below a chart: months, or single days where there are few."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import altair as alt

if TYPE_CHECKING:
    from report.content import Series


def time_axis(series: list[Series], most: int, room: int = 0) -> alt.X:
    """Return the axis of all points, with at most so many dates and days of room."""
    days = [day for each in series for day, value in each.points if value is not None]
    first, last = min(days), max(days)
    margin = timedelta(days=room or int(first == last))
    ends = [(first - margin).isoformat(), (last + margin).isoformat()]
    years = "utcFormat(datum.value, '%b') == 'Jan' || datum.index == 0"
    label = f"{years} ? utcFormat(datum.value, '%b %Y') : utcFormat(datum.value, '%b')"
    dates = ticks(first, last, most)
    if (dates and dates[0].day != 1) or len(dates) < 2:  # noqa: PLR2004  # a single one says little
        label = "utcFormat(datum.value, '%-d %b')"
    return alt.X(
        "day:T",
        scale=alt.Scale(type="utc", domain=ends, nice=False),
        axis=alt.Axis(
            values=[day.isoformat() for day in dates],
            labelExpr=label,
            labelFlush=True,
            labelOverlap=True,
        ),
    )


def ticks(first: date, last: date, most: int) -> list[date]:
    """Return at most so many dates: firsts of months, or of weeks if time is short."""
    months = [
        date(year, month, 1)
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
        if first <= date(year, month, 1) <= last
    ]
    if len(months) > 2:  # noqa: PLR2004  # fewer say little
        step = next(n for n in (1, 2, 3, 6, 12, 24, 60) if len(months) / n <= most)
        return [m for m in months if (m.year * 12 + m.month - 1) % step == 0]
    days = (last - first).days
    step = next(n for n in (1, 2, 7, 14, 28, 56) if days / n < most)
    return [first + timedelta(days=n) for n in range(0, days + 1, step)]
