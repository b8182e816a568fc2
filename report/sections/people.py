"""How many people, and who is new, comes and goes."""

from __future__ import annotations

from datetime import timedelta
from statistics import fmean
from typing import TYPE_CHECKING

from report import words
from report.content import Cell, Lines, Section, Series, Stacks, Table
from report.figures import FOUR_WEEKS

if TYPE_CHECKING:
    from datetime import date

    from report.figures import Figures, Flow, Newcomers

BLUE, TEAL, VIOLET, RED = 1, 2, 3, 4


def people(figures: Figures) -> Section:
    """Return how many different people there were, by week and in 28 days."""
    days = [d for d in figures.days if figures.span and d.day <= figures.span.last]
    weeks = {week.start: week.active for week in figures.weeks}
    ends = [
        (start + timedelta(days=6), weeks.get(start)) for start in figures.week_starts
    ]
    lines = [
        Series("In 28 days", BLUE, [(day.day, day.users_in_28_days) for day in days]),
        Series("In a week", TEAL, [(day, value) for day, value in ends]),
    ]
    there = [ln for ln in lines if any(value is not None for _, value in ln.points)]
    numbers = Table(
        ["Day", "People on the day", "In 7 days", "In 28 days"],
        [
            [
                Cell(words.day(day.day), day.day),
                count(day.users),
                count(day.users_in_7_days),
                count(day.users_in_28_days),
            ]
            for day in days
        ],
    )
    plot = Lines(there, has_ends=True) if there else None
    said = _people_said(figures)
    title = _title_of_people(figures)
    return Section("people", "People", title, said, plot, numbers=numbers)


def _title_of_people(figures: Figures) -> str:
    months = _months(figures)
    if not months:
        return "People over time"
    *_, (end, now) = months.items()
    before = months.get(end - FOUR_WEEKS)
    told = f"{words.people(now)} in 28 days"
    if before is None:
        return told
    return f"{told}, {words.change(now, before)} in the 28 days before"


def _months(figures: Figures) -> dict[date, int]:
    return {
        day.day: day.users_in_28_days
        for day in figures.complete_days
        if day.users_in_28_days is not None
    }


def _people_said(figures: Figures) -> list[str]:
    said = []
    months = _months(figures)
    if months:
        top = max(months, key=lambda day: months[day])
        said.append(
            f"The most were {words.number(months[top])}, in the 28 days to "
            f"{words.day(top)}."
        )
    working = figures.working_days(figures.weeks[-1]) if figures.weeks else []
    if working:
        said.append(
            "On a working day of the last complete week: "
            f"{words.number(fmean(working))} on average."
        )
    said.append("Whoever is active on many days counts once.")
    return said


def comings(figures: Figures) -> Section | str:
    """Return who came and left by month, and what became of the new."""
    flows = [(m.start, m.flow) for m in figures.months if m.flow]
    if not flows:
        return "who comes and goes, once two months in a row are complete"
    plot = Stacks(
        [
            Series("Stayed", BLUE, [(m, f.retained) for m, f in flows]),
            Series("Came back", VIOLET, [(m, f.returned) for m, f in flows]),
            Series("New", TEAL, [(m, f.new) for m, f in flows]),
            Series("Did not return", RED, [(m, -f.churned) for m, f in flows]),
        ],
        by_month=True,
    )
    month, last = flows[-1]
    left = f"{words.number(last.churned)} did not return"
    if not last.churned:
        left = "everybody of the month before returned"
    title = f"In {month:%B}, {_none(last.new)} began and {left}"
    told = (
        f"Of the {words.people(last.active_before)} of the month before, "
        f"{_none(last.retained)} stayed; {_none(last.returned)} came back after a "
        "pause."
    )
    table = None
    if figures.newcomers:
        rows = [_newcomers(figures, month) for month in figures.newcomers]
        columns = ["New in", "People", "Four active days", "Days until then"]
        columns += ["Active in week 4", "In week 12"]
        note = "What became of those who were new. Days until then are a median."
        table = Table(columns, rows, note)
    numbers = _weeks(figures)
    return Section("comings", "Who comes and goes", title, [told], plot, table, numbers)


def _none(count: int) -> str:
    return words.number(count) if count else "nobody"


def _newcomers(figures: Figures, month: Newcomers) -> list[Cell]:
    enough = figures.enough(month.with_four_days)
    reached = words.number(month.with_four_days) if enough else words.DASH
    days = month.days_to_fourth
    later = [
        Cell(words.DASH, None)
        if active is None
        else Cell(f"{active} ({words.percent(active / month.users)})", active)
        for active in (month.active_in_week_4, month.active_in_week_12)
    ]
    return [
        Cell(f"{month.month:%b %Y}", month.month),
        count(month.users),
        Cell(reached, month.with_four_days if enough else None),
        Cell(words.DASH if days is None else words.number(days, 1), days),
        *later,
    ]


def _weeks(figures: Figures) -> Table:
    columns = ["Week from", "Active", "Stayed", "Came back", "New", "Did not return"]
    rows = [
        [
            Cell(words.day(week.start), week.start),
            count(week.active),
            *(count(getattr(week.flow, name, None)) for name in _PARTS),
        ]
        for week in figures.weeks
    ]
    return Table(
        [*columns, "Share that stayed"],
        [
            [*row, _stayed(figures, week.flow)]
            for row, week in zip(rows, figures.weeks, strict=True)
        ],
    )


_PARTS = ("retained", "returned", "new", "churned")


def _stayed(figures: Figures, flow: Flow | None) -> Cell:
    """Return which share came again; of few people it says little."""
    if not flow or not figures.enough(flow.active_before):
        return Cell(words.DASH, None)
    share = flow.retained / flow.active_before
    return Cell(words.percent(share), share)


def count(value: int | None) -> Cell:
    """Write how many, or that it is not known."""
    return Cell(words.DASH if value is None else words.number(value), value)
