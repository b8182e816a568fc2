"""How often people come, and how much they do."""

from __future__ import annotations

from report import words
from report.content import Cell, Lines, Section, Series, Stacks, Table
from report.figures import Depth, Figures, Segments
from report.sections.people import BLUE, TEAL, VIOLET, count

_GREY = 6


def segments(figures: Figures) -> Section | str:
    """Return how many people were active on how many of 28 days, week by week."""
    known = figures.segments
    if not known or known[-1].occasional is None:
        return (
            "how often people use it (needs 28 complete days in a row and at least "
            f"{figures.minimum_group} active people)"
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
    columns = ["28 days to", "Power", "Regular", "Occasional", "Not active"]
    numbers = Table(columns, [_segment_row(each) for each in known])
    title, said = _title_of_segments(figures), _said_of_segments(figures)
    return Section("segments", "How often", title, said, plot, numbers=[numbers])


def _title_of_segments(figures: Figures) -> str:
    last = figures.segments[-1]
    total = (last.power or 0) + (last.regular or 0) + (last.occasional or 0)
    if last.often is None:
        return f"How often {words.people(total)} used it"
    often = f"{words.number(last.often)} of {words.people(total)}"
    return f"{often} used it on {figures.regular_days} or more of 28 days"


def _said_of_segments(figures: Figures) -> list[str]:
    regular, power = figures.regular_days, figures.power_days
    span = words.days(*figures.segments[-1].span)
    kinds = (
        f"Power users were active on {power} or more of 28 days, regular users on "
        f"{regular} or more, occasional users on fewer."
    )
    bars = "Each bar covers the 28 days to the end of a week."
    said = [f"These 28 days are {span}. {bars}", kinds]
    if any(s.power is None or s.regular is None for s in figures.segments):
        said.append(
            f"If a group has fewer than {figures.minimum_group} people, they are "
            "counted in the neighbouring group."
        )
    return said


def _segment_row(each: Segments) -> list[Cell]:
    _, end = each.span
    cells = [count(each.power), count(each.regular), count(each.occasional)]
    return [Cell(words.day(end), end), *cells, count(each.dormant)]


def messages(figures: Figures) -> Section | str:
    """Return how many messages people sent in each complete week: median, quartiles."""
    if not figures.depth:
        return (
            "messages (needs a complete week with at least "
            f"{figures.minimum_group} people)"
        )
    last = figures.depth[-1]
    week = next(week for week in figures.weeks if week.start == last.week)
    title = f"Half of the people sent {_messages(last.median)} or more in a week"
    told = (
        f"In the week of {words.days(week.start, week.end)}, a quarter sent "
        f"{_messages(last.upper_quartile)} or more, and a quarter "
        f"{words.figure(last.lower_quartile)} or fewer."
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
    columns = ["Week from", "Lower quartile", "Median", "Upper quartile"]
    columns.append("Share of top tenth")
    numbers = Table(columns, [_depth_row(each) for each in figures.depth])
    plot = _lines(figures)
    return Section("messages", "Messages", title, said, plot, numbers=[numbers])


def _lines(figures: Figures) -> Lines:
    depth = {each.week: each for each in figures.depth}
    names = [
        ("A quarter sent this many or more", "upper_quartile", TEAL),
        ("Half sent this many or more", "median", BLUE),
        ("A quarter sent this many or fewer", "lower_quartile", _GREY),
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
    cells = [Cell(words.figure(value), value) for value in figures]
    top = Cell(words.share(depth.top_tenth_share), depth.top_tenth_share)
    return [Cell(words.day(depth.week), depth.week), *cells, top]


def _messages(value: float) -> str:
    return f"{words.figure(value)} message{'' if value == 1 else 's'}"
