"""In which IDEs and languages people work: names that enough people share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from report import words
from report.content import Cell, Section, Table
from report.figures import FOUR_WEEKS

if TYPE_CHECKING:
    from datetime import date

    from report.figures import Breakdown, Figures, Use, Week

_LINES = 5
"""So many have their numbers week by week."""
_RECENT = 8
"""They are those with the most people in so many weeks."""
_FEW = 3
"""More are not named in a heading."""


class Kind(NamedTuple):
    """What is broken down, in the words of the page."""

    key: str
    title: str
    singular: str
    plural: str


IDES = Kind("ides", "IDEs", "IDE", "IDEs")
LANGUAGES = Kind("languages", "Languages", "language", "languages")


def breakdown(figures: Figures, kind: Kind, given: Breakdown) -> Section | str:
    """Return which share of each week's people used what."""
    use = _Breakdown(figures, kind, given)
    if not figures.weeks or not use.shown:
        return (
            f"{kind.plural}, once at least {figures.minimum_group} people used one in "
            "the last complete week"
        )
    table, numbers = use.latest(), use.numbers()
    return Section(kind.key, kind.title, use.title(), use.said(), None, table, numbers)


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
        recent = {week.start for week in self.figures.weeks[-_RECENT:]}
        weight = {
            name: sum(self.share(use) for week, use in uses.items() if week in recent)
            for name, uses in self.uses.items()
        }
        return sorted(weight, key=lambda name: (-weight[name], name))

    @property
    def last(self) -> Week:
        return self.figures.weeks[-1]

    @cached_property
    def shown(self) -> list[Use]:
        """The last week's, the most used first."""
        weeks = [self.uses[name] for name in self.names]
        shown = [uses[self.last.start] for uses in weeks if self.last.start in uses]
        return sorted(shown, key=lambda use: -use.users)

    def title(self) -> str:
        most = self.shown[0]
        top = [use for use in self.shown if use.users == most.users]
        share = _cell(most, words.percent(self.share(most)), 0).text
        if len(top) > _FEW:
            return f"{len(top)} {self.kind.plural} had the most people, {share} each"
        names = words.listed([words.isolated(_named(use.name)) for use in top])
        if len(top) == 1:
            return f"{names} had the most people: {share}"
        each = "each had" if most.is_at_least else "had the most people, each"
        return f"{names} {each} {share}"

    def said(self) -> list[str]:
        week = words.days(self.last.start, self.last.end)
        said = [f"Shares of who was active in the week of {week}."]
        if sum(self.share(use) for use in self.shown) > 1:
            said.append(
                f"Somebody who uses two {self.kind.plural} counts in both, so they "
                "add up to more than 100%."
            )
        return [*said, *self._left_out()]

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

    def latest(self) -> Table:
        """Return the last week, beside four weeks before."""
        name_column = self.kind.singular[0].upper() + self.kind.singular[1:]
        columns = [name_column, "People", "Share", "Change in 4 weeks", "12 weeks"]
        return Table(columns, [self._row(use) for use in self.shown], has_names=True)

    def _row(self, use: Use) -> list[Cell]:
        now = self.share(use)
        shares = {week: self.share(u) for week, u in self.uses[use.name].items()}
        before = self.uses[use.name].get(use.week - FOUR_WEEKS)
        change = None
        if before and not (use.is_at_least or before.is_at_least):
            change = now - self.share(before)
        return [
            Cell(_named(use.name), use.name),
            _cell(use, words.number(use.users), use.users),
            replace(_cell(use, words.percent(now), now), bar=now),
            Cell(words.DASH if change is None else words.points(change), change),
            Cell("", spark=self.figures.recent(shares)),
        ]

    def numbers(self) -> Table:
        """Return the shares of what has the most people, week by week."""
        shown = self.names[:_LINES]
        rows = []
        for week in self.active:
            uses = [self.uses[name].get(week) for name in shown]
            rows.append([Cell(words.day(week), week), *map(self._cell, uses)])
        note = f"Share of each week's people, of the {self.kind.plural} with the most."
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
