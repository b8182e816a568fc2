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
_NAME = "Checks"


def checks(figures: Figures) -> Section:
    """Return how often totals and lists of people said the same."""
    if not figures.checks:
        return Section("checks", _NAME, _NAME, ["There is nothing to compare yet."])
    rows = [_row(check) for check in sorted(figures.checks, key=_order)]
    columns = ["Compared", "Over", "Times", "Differ", "Last on"]
    differs = any(check.differing for check in figures.checks)
    return Section(
        "checks",
        _NAME,
        verdict(figures.checks),
        [_EXPLAINED],
        table=Table(columns, rows),
        is_folded=not differs,
    )


_EXPLAINED = (
    "The API sends totals beside its lists of people. Its own counts for 7, 30 and 90 "
    "days include the day of the sync, which is not over, so they only have to lie "
    "between what is known for certain and what is possible. docs/models.md says what "
    "may be behind a difference."
)


def _order(check: Check) -> tuple[int, list[str]]:
    days = int("".join(filter(str.isdigit, check.period)) or 0)
    return days, [_NAMES.get(check.name, check.name)]


def verdict(compared: list[Check]) -> str:
    """Say whether the API's totals agree with its lists of people."""
    times = sum(check.compared for check in compared)
    differing = sum(check.differing for check in compared)
    if not differing:
        return f"The API's totals agree: {words.plural(times, 'comparison')}"
    return (
        f"The API's totals differ in {words.number(differing)} of "
        f"{words.plural(times, 'comparison')}"
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
