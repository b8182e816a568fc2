"""How many of those who began together are still there."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from report import words
from report.content import Cell, Section, Table

if TYPE_CHECKING:
    from report.figures import Cohort, Figures

_AFTER = (1, 4, 8, 12, 26, 52)
"""The weeks after the first that are shown."""
_MANY = 16
"""More cohorts than these are shown by the month they began in."""
_EXPLAINED = (
    "Of the people who were first active in a week, the share that was active again 1, "
    "4 and more weeks later. Weeks that are not complete are empty."
)
_LEFT_OUT = (
    "Who was there when the data begins, or after a time that was not loaded, is left "
    "out: it is not known when they began."
)
_TITLE = "Who is still there after they began"


def cohorts(figures: Figures) -> Section:
    """Return the share of each cohort that was active so many weeks later."""
    groups = _groups(figures)
    after = [
        weeks
        for weeks in _AFTER
        if any(_retention(g, weeks) is not None for g in groups)
    ]
    if not groups or not after:
        need = "This needs a complete week in which people began, and one after it."
        return Section("cohorts", _TITLE, [need])
    by_month = any(len(group) > 1 for group in groups)
    first = "First month" if by_month else "First week"
    columns = [first, "People", *[f"Week {weeks}" for weeks in after]]
    table = Table(columns, [_row(group, after, by_month=by_month) for group in groups])
    return Section("cohorts", _TITLE, [_EXPLAINED, _LEFT_OUT], table=table)


def _groups(figures: Figures) -> list[list[Cohort]]:
    """Return each cohort, or those of a month together where they are many."""
    began = [cohort for cohort in figures.cohorts if cohort.is_comparable]
    if len(began) <= _MANY:
        return [[cohort] for cohort in began]
    months = groupby(began, key=lambda cohort: cohort.week.replace(day=1))
    return [list(cohorts) for _, cohorts in months]


def _people(group: list[Cohort]) -> int:
    return sum(cohort.users for cohort in group)


def _retention(group: list[Cohort], weeks: int) -> float | None:
    """Return the share, unless that week is not complete for all of them."""
    active = [cohort.active.get(weeks) for cohort in group]
    known = [count for count in active if count is not None]
    return sum(known) / _people(group) if len(known) == len(active) else None


def _row(group: list[Cohort], after: list[int], *, by_month: bool) -> list[Cell]:
    first, last = group[0].week, group[-1].week
    text = words.months(first, last) if by_month else words.day(first)
    cells = [
        Cell(text, first),
        Cell(words.number(_people(group)), _people(group)),
    ]
    for weeks in after:
        share = _retention(group, weeks)
        text = "" if share is None else words.percent(share)
        cells.append(Cell(text, share, heat=share))
    return cells
