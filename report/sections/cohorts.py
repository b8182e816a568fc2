"""How many of those who began together are still there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report import words
from report.content import Cell, Section, Table
from report.groups import Group, merge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from report.figures import Cohort, Figures

_AFTER = (1, 4, 8, 12, 26, 52)
"""The weeks after the first that are shown."""
_MANY = 16
"""More cohorts than these are shown by the month they began in."""
_EXPLAINED = (
    "Of the people who were first active in a week, the share that was active again 1, "
    "4 and more weeks later. Weeks that are not over yet are empty."
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
        need = (
            f"This needs at least {figures.minimum_group} people who began, and a "
            "complete week after their first."
        )
        return Section("cohorts", _TITLE, [need])
    many = len(figures.cohorts) > _MANY
    columns = ["First week", "People", *[f"Week {weeks}" for weeks in after]]
    table = Table(columns, [_row(group, after, by_month=many) for group in groups])
    return Section("cohorts", _TITLE, _said(figures, groups), table=table)


def _groups(figures: Figures) -> list[Group[Cohort]]:
    by_month: list[tuple[list[Cohort], int]] = []
    many = len(figures.cohorts) > _MANY
    for cohort in figures.cohorts:
        month = by_month[-1][0] if by_month else []
        if many and month and _together(month[-1], cohort):
            by_month[-1] = ([*month, cohort], by_month[-1][1] + cohort.users)
        else:
            by_month.append(([cohort], cohort.users))
    merged = merge(by_month, figures.minimum_group)
    return [Group(list(_flat(group)), group.people) for group in merged]


def _together(before: Cohort, cohort: Cohort) -> bool:
    return before.week.replace(day=1) == cohort.week.replace(day=1)


def _flat(group: Group[list[Cohort]]) -> Iterator[Cohort]:
    for cohorts in group.members:
        yield from cohorts


def _retention(group: Group[Cohort], weeks: int) -> float | None:
    """Return the share, unless that week is not over for all of them."""
    active = [cohort.active.get(weeks) for cohort in group.members]
    known = [count for count in active if count is not None]
    return sum(known) / group.people if len(known) == len(active) else None


def _row(group: Group[Cohort], after: list[int], *, by_month: bool) -> list[Cell]:
    first, last = group.members[0].week, group.members[-1].week
    text = words.months(first, last) if by_month else words.days(first, last)
    cells = [
        Cell(text, first),
        Cell(words.number(group.people), group.people),
    ]
    for weeks in after:
        share = _retention(group, weeks)
        text = "" if share is None else words.percent(share)
        cells.append(Cell(text, share, heat=share))
    return cells


def _said(figures: Figures, groups: list[Group[Cohort]]) -> list[str]:
    said = [_EXPLAINED]
    if not groups[0].members[0].is_comparable:
        said.append(
            "The first row has those who were there when the data begins; many of them "
            "began earlier."
        )
    if len(groups) < len(figures.cohorts):
        by_month = "by month, and " if len(figures.cohorts) > _MANY else ""
        said.append(
            f"First weeks are put together {by_month}so that no row has fewer than "
            f"{figures.minimum_group} people."
        )
    return said
