"""In which IDEs and languages people work: names that enough people share."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from report import words
from report.content import Cell, Lines, Section, Series, Table

if TYPE_CHECKING:
    from report.figures import Figures, Use, Week

_LINES = 5
"""More are not told apart."""
_RECENT = 8
"""In so many weeks, who has the most users gets a line."""
_FOUR_WEEKS = timedelta(days=28)


class Kind(NamedTuple):
    """What is broken down, in the words of the page."""

    key: str
    title: str
    singular: str
    plural: str


IDES = Kind("ides", "IDEs", "IDE", "IDEs")
LANGUAGES = Kind("languages", "Languages", "language", "languages")


def breakdown(figures: Figures, kind: Kind, uses: list[Use]) -> Section:
    """Return the share of each week's people that used each."""
    shares = _shares(figures, uses)
    weeks = [week for week in figures.weeks if figures.enough(week.active)]
    if not weeks or not any(shares.values()):
        need = (
            f"This needs a complete week in which at least {figures.minimum_group} "
            f"people used the same {kind.singular}."
        )
        return Section(kind.key, kind.title, [need])
    last = weeks[-1]
    names = _ranked(shares, weeks)
    plot = Lines(
        [
            Series(
                _named(name),
                colour,
                [(w.start, shares[name].get(w.start)) for w in weeks],
            )
            for colour, name in enumerate(names[:_LINES], start=1)
        ],
        percent=True,
    )
    hidden = {use.name for use in uses if use.week == last.start}
    hidden -= {name for name in names if last.start in shares[name]}
    said = _said(figures, kind, shares, names, last, len(hidden))
    table = _latest(kind, shares, names, uses, last)
    return Section(
        kind.key, kind.title, said, plot, table, _numbers(kind, shares, names, weeks)
    )


def _shares(figures: Figures, uses: list[Use]) -> dict[str, dict[date, float]]:
    """Return by name and week which share of the week's people used it."""
    active = {week.start: week.active for week in figures.weeks}
    shares: dict[str, dict[date, float]] = defaultdict(dict)
    for use in uses:
        if figures.enough(use.users) and active.get(use.week):
            shares[use.name][use.week] = use.users / active[use.week]
    return shares


def _ranked(shares: dict[str, dict[date, float]], weeks: list[Week]) -> list[str]:
    recent = [week.start for week in weeks[-_RECENT:]]
    weight = {
        name: sum(by_week.get(week, 0) for week in recent)
        for name, by_week in shares.items()
    }
    return sorted(weight, key=lambda name: (-weight[name], name))


def _said(
    figures: Figures,
    kind: Kind,
    shares: dict[str, dict[date, float]],
    names: list[str],
    last: Week,
    hidden: int,
) -> list[str]:
    now = {name: shares[name].get(last.start, 0) for name in names}
    top = max(now, key=lambda name: now[name])
    said = [
        f"In the week of {words.days(last.start, last.end)}, {_named(top)} had the most "
        f"people: {words.percent(now[top])} of those who were active.",
        f"Somebody who uses two {kind.plural} counts in both, so shares add up to more "
        "than 100%.",
    ]
    if hidden:
        more = (
            f"1 more {kind.singular} is"
            if hidden == 1
            else f"{hidden} more {kind.plural} are"
        )
        each = "which" if hidden == 1 else "each of which"
        said.append(
            f"{more} not shown, {each} fewer than {figures.minimum_group} people used."
        )
    return said


def _latest(
    kind: Kind,
    shares: dict[str, dict[date, float]],
    names: list[str],
    uses: list[Use],
    last: Week,
) -> Table:
    people = {use.name: use.users for use in uses if use.week == last.start}
    rows = []
    for name in sorted(names, key=lambda name: -shares[name].get(last.start, 0)):
        now = shares[name].get(last.start)
        if now is None:
            continue
        before = shares[name].get(last.start - _FOUR_WEEKS)
        change = "" if before is None else points(now, before)
        rows.append(
            [
                Cell(_named(name), name),
                Cell(words.number(people[name]), people[name]),
                Cell(words.percent(now), now, bar=now),
                Cell(change or words.DASH, None if before is None else now - before),
            ]
        )
    columns = [kind.singular.capitalize() if kind is LANGUAGES else kind.singular]
    return Table(
        [*columns, "People", "Share", "Change in 4 weeks"], rows, has_names=True
    )


def _numbers(
    kind: Kind,
    shares: dict[str, dict[date, float]],
    names: list[str],
    weeks: list[Week],
) -> Table:
    shown = names[:_LINES]
    rows = []
    for week in weeks:
        values = [shares[name].get(week.start) for name in shown]
        cells = [
            Cell(words.DASH if share is None else words.percent(share), share)
            for share in values
        ]
        rows.append([Cell(words.day(week.start), week.start), *cells])
    note = f"Share of each week's people, for the {kind.plural} of the chart."
    return Table(["Week from", *map(_named, shown)], rows, note, has_names=True)


def points(now: float, before: float) -> str:
    """Write a change of shares in points of a percent."""
    change = round(now * 100) - round(before * 100)
    sign = words.MINUS if change < 0 else "+" if change else ""
    return f"{sign}{abs(change)} point{'s' if abs(change) != 1 else ''}"


def _named(name: str) -> str:
    return name.strip() or "(no name)"
