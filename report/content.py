"""What a page consists of, before it is HTML: plain data, and plain text in it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias
from urllib.parse import quote

Value: TypeAlias = str | int | float | date | None


@dataclass(frozen=True)
class Cell:
    """What a reader sees, what the CSV says, and how long a bar or dark a field is."""

    text: str
    value: Value = None
    bar: float | None = None
    heat: float | None = None


@dataclass(frozen=True)
class Table:
    """The numbers of a section; the first column is what the row is about."""

    columns: list[str]
    rows: list[list[Cell]]
    note: str = ""
    has_names: bool = False
    """Whether names that somebody else chose are in it, of any length."""

    @property
    def has_bars(self) -> bool:
        """Whether a column is drawn as bars, too."""
        return any(cell.bar is not None for row in self.rows for cell in row)

    @property
    def texts(self) -> list[bool]:
        """For each column, whether it is read as text."""
        columns = zip(*self.rows, strict=True)
        return [all(isinstance(c.value, str) for c in column) for column in columns]

    @property
    def csv(self) -> str:
        """The rows as a link's ``data:`` address.

        A name cannot become a formula in a spreadsheet.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        for row in self.rows:
            writer.writerow([_harmless(cell.value) for cell in row])
        return f"data:text/csv;charset=utf-8,{quote(text.getvalue(), safe=',:.-_')}"


def _harmless(value: Value) -> Value:
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return round(value, 4) if isinstance(value, float) else value


@dataclass(frozen=True)
class Series:
    """One line, or one layer of bars, and the name that the legend has for it."""

    name: str
    colour: int
    points: list[tuple[date, float | None]]


@dataclass(frozen=True)
class Lines:
    """Lines over time; ``ground`` is drawn as an area behind them."""

    series: list[Series]
    ground: Series | None = None
    percent: bool = False


@dataclass(frozen=True)
class Stacks:
    """Bars for each week, one upon the other; what is below zero is negative."""

    series: list[Series]


@dataclass(frozen=True)
class Bars:
    """A bar for each of a few groups, in order."""

    bars: list[tuple[str, int, int]]
    """The label, how many people, and the colour."""
    legend: list[tuple[str, int]]
    title: str


Plot: TypeAlias = Lines | Stacks | Bars


def legend(plot: Plot) -> list[tuple[str, int]]:
    """Return names and colours: in HTML, so that no name is ever part of a drawing."""
    if isinstance(plot, Bars):
        return list(dict.fromkeys(plot.legend))
    shown = [*plot.series]
    if isinstance(plot, Lines) and plot.ground:
        shown.append(plot.ground)
    return [(series.name, series.colour) for series in shown]


@dataclass(frozen=True)
class Tile:
    """One of the numbers at the top."""

    label: str
    figure: str
    change: str
    note: str


@dataclass(frozen=True)
class Section:
    """A heading, what it says in sentences, and the numbers behind it."""

    key: str
    title: str
    sentences: list[str]
    plot: Plot | None = None
    table: Table | None = None
    numbers: Table | None = None
    """What is shown only when asked for."""


@dataclass(frozen=True)
class Report:
    """All that is said about one organisation."""

    name: str
    summary: list[str]
    tiles: list[Tile] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
