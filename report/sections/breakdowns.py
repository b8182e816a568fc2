"""In which IDEs and languages people work: names that enough people share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from report import words
from report.colours import colours
from report.content import Cell, Lines, Section, Series, Table

if TYPE_CHECKING:
    from datetime import date

    from report.figures import Breakdown, Figures, Use, Week

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


def breakdown(figures: Figures, kind: Kind, given: Breakdown) -> Section:
    """Return which share of each week's people used what."""
    use = _Breakdown(figures, kind, given)
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
    given: Breakdown

    @cached_property
    def active(self) -> dict[date, int]:
        """How many people were active in each complete week."""
        return {week.start: week.active for week in self.figures.weeks}

    @cached_property
    def uses(self) -> dict[str, dict[date, Use]]:
        """By name and week."""
        uses: dict[str, dict[date, Use]] = {}
        for use in self.given.uses:
            uses.setdefault(use.name, {})[use.week] = use
        return uses

    def share(self, use: Use) -> float:
        return use.users / self.active[use.week]

    @cached_property
    def names(self) -> list[str]:
        """What is shown, the most used of late first."""
        return self._ranked(self.figures.weeks)

    def _ranked(self, weeks: list[Week]) -> list[str]:
        """Return what was used until the last of these weeks."""
        recent = {week.start for week in weeks[-_RECENT:]}
        weight = {
            name: sum(self.share(use) for week, use in uses.items() if week in recent)
            for name, uses in self.uses.items()
            if min(uses) <= weeks[-1].start
        }
        return sorted(weight, key=lambda name: (-weight[name], name))

    def colours(self) -> dict[str, int]:
        """Return the colour of each line, the same as in earlier weeks' charts."""
        weeks = self.figures.weeks
        return colours(
            self._ranked(weeks[:number])[:_LINES] for number in range(1, len(weeks) + 1)
        )

    @property
    def last(self) -> Week:
        return self.figures.weeks[-1]

    @cached_property
    def shown(self) -> list[Use]:
        """The last week's, the most used first."""
        weeks = [self.uses[name] for name in self.names]
        shown = [uses[self.last.start] for uses in weeks if self.last.start in uses]
        return sorted(shown, key=lambda use: -use.users)

    def said(self) -> list[str]:
        said = [*self._most()]
        shares = [self.share(use) for use in self.shown]
        if sum(shares) > 1:
            both = f"Somebody who uses two {self.kind.plural} counts in both"
            said.append(f"{both}, so shares add up to more than 100%.")
        return [*said, *self._left_out()]

    def _most(self) -> list[str]:
        if not self.shown:
            return []
        most = self.shown[0]
        top = [use for use in self.shown if use.users == most.users]
        names = words.listed([words.isolated(_named(use.name)) for use in top])
        week = words.days(self.last.start, self.last.end)
        share = _cell(most, words.percent(self.share(most)), 0).text
        if len(top) == 1:
            told = f"{names} had the most people"
            return [f"In the week of {week}, {told}: {share} of those who were active."]
        each = "each had" if most.is_at_least else "had the most people, each"
        return [
            f"In the week of {week}, {names} {each} {share} of those who were active."
        ]

    def _left_out(self) -> list[str]:
        kind, minimum = self.kind, self.figures.minimum_group
        said = []
        if any(use.is_at_least for use in self.given.uses):
            said.append(
                f'"Or more" stands where fewer than {minimum} people did not use it: '
                "how many is not shown."
            )
        hidden = self.given.hidden.get(self.last.start, 0)
        if hidden:
            verb = "is" if hidden == 1 else "are"
            name = kind.singular if hidden == 1 else kind.plural
            said.append(
                f"{hidden} more {name} {verb} not shown: a group of fewer than "
                f"{minimum} people would be known."
            )
        return said

    def plot(self) -> Lines:
        colour = self.colours()
        lines = [
            Series(_named(name), colour[name], self._points(name))
            for name in self.names[:_LINES]
        ]
        return Lines(lines, percent=True)

    def _points(self, name: str) -> list[tuple[date, float | None]]:
        uses = self.uses[name]
        return [
            (week, self.share(uses[week]) if week in uses else None)
            for week in self.figures.week_starts
        ]

    def latest(self) -> Table:
        """Return the last week, beside four weeks before."""
        name_column = self.kind.singular[0].upper() + self.kind.singular[1:]
        columns = [name_column, "People", "Share", "Change in 4 weeks"]
        return Table(columns, [self._row(use) for use in self.shown], has_names=True)

    def _row(self, use: Use) -> list[Cell]:
        now = self.share(use)
        before = self.uses[use.name].get(use.week - _FOUR_WEEKS)
        change = None
        if before and not (use.is_at_least or before.is_at_least):
            change = now - self.share(before)
        return [
            Cell(_named(use.name), use.name),
            _cell(use, words.number(use.users), use.users),
            replace(_cell(use, words.percent(now), now), bar=now),
            Cell(words.DASH if change is None else words.points(change), change),
        ]

    def numbers(self) -> Table:
        """Return the shares of the chart, week by week."""
        shown = self.names[:_LINES]
        rows = []
        for week in self.active:
            uses = [self.uses[name].get(week) for name in shown]
            rows.append([Cell(words.day(week), week), *map(self._cell, uses)])
        note = f"Share of each week's people, for the {self.kind.plural} of the chart."
        columns = ["Week from", *map(_named, shown)]
        return Table(columns, rows, note, has_names=True)

    def _cell(self, use: Use | None) -> Cell:
        if not use:
            return Cell(words.DASH, None)
        return _cell(use, words.percent(self.share(use)), self.share(use))


def _cell(use: Use, text: str, value: float) -> Cell:
    if use.is_at_least:
        return Cell(f"{text} or more", f"{text} or more")
    return Cell(text, value)


def _named(name: str) -> str:
    return name.strip() or "(no name)"
