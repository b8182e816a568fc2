"""Figures made up for a test, and what of a report can be read in it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from report.figures import Day, Figures, Use, Week

if TYPE_CHECKING:
    from report.content import Report, Section

MONDAY = date(2026, 10, 5)
WEEK = timedelta(days=7)


def a_week(
    number: int, *, active: int, retained: int = 0, churned: int = 0, **more: Any
) -> Week:
    """Make up a week, so many after the first."""
    given: dict[str, Any] = {
        "start": MONDAY + number * WEEK,
        "active": active,
        "new": active - retained,
        "retained": retained,
        "returned": 0,
        "churned": churned,
        "messages_per_user": 12.5,
        "is_comparable": number > 0,
    }
    return Week(**given | more)


def some_days(users: list[int], first: date = MONDAY) -> list[Day]:
    """Make up days on which so many people were active, with full windows."""
    return [
        Day(first + timedelta(days=number), count, count + 1, count + 2)
        for number, count in enumerate(users)
    ]


def uses(number: int, **users: int) -> list[Use]:
    """Make up how many people used what in a week."""
    week = MONDAY + number * WEEK
    return [Use(week, name, count, count) for name, count in users.items()]


def some_figures(**given: Any) -> Figures:
    """Make up figures; what is not given is empty."""
    empty: dict[str, Any] = {
        "name": "default",
        "days": [],
        "weeks": [],
        "cohorts": [],
        "ides": [],
        "languages": [],
        "active_days": {},
        "seats": None,
        "checks": [],
        "minimum_group": 5,
        "power_days": 12,
        "regular_days": 4,
    }
    return Figures(**empty | given)


def section(report: Report, key: str) -> Section:
    """Return the section of that name."""
    return next(section for section in report.sections if section.key == key)
