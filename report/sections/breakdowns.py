"""In which IDEs and languages people work: names that enough people share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import NamedTuple

from report import words
from report.content import Cell, Section, Table
from report.figures import FOUR_WEEKS, Breakdown, Figures, Use, Week

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
            f"{kind.plural} (needs one that at least {figures.minimum_group} people "
            "used in the last complete week)"
        )
    table, numbers = use.latest(), [use.numbers()]
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
        kinds = self.kind.plural
        if len(top) > _FEW:
            return f"{len(top)} {kinds} were used most, each by {share} of people"
        names = words.listed([words.isolated(_named(use.name)) for use in top])
        if len(top) == 1:
            return f"{names} was the most used {self.kind.singular}: {share} of people"
        if most.is_at_least:
            return f"{names} were each used by {share} of people"
        return f"{names} were the most used {kinds}: {share} of people each"

    def said(self) -> list[str]:
        week = words.days(self.last.start, self.last.end)
        said = [f"Shares are of the people who were active in the week of {week}."]
        if sum(self.share(use) for use in self.shown) > 1:
            said.append(
                f"People who use two {self.kind.plural} count in both, so the shares "
                "add up to more than 100%."
            )
        if any(use.is_at_least for use in self.shown):
            said.append(words.or_more(self.figures.minimum_group))
        return [*said, *self._left_out()]

    def _left_out(self) -> list[str]:
        hidden = self.given.hidden.get(self.last.start, 0)
        if not hidden:
            return []
        few = f"would reveal a group of fewer than {self.figures.minimum_group}"
        if hidden == 1:
            return [f"1 more {self.kind.singular} is not shown: showing it {few}."]
        more = f"{hidden} more {self.kind.plural} are not shown"
        return [f"{more}: showing them {few}."]

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
        weeks = [[self.uses[name].get(week) for name in shown] for week in self.active]
        rows = [
            [Cell(words.day(week), week), *map(self._cell, uses)]
            for week, uses in zip(self.active, weeks, strict=True)
        ]
        note = "Share of each week's people."
        if len(self.names) > _LINES:
            note += f" Only the {_LINES} most used {self.kind.plural} are listed."
        if any(use and use.is_at_least for uses in weeks for use in uses):
            note += f" {words.or_more(self.figures.minimum_group)}"
        columns = ["Week from", *map(_named, shown)]
        return Table(columns, rows, note, "over time", has_names=True)

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
