"""How many people, and who is new, comes and goes."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import fmean

from report import words
from report.content import Cell, Lines, Section, Series, Stacks, Table
from report.figures import (
    FOUR_WEEKS,
    Figures,
    Flow,
    Month,
    Newcomers,
    Week,
    four_weeks_to,
    week_end,
)

BLUE, TEAL, VIOLET, RED = 1, 2, 3, 4


def people(figures: Figures) -> Section:
    """Return how many different people there were, by week and in 28 days."""
    days = [d for d in figures.days if figures.span and d.day <= figures.span[1]]
    weeks = {week.start: week.active for week in figures.weeks}
    ends = [(week_end(start), weeks.get(start)) for start in figures.week_starts]
    lines = [
        Series("In 28 days", BLUE, [(day.day, day.users_in_28_days) for day in days]),
        Series("In a week", TEAL, [(day, value) for day, value in ends]),
    ]
    there = [ln for ln in lines if any(value is not None for _, value in ln.points)]
    numbers = Table(
        ["Day", "That day", "In 7 days", "In 28 days"],
        [
            [
                Cell(words.day(day.day), day.day),
                count(day.users),
                count(day.users_in_7_days),
                count(day.users_in_28_days),
            ]
            for day in days
        ],
        "The 7 days and the 28 days end with the day of the row.",
    )
    plot = Lines(there, has_ends=True) if there else None
    said = _people_said(figures)
    title = _title_of_people(figures)
    return Section("people", "People", title, said, plot, numbers=[numbers])


def _title_of_people(figures: Figures) -> str:
    months = _months(figures)
    if not months:
        return "People over time"
    *_, (end, now) = months.items()
    before = months.get(end - FOUR_WEEKS)
    last = "the last 28 days" if end == figures.until else "28 days"
    told = f"{words.someone(now)} used it in {last}"
    if before is None:
        return words.sentence(told)
    than = "from" if now == before else "than"
    told += f": {words.change(now, before)} {than} four weeks earlier"
    return words.sentence(told)


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
        last, top = max(months), max(months, key=lambda day: months[day])
        peak = "no 28-day count was higher"
        if months[top] > months[last]:
            highest, when = words.number(months[top]), words.days(*four_weeks_to(top))
            peak = f"the highest 28-day count was {highest} ({when})"
        span = words.days(*four_weeks_to(last))
        said.append(f"The last complete 28 days are {span}; {peak}.")
    working = figures.working_days(figures.weeks[-1]) if figures.weeks else []
    if working:
        week = figures.weeks[-1]
        said.append(
            f"On an average working day of {words.days(week.start, week.end)}, "
            f"{words.someone(round(fmean(working)))} used it."
        )
    said.append("Each person counts once.")
    return said


def comings(figures: Figures) -> Section | str:
    """Return who came and left by month, and what became of the new."""
    flows = [(m.start, m.flow) for m in figures.months if m.flow]
    if not flows:
        return "who comes and goes (needs two complete months in a row)"
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
    title = f"In {month:%B}, {words.were(last.new)} new, and {_stayed(month, last)}"
    told = (
        f"{words.sentence(words.were(last.retained))} active in both months, and "
        f"{words.someone(last.returned)} came back after a longer break."
    )
    table = None
    if figures.newcomers:
        rows = [_newcomers(figures, month) for month in figures.newcomers]
        columns = ["Starting month", "New users", "Reached 4 active days"]
        columns += ["Median days to reach it", "Active in week 4", "Active in week 12"]
        note = "New users by starting month."
        table = Table(columns, rows, note, "new users")
    numbers = [_by_month(figures), _by_week(figures)]
    return Section("comings", "Who comes and goes", title, [told], plot, table, numbers)


def _stayed(month: date, flow: Flow) -> str:
    """Say what became of the people of the month before."""
    before, left = flow.active_before, flow.churned
    earlier = f"{month - timedelta(days=1):%B}"
    if not before:
        return f"no one had been active in {earlier}"
    if left:
        some = f"{words.number(left)} of {words.people(before)}"
        return f"{some} from {earlier} did not return"
    everyone = f"all {words.people(before)}" if before > 1 else "the 1 person"
    return f"{everyone} from {earlier} {'were' if before > 1 else 'was'} active again"


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


def _by_month(figures: Figures) -> Table:
    rows = [
        _flow_row(figures, Cell(f"{month.start:%b %Y}", month.start), month)
        for month in figures.months
    ]
    return Table(["Month", *_FLOW], rows, name="by month")


def _by_week(figures: Figures) -> Table:
    rows = [
        _flow_row(figures, Cell(words.day(week.start), week.start), week)
        for week in figures.weeks
    ]
    return Table(["Week from", *_FLOW], rows, name="by week")


_FLOW = ("Active", "Stayed", "Came back", "New", "Did not return", "Share that stayed")


def _flow_row(figures: Figures, when: Cell, period: Week | Month) -> list[Cell]:
    flow = period.flow
    if not flow:
        return [when, count(period.active), *[count(None)] * (len(_FLOW) - 1)]
    parts = (flow.retained, flow.returned, flow.new, flow.churned)
    share = Cell(words.DASH, None)
    if figures.enough(flow.active_before):
        stayed = flow.retained / flow.active_before
        share = Cell(words.percent(stayed), stayed)
    return [when, count(period.active), *map(count, parts), share]


def count(value: int | None) -> Cell:
    """Write how many, or that it is not known."""
    return Cell(words.DASH if value is None else words.number(value), value)
