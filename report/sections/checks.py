"""Whether the parts of the API's answers agree with one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report import words
from report.content import Cell, Section, Table

if TYPE_CHECKING:
    from report.figures import Check, Figures

_NAMES = {
    "active_users": "People",
    "messages": "Messages",
    "ides": "People by IDE",
    "languages": "People by language",
}
_DAILY = "1d"
_TITLE = "Do the numbers agree?"


def checks(figures: Figures) -> Section:
    """Return how often totals and lists of people said the same."""
    if not figures.checks:
        return Section("checks", _TITLE, ["There is nothing to compare yet."])
    rows = [_row(check) for check in sorted(figures.checks, key=_order)]
    columns = ["Compared", "Over", "Times", "Differ", "Last on"]
    said = [_verdict(figures.checks), _EXPLAINED]
    return Section("checks", _TITLE, said, table=Table(columns, rows))


_EXPLAINED = (
    "The API sends totals beside its lists of people. Its own counts for 7, 30 and 90 "
    "days include the day of the sync, which is not over, so they only have to lie "
    "between what is known for certain and what is possible."
)


def _order(check: Check) -> tuple[int, list[str]]:
    days = int("".join(filter(str.isdigit, check.period)) or 0)
    return days, [_NAMES.get(check.name, check.name)]


def _verdict(compared: list[Check]) -> str:
    times = sum(check.compared for check in compared)
    differing = sum(check.differing for check in compared)
    if not differing:
        return f"Yes: all {words.number(times)} comparisons agree."
    return (
        f"Not everywhere: {words.number(differing)} of {words.number(times)} "
        "comparisons differ. See docs/models.md for what may be behind it."
    )


def _row(check: Check) -> list[Cell]:
    name = _NAMES.get(check.name, check.name)
    over = "A day" if check.period == _DAILY else f"{check.period.rstrip('d')} days"
    last = check.last_differing_day
    return [
        Cell(name, name),
        Cell(over, over),
        Cell(words.number(check.compared), check.compared),
        Cell(words.number(check.differing), check.differing),
        Cell(words.day(last) if last else words.DASH, last),
    ]
