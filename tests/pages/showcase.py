"""A program of its own, since what draws is in another environment.

Writes pages of made-up content with all that a page can show, and some that is hard to
show: `python showcase.py FOLDER`.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from report import words
from report.content import (
    Cell,
    Lines,
    Report,
    Section,
    Series,
    Stacks,
    Table,
    Tile,
)
from report.page import html

FIRST = date(2026, 5, 28)
LAST = date(2027, 1, 31)
MISSING = [
    (date(2026, 9, 1), date(2026, 9, 18)),
    (date(2026, 11, 11), date(2026, 11, 11)),
]
SHARES = [0.525, 0.25, 0.125, 0.0625, 0.0375]
LONGEST = "W" * 300
NAMES = ["VS Code", LONGEST, "PyCharm", "=GoLand", "A name of several words", "Vim"]
WEEK = words.days(date(2027, 1, 25), LAST)
OVER_TIME: Any = {"span": (FIRST, LAST), "missing": MISSING}
Points = list[tuple[date, float | None]]


def days() -> list[date]:
    """Return each day of the showcase."""
    return [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def weeks() -> list[date]:
    """Return the Mondays of weeks that were loaded; the last ones were not synced."""
    mondays = [day for day in days() if day.weekday() == 0][:-6]
    week = timedelta(days=7)
    return [m for m in mondays if not any(a < m + week and b >= m for a, b in MISSING)]


def wave(when: list[date], middle: int, height: int, length: int) -> Points:
    """Return something that goes up and down."""
    known = []
    for number, day in enumerate(when):
        at = abs((number + middle) % (2 * length) - length) / length
        known.append((day, round(middle - height + 2 * height * at)))
    return [*known]


def people() -> Section:
    """Return daily lines before an area."""
    ground = wave(days(), 18, 6, 40)
    ground = [(day, value if day.weekday() < 5 else 2) for day, value in ground]
    lines = [
        Series("In 28 days", 1, wave(days(), 60, 12, 90)),
        Series("In 7 days", 2, wave(days(), 34, 9, 45)),
    ]
    plot = Lines(lines, ground=Series("On the day", 6, ground), **OVER_TIME)
    rows = [[Cell(str(day), day), *[Cell("1,234", 1234)] * 3] for day in days()[:9]]
    columns = ["Day", "People on the day", "In 7 days", "In 28 days"]
    return _section("people", plot, numbers=[Table(columns, rows)])


def flow() -> Section:
    """Return stacks above and below zero, and a table of many columns."""
    layers = [
        Series("Stayed", 1, wave(weeks(), 30, 8, 9)),
        Series("Came back", 3, wave(weeks(), 5, 2, 4)),
        Series("New", 2, wave(weeks(), 6, 3, 5)),
        Series(
            "Did not return", 4, [(w, -(v or 0)) for w, v in wave(weeks(), 6, 3, 7)]
        ),
    ]
    columns = ["Week from", "Active", "Stayed", "Came back", "New", "Did not return"]
    columns.append("Share that stayed")
    row = [Cell("28 Sep 2026", weeks()[0]), *[Cell("1,234", 1234)] * 5]
    rows = [[*row, Cell("over 99%", 0.995)]] * 9
    numbers = [Table(columns, rows, name=name) for name in ("by month", "by week")]
    return _section("flow", Stacks(layers, **OVER_TIME), numbers=numbers)


def ides() -> Section:
    """Return weekly shares by names of any length."""
    lines = [
        Series(name, number, [(w, (v or 0) / 100) for w, v in points])
        for number, name in enumerate(NAMES, start=1)
        for points in [wave(weeks(), 12 * number, 9, 4 + number)]
    ]
    rows = [
        [
            Cell(name, name),
            Cell("1,234", 1234),
            Cell(f"{s:.1%}", s, bar=s),
            Cell(words.points(-0.12), -0.12),
            Cell("", spark=[3, 5, None, 2, 7]),
        ]
        for name, s in zip(NAMES, SHARES, strict=False)
    ]
    table = Table(
        ["IDE", "People", "Share", "Change in 4 weeks", "12 weeks"],
        rows,
        has_names=True,
    )
    numbers = Table(
        ["Week from", *NAMES],
        [[Cell("28 Sep 2026", weeks()[0]), *[Cell("78% or more", 0.78)] * 6]] * 5,
        "Share of each week's people, for the IDEs of the chart.",
        "over time",
        has_names=True,
    )
    plot = Lines(lines, percent=True, **OVER_TIME)
    return _section("ides", plot, table=table, numbers=[numbers])


def seats() -> Section:
    """Return bars in a table that is small."""
    labels = [
        "In the last 7 days",
        "7 to 27 days ago",
        "28 to 89 days ago",
        "90 days ago or earlier",
        "Never",
    ]
    rows = [
        [Cell(label, label), Cell(f"{s * 80:.0f}", s * 80), Cell(f"{s:.1%}", s, bar=s)]
        for label, s in zip(labels, SHARES, strict=True)
    ]
    return _section("seats", table=Table(["Last used", "Seats", "Share"], rows))


def _section(key: str, *more: Any, **given: Any) -> Section:
    said = [f"In the week of {WEEK}, 32 stayed. " * 3, "A sentence more. " * 9]
    return Section(key, key, f"A title of {key}", said, *more, **given)


def tiles() -> list[Tile]:
    """Return the numbers at the top."""
    change, note = "4 more", WEEK
    labels = ["People in 28 days", "People in a week"]
    labels += ["People active on 4 or more of 28 days"]
    labels += ["Median messages per person"]
    return [Tile(label, "1,234", change, note, [1, 5, 3]) for label in labels]


def report(name: str) -> Report:
    """Return all sections."""
    sections = [people(), flow(), ides(), seats()]
    row = [Cell(name, name), *[Cell("1,234", 1234)] * 4, Cell("", spark=[1, 5, 3])]
    said = ["1,234 people used Zencoder."] * 2
    return Report(name, said, tiles(), sections, row)


def main(folder: Path) -> None:
    """Write a page of one organisation and one of several."""
    (folder / "one.html").write_text(html([report("default")], 5))
    both = [report(LONGEST), report("north")]
    (folder / "several.html").write_text(html(both, 5))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
