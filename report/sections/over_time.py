"""How many people, who comes, stays and leaves, and how much they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report import words
from report.content import Cell, Lines, Section, Series, Stacks, Table
from report.tiles import stayed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from report.figures import Depth, Figures, Flow, Week

_BLUE, _TEAL, _VIOLET, _RED, _GREY = 1, 2, 3, 4, 6


def people(figures: Figures) -> Section:
    """Return how many people were active: in 28 days, in 7 days, on the day."""
    days = [
        day for day in figures.days if figures.span and day.day <= figures.span.last
    ]
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
    explained = (
        "Each line counts different people: somebody active on many days counts once."
    )
    months = {
        day.day: day.users_in_28_days
        for day in figures.complete_days
        if day.users_in_28_days is not None
    }
    if not months:
        return [explained, "The lines begin when 7 and 28 days in a row are complete."]
    end, last = list(months.items())[-1]
    top = max(months, key=lambda day: months[day])
    told = f"{words.did(last)} active in the 28 days to {words.day(end)}"
    if months[top] == last:
        return [f"{told}: no 28 days had more.", explained]
    most = words.number(months[top])
    return [
        f"{told}. The most were {most}, in the 28 days to {words.day(top)}.",
        explained,
    ]


def flow(figures: Figures) -> Section:
    """Return who came, stayed and left, by complete weeks that have one before."""
    flows = {week.start: week.flow for week in figures.weeks if week.flow}
    title = "Who comes, stays and leaves"
    if not flows:
        need = (
            "This needs two complete weeks, one after the other: in the first, "
            "everybody looks new."
        )
        return Section("flow", title, [need])
    plot = Stacks(
        [
            Series("Stayed", _BLUE, [(w, f.retained) for w, f in flows.items()]),
            Series("Came back", _VIOLET, [(w, f.returned) for w, f in flows.items()]),
            Series("New", _TEAL, [(w, f.new) for w, f in flows.items()]),
            Series("Did not return", _RED, [(w, -f.churned) for w, f in flows.items()]),
        ]
    )
    columns = [
        "Week from",
        "Active",
        "Stayed",
        "Came back",
        "New",
        "Did not return",
        "Share that stayed",
    ]
    known = [(week, week.flow) for week in figures.weeks if week.flow]
    numbers = Table(columns, [_flow_row(figures, w, f) for w, f in known])
    return Section("flow", title, _flow_said(*known[-1]), plot, numbers=numbers)


def _flow_row(figures: Figures, week: Week, flow: Flow) -> list[Cell]:
    share = stayed(figures, week)
    return [
        Cell(words.day(week.start), week.start),
        _count(week.active),
        _count(flow.retained),
        _count(flow.returned),
        _count(flow.new),
        _count(flow.churned),
        Cell(words.share(share), share),
    ]


def _flow_said(week: Week, flow: Flow) -> list[str]:
    stayed_ = words.number(flow.retained) if flow.retained else "nobody"
    told = (
        f"In the week of {words.days(week.start, week.end)}, {stayed_} stayed from the "
        f"week before. Came back after a pause: {words.number(flow.returned)}; for the "
        f"first time: {words.number(flow.new)}; did not return: "
        f"{words.number(flow.churned)}."
    )
    return [
        told,
        "A holiday counts as not returning; whoever is back later has come back.",
    ]


def messages(figures: Figures) -> Section:
    """Return how many messages people sent in each complete week: median, quartiles."""
    title = "Messages per person"
    if not figures.depth:
        need = (
            f"This needs a complete week in which at least {figures.minimum_group} "
            "people were active."
        )
        return Section("messages", title, [need])
    depth = {each.week: each for each in figures.depth}
    last = figures.depth[-1]
    week = next(week for week in figures.weeks if week.start == last.week)
    told = (
        f"In the week of {words.days(week.start, week.end)}, half of the people sent "
        f"{_messages(last.median)} or more; the middle half sent "
        f"{_number(last.lower_quartile)} to {_messages(last.upper_quartile)}."
    )
    said = [told]
    if len(depth) < len(figures.weeks):
        said.append(
            f"Weeks with fewer than {figures.minimum_group} people are left out."
        )
    lines = [
        _line(
            figures, depth, "A quarter sent as many or more", "upper_quartile", _TEAL
        ),
        _line(figures, depth, "Half sent as many or more", "median", _BLUE),
        _line(
            figures, depth, "A quarter sent as many or fewer", "lower_quartile", _GREY
        ),
    ]
    columns = ["Week from", "Lower quartile", "Median", "Upper quartile"]
    numbers = Table(columns, [_depth_row(each) for each in figures.depth])
    return Section("messages", title, said, Lines(lines), numbers=numbers)


def _line(
    figures: Figures, depth: Mapping[date, Depth], name: str, figure: str, colour: int
) -> Series:
    return Series(
        name,
        colour,
        [
            (week, getattr(depth[week], figure) if week in depth else None)
            for week in figures.week_starts
        ],
    )


def _depth_row(depth: Depth) -> list[Cell]:
    figures = (depth.lower_quartile, depth.median, depth.upper_quartile)
    cells = [Cell(_number(value), value) for value in figures]
    return [Cell(words.day(depth.week), depth.week), *cells]


def _number(value: float) -> str:
    return words.number(value, 0 if value.is_integer() else 1)


def _messages(value: float) -> str:
    return f"{_number(value)} message{'' if value == 1 else 's'}"


def _count(value: int | None) -> Cell:
    return Cell(words.DASH if value is None else words.number(value), value)
