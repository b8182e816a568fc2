"""Figures made up for a test, and what of a report can be read in it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from report.figures import (
    Breakdown,
    Day,
    Depth,
    Figures,
    Flow,
    Headline,
    Month,
    SeatUse,
    Segments,
    Team,
    Use,
    Week,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from report.content import Report, Section

MONDAY = date(2026, 10, 5)
WEEK = timedelta(days=7)


def a_week(number: int, active: int, *flow: int) -> Week:
    """Make up a week, so many after the first: new, retained, returned and churned."""
    return Week(MONDAY + number * WEEK, active, Flow(*flow) if flow else None)


def some_days(users: Sequence[int | None], first: date = MONDAY) -> list[Day]:
    """Make up days on which so many people were active, with full windows.

    None is a day that was not loaded.
    """
    return [
        Day(first + timedelta(days=number), None, None, None, "not synced")
        if count is None
        else Day(first + timedelta(days=number), count, count + 1, count + 2)
        for number, count in enumerate(users)
    ]


def uses(number: int, **users: int) -> list[Use]:
    """Make up how many people used what in a week."""
    week = MONDAY + number * WEEK
    return [Use(week, name, count) for name, count in users.items()]


def some_figures(**given: Any) -> Figures:
    """Make up figures; what is not given is empty."""
    empty: dict[str, Any] = {
        "name": "default",
        "days": [],
        "weeks": [],
        "months": [],
        "ides": Breakdown([], {}),
        "languages": Breakdown([], {}),
        "depth": [],
        "segments": [],
        "newcomers": [],
        "teams": [],
        "seats": [],
        "headline": Headline(),
        "checks": [],
        "minimum_group": 5,
        "power_days": 12,
        "regular_days": 4,
        "made_on": MONDAY + timedelta(days=22),
    }
    return Figures(**empty | given)


def section(report: Report, key: str) -> Section:
    """Return the section of that name."""
    return next(section for section in report.sections if section.key == key)


WEEKS = [
    a_week(0, 10),
    a_week(1, 12, 4, 8, 0, 2),
    a_week(2, 9, 0, 9, 0, 3),
]
DAYS = some_days([8] * 21)
DEPTH = [Depth(MONDAY + n * WEEK, 3.0, 10.0 + n, 20.5) for n in range(3)]
SUNDAY = MONDAY + timedelta(days=20)


LAST_WEEK = MONDAY + 2 * WEEK
SEGMENTS = [Segments(LAST_WEEK, None, 7, 5, 3)]
SEATS = [
    SeatUse("active in 28 days", "active in 7 days", 20),
    SeatUse("too new to judge", "never used", 10),
    SeatUse("not for 28 days", "not for 28 days", 10),
]
MONTHS = [
    Month(date(2026, 9, 1), 12),
    Month(date(2026, 10, 1), 10, Flow(1, 9, 0, 3)),
]
TEAMS = [
    Team(LAST_WEEK, "core", 1, 8, 6, 0.75, 5, is_at_least=True),
    Team(LAST_WEEK, "other teams", 3, None, 2, None, None, has_people_without=True),
]
