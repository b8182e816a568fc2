"""In which IDEs and languages people work: names that enough people share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from report import words
from report.content import Cell, Lines, Section, Series, Table

if TYPE_CHECKING:
    from datetime import date

    from report.figures import Figures, Use, Week

_LINES = 5
"""More are not told apart."""
_RECENT = 8
"""Who has the most people in so many weeks gets a line."""
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
    """Return which share of each week's people used what."""
    use = _Breakdown(figures, kind, uses)
    if not use.names:
        need = (
            f"This needs a complete week in which at least {figures.minimum_group} "
            f"people used the same {kind.singular}."
        )
        return Section(kind.key, kind.title, [need])
    numbers = use.numbers()
    return Section(kind.key, kind.title, use.said(), use.plot(), use.latest(), numbers)


@dataclass(frozen=True)
class _Breakdown:
    figures: Figures
    kind: Kind
    uses: list[Use]

    @cached_property
    def weeks(self) -> list[Week]:
        """The weeks in which enough people were active."""
        return [week for week in self.figures.weeks if self.figures.enough(week.active)]

    @cached_property
    def shares(self) -> dict[str, dict[date, float]]:
        """By name and week, which share of the week's people used it, if enough did."""
        active = {week.start: week.active for week in self.weeks}
        shares: dict[str, dict[date, float]] = {}
        for use in self.uses:
            if self.figures.enough(use.users) and use.week in active:
                share = use.users / active[use.week]
                shares.setdefault(use.name, {})[use.week] = share
        return shares

    @cached_property
    def names(self) -> list[str]:
        """What is shown, the most used of late first."""
        recent = [week.start for week in self.weeks[-_RECENT:]]
        weight = {
            name: sum(by_week.get(week, 0) for week in recent)
            for name, by_week in self.shares.items()
        }
        return sorted(weight, key=lambda name: (-weight[name], name))

    @property
    def last(self) -> Week:
        return self.weeks[-1]

    @cached_property
    def people(self) -> dict[str, int]:
        """How many people used what in the last week, small groups included."""
        last = self.last.start
        return {use.name: use.users for use in self.uses if use.week == last}

    def said(self) -> list[str]:
        kind, week = self.kind, words.days(self.last.start, self.last.end)
        shown = [name for name in self.names if self.last.start in self.shares[name]]
        said = []
        if shown:
            top = max(shown, key=lambda name: self.shares[name][self.last.start])
            share = words.percent(self.shares[top][self.last.start])
            told = f"In the week of {week}, {words.isolated(_named(top))} had the most"
            said.append(f"{told} people: {share} of those who were active.")
        both = f"Somebody who uses two {kind.plural} counts in both"
        said.append(f"{both}, so shares add up to more than 100%.")
        minimum = self.figures.minimum_group
        if any(
            share is None
            for name in self.names[:_LINES]
            for _, share in self._points(name)
        ):
            said.append(f"A line has gaps where fewer than {minimum} people used it.")
        hidden = len(self.people) - len(shown)
        few = f"fewer than {minimum} people used"
        if hidden == 1:
            said.append(f"1 more {kind.singular} is not shown, which {few}.")
        elif hidden:
            said.append(
                f"{hidden} more {kind.plural} are not shown, each of which {few}."
            )
        return said

    def plot(self) -> Lines:
        lines = [
            Series(_named(name), colour, self._points(name))
            for colour, name in enumerate(self.names[:_LINES], start=1)
        ]
        return Lines(lines, percent=True)

    def _points(self, name: str) -> list[tuple[date, float | None]]:
        shares = self.shares[name]
        return [(week.start, shares.get(week.start)) for week in self.weeks]

    def latest(self) -> Table:
        """Return the last week, beside four weeks before."""
        name_column = self.kind.singular[0].upper() + self.kind.singular[1:]
        columns = [name_column, "People", "Share", "Change in 4 weeks"]
        now = self.last.start
        shown = [name for name in self.names if now in self.shares[name]]
        shown.sort(key=lambda name: -self.shares[name][now])
        return Table(columns, [self._row(name) for name in shown], has_names=True)

    def _row(self, name: str) -> list[Cell]:
        now = self.shares[name][self.last.start]
        before = self.shares[name].get(self.last.start - _FOUR_WEEKS)
        change = words.DASH if before is None else _points(now, before)
        return [
            Cell(_named(name), name),
            Cell(words.number(self.people[name]), self.people[name]),
            Cell(words.percent(now), now, bar=now),
            Cell(change, None if before is None else now - before),
        ]

    def numbers(self) -> Table:
        """Return the shares of the chart, week by week."""
        shown = self.names[:_LINES]
        rows = []
        for week in self.weeks:
            shares = [self.shares[name].get(week.start) for name in shown]
            cells = [Cell(words.share(share), share) for share in shares]
            rows.append([Cell(words.day(week.start), week.start), *cells])
        note = f"Share of each week's people, for the {self.kind.plural} of the chart."
        columns = ["Week from", *map(_named, shown)]
        return Table(columns, rows, note, has_names=True)


def _points(now: float, before: float) -> str:
    """Write a change of shares in points of a percent."""
    change = round(now * 100) - round(before * 100)
    sign = words.MINUS if change < 0 else "+" if change else ""
    return f"{sign}{abs(change)} point{'s' if abs(change) != 1 else ''}"


def _named(name: str) -> str:
    return name.strip() or "(no name)"
