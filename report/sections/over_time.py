"""How many people, who comes, stays and leaves, and how much they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report import words
from report.content import Cell, Lines, Section, Series, Stacks, Table
from report.tiles import messages_per_person, stayed

if TYPE_CHECKING:
    from report.figures import Figures, Week

_BLUE, _TEAL, _VIOLET, _RED, _GREY = 1, 2, 3, 4, 6


def people(figures: Figures) -> Section:
    """Return how many people were active: in 28 days, in 7 days, on the day."""
    days = figures.days
    lines = [
        Series("In 28 days", _BLUE, [(day.day, day.users_in_28_days) for day in days]),
        Series("In 7 days", _TEAL, [(day.day, day.users_in_7_days) for day in days]),
    ]
    plot = Lines(
        [line for line in lines if any(value is not None for _, value in line.points)],
        ground=Series("On the day", _GREY, [(day.day, day.users) for day in days]),
    )
    numbers = Table(
        ["Day", "People on the day", "In 7 days", "In 28 days"],
        [
            [
                Cell(words.day(day.day), day.day),
                _count(day.users),
                _count(day.users_in_7_days),
                _count(day.users_in_28_days),
            ]
            for day in days
        ],
    )
    return Section(
        "people", "People over time", _people_said(figures), plot, numbers=numbers
    )


def _people_said(figures: Figures) -> list[str]:
    said = [
        "Each line counts different people: somebody active on many days counts once."
    ]
    months = [day for day in figures.days if day.users_in_28_days is not None]
    if not months:
        said.append("The lines begin when 7 and 28 days have been synced.")
        return said
    top = max(months, key=lambda day: day.users_in_28_days or 0)
    last = months[-1]
    told = f"In the last 28 days {words.people(last.users_in_28_days or 0)} were active"
    if top.users_in_28_days == last.users_in_28_days:
        said.insert(0, f"{told}, as many as ever.")
    else:
        most = words.number(top.users_in_28_days or 0)
        said.insert(
            0, f"{told}. The most were {most}, in the 28 days to {words.day(top.day)}."
        )
    return said


def flow(figures: Figures) -> Section:
    """Return who came, stayed and left, by complete weeks that have one before."""
    weeks = [week for week in figures.weeks if week.is_comparable]
    title = "Who comes, stays and leaves"
    if not weeks:
        need = "This needs two complete weeks: in the first, everybody looks new."
        return Section("flow", title, [need])
    plot = Stacks(
        [
            Series("Stayed", _BLUE, [(week.start, week.retained) for week in weeks]),
            Series(
                "Came back", _VIOLET, [(week.start, week.returned) for week in weeks]
            ),
            Series("New", _TEAL, [(week.start, week.new) for week in weeks]),
            Series(
                "Did not return", _RED, [(week.start, -week.churned) for week in weeks]
            ),
        ]
    )
    numbers = Table(
        [
            "Week from",
            "Active",
            "Stayed",
            "Came back",
            "New",
            "Did not return",
            "Share that stayed",
        ],
        [_flow_row(figures, week) for week in weeks],
    )
    return Section("flow", title, _flow_said(weeks[-1]), plot, numbers=numbers)


def _flow_row(figures: Figures, week: Week) -> list[Cell]:
    share = stayed(figures, week)
    return [
        Cell(words.day(week.start), week.start),
        _count(week.active),
        _count(week.retained),
        _count(week.returned),
        _count(week.new),
        _count(week.churned),
        Cell(words.share(share), share),
    ]


def _flow_said(week: Week) -> list[str]:
    told = (
        f"In the week of {words.days(week.start, week.end)}, "
        f"{words.number(week.retained)} stayed from the week before, "
        f"{words.number(week.returned)} came back after a pause, "
        f"{words.number(week.new)} were there for the first time, and "
        f"{words.number(week.churned)} of the week before did not return."
    )
    return [
        told,
        "A holiday counts as not returning; whoever is back later has come back.",
    ]


def messages(figures: Figures) -> Section:
    """Return how many messages an active person sent in each complete week."""
    title = "Messages per person"
    points = [(week, messages_per_person(figures, week)) for week in figures.weeks]
    known = [(week, value) for week, value in points if value is not None]
    if not known:
        need = (
            f"This needs a complete week in which at least {figures.minimum_group} "
            "people were active."
        )
        return Section("messages", title, [need])
    week, value = known[-1]
    told = f"Whoever was active in the week of {words.days(week.start, week.end)} sent"
    said = [f"{told} {words.number(value, 1)} messages on average."]
    if len(known) < len(points):
        said.append(
            f"Weeks with fewer than {figures.minimum_group} people are left out."
        )
    line = Series(
        "Messages per person and week", _BLUE, [(w.start, v) for w, v in points]
    )
    numbers = Table(
        ["Week from", "Messages per person"],
        [
            [Cell(words.day(w.start), w.start), Cell(words.number(v, 1), v)]
            for w, v in known
        ],
    )
    return Section("messages", title, said, Lines([line]), numbers=numbers)


def _count(value: int | None) -> Cell:
    return Cell(words.DASH if value is None else words.number(value), value)
