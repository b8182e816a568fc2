"""How often people come, and how much they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report import words
from report.content import Cell, Lines, Section, Series, Stacks, Table
from report.sections.people import BLUE, TEAL, VIOLET, count

if TYPE_CHECKING:
    from report.figures import Depth, Figures, Segments

_GREY = 6


def segments(figures: Figures) -> Section | str:
    """Return how many people were active on how many of 28 days, week by week."""
    known = figures.segments
    if not known or known[-1].occasional is None:
        return (
            "how often people come, once 28 days in a row are complete and at least "
            f"{figures.minimum_group} people were active"
        )
    kinds = [("Power", "power", BLUE), ("Regular", "regular", TEAL)]
    kinds.append(("Occasional", "occasional", VIOLET))
    plot = Stacks(
        [
            Series(
                f"{name} users",
                colour,
                [(s.week, getattr(s, kind) or 0) for s in known],
            )
            for name, kind, colour in kinds
        ]
    )
    columns = ["Week from", "Power", "Regular", "Occasional", "Not for 28 days"]
    rows = [_segment_row(each) for each in known]
    title = _title_of_segments(known[-1])
    said = _said_of_segments(figures)
    return Section(
        "segments", "How often", title, said, plot, numbers=Table(columns, rows)
    )


def _title_of_segments(last: Segments) -> str:
    total = (last.power or 0) + (last.regular or 0) + (last.occasional or 0)
    if last.often is None:
        return f"How often {words.people(total)} come"
    return f"{words.number(last.often)} of {words.people(total)} come often"


def _said_of_segments(figures: Figures) -> list[str]:
    regular, power = figures.regular_days, figures.power_days
    told = (
        f"In the 28 days until the end of each week, regular users were active on "
        f"{regular} days or more, power users on {power} or more."
    )
    said = [told]
    if any(s.power is None or s.regular is None for s in figures.segments):
        said.append(
            f"Where fewer than {figures.minimum_group} would be shown, they are with "
            "the next kind."
        )
    return said


def _segment_row(each: Segments) -> list[Cell]:
    cells = [count(each.power), count(each.regular), count(each.occasional)]
    return [Cell(words.day(each.week), each.week), *cells, count(each.dormant)]


def messages(figures: Figures) -> Section | str:
    """Return how many messages people sent in each complete week: median, quartiles."""
    if not figures.depth:
        return (
            "how many messages people send, once a complete week has at least "
            f"{figures.minimum_group} of them"
        )
    last = figures.depth[-1]
    week = next(week for week in figures.weeks if week.start == last.week)
    title = f"Half of the people sent {_messages(last.median)} or more in a week"
    told = (
        f"In the week of {words.days(week.start, week.end)}, the middle half sent "
        f"{_number(last.lower_quartile)} to {_messages(last.upper_quartile)}."
    )
    said = [told]
    if last.top_tenth_share is not None:
        said.append(
            f"The most active tenth sent {words.percent(last.top_tenth_share)} of all "
            "messages."
        )
    if len(figures.depth) < len(figures.weeks):
        said.append(
            f"Weeks with fewer than {figures.minimum_group} people are left out."
        )
    columns = ["Week from", "Lower quartile", "Median", "Upper quartile", "Top tenth"]
    numbers = Table(columns, [_depth_row(each) for each in figures.depth])
    return Section(
        "messages", "Messages", title, said, _lines(figures), numbers=numbers
    )


def _lines(figures: Figures) -> Lines:
    depth = {each.week: each for each in figures.depth}
    names = [
        ("A quarter sent as many or more", "upper_quartile", TEAL),
        ("Half sent as many or more", "median", BLUE),
        ("A quarter sent as many or fewer", "lower_quartile", _GREY),
    ]
    return Lines(
        [
            Series(
                name,
                colour,
                [(w, getattr(depth.get(w), figure, None)) for w in figures.week_starts],
            )
            for name, figure, colour in names
        ]
    )


def _depth_row(depth: Depth) -> list[Cell]:
    figures = (depth.lower_quartile, depth.median, depth.upper_quartile)
    cells = [Cell(_number(value), value) for value in figures]
    top = Cell(words.share(depth.top_tenth_share), depth.top_tenth_share)
    return [Cell(words.day(depth.week), depth.week), *cells, top]


def _number(value: float) -> str:
    return words.number(value, 0 if value.is_integer() else 1)


def _messages(value: float) -> str:
    return f"{_number(value)} message{'' if value == 1 else 's'}"
