"""Whether our counts match the totals that the API sends."""

from __future__ import annotations

from report import words
from report.content import Cell, Section, Table
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
    """Return how often totals and our counts were compared, and differed."""
    if not figures.checks:
        return Section("checks", _NAME, _NAME, ["There is nothing to check yet."])
    rows = [_row(check) for check in sorted(figures.checks, key=_order)]
    columns = ["Figure", "Period", "Checks", "Differences", "Last difference"]
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
    "Zencoder's API sends totals, and lists of people, which we count. Its totals for "
    "7, 30 and 90 days include the day of the sync, which was not over; so they may "
    "differ from our counts by what one day can add or take away. docs/models.md lists "
    "possible causes of a difference."
)


def _order(check: Check) -> tuple[int, list[str]]:
    days = int("".join(filter(str.isdigit, check.period)) or 0)
    return days, [_NAMES.get(check.name, check.name)]


def verdict(compared: list[Check]) -> str:
    """Say whether our counts match the API's totals."""
    times = sum(check.compared for check in compared)
    differing = sum(check.differing for check in compared)
    if differing:
        some = f"{words.number(differing)} of {words.plural(times, 'check')}"
        return f"Our counts differ from Zencoder's own totals in {some}"
    every = f"all {words.number(times)} checks" if times > 1 else "the only check"
    return f"Our counts match Zencoder's own totals in {every}"


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
