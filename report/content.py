"""What a page consists of, before it is HTML: plain data, and plain text in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

from report.csv_link import Value, link


@dataclass(frozen=True)
class Cell:
    """What a reader sees, what the CSV says, a bar's length, and what came before."""

    text: str
    value: Value = None
    bar: float | None = None
    spark: list[float | None] | None = None
    """Values of the last weeks: the cell is the small line of them, and has no text."""


@dataclass(frozen=True)
class Table:
    """The numbers of a section; the first column is what the row is about."""

    columns: list[str]
    rows: list[list[Cell]]
    note: str = ""
    name: str = ""
    """What sets it apart from the others of its section, such as `by month`."""
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
    def _told(self) -> list[int]:
        """The columns that have more than a small line."""
        sparks = {
            n for row in self.rows for n, c in enumerate(row) if c.spark is not None
        }
        return [n for n in range(len(self.columns)) if n not in sparks]

    def csv(self, organisation: str = "") -> str:
        """Return a link's ``data:`` address, with whose rows they are if known."""
        more: list[Value] = [organisation] if organisation else []
        columns: list[Value] = ["Organisation"] if organisation else []
        names = [self.columns[n] for n in self._told]
        rows = [[row[n].value for n in self._told] for row in self.rows]
        return link([[*columns, *names], *([*more, *row] for row in rows)])


@dataclass(frozen=True)
class Series:
    """One line, or one layer of bars, and the name that the legend has for it."""

    name: str
    colour: int
    points: list[tuple[date, float | None]]


@dataclass(frozen=True, kw_only=True)
class _OverTime:
    """A chart whose axis is time."""

    span: tuple[date, date] | None = None
    """The first and last day of the axis; by default, those of the points."""
    missing: list[tuple[date, date]] = field(default_factory=list)
    """First and last day of what was not loaded."""


@dataclass(frozen=True)
class Lines(_OverTime):
    """Lines over time; ``ground`` is drawn as an area behind them."""

    series: list[Series]
    ground: Series | None = None
    percent: bool = False
    has_ends: bool = False
    """Whether the last value of each line is written beside it."""


@dataclass(frozen=True)
class Stacks(_OverTime):
    """Bars for each week or month, one upon the other; below zero what is negative."""

    series: list[Series]
    by_month: bool = False


Plot: TypeAlias = Lines | Stacks


@dataclass(frozen=True)
class Key:
    """What the legend says of one series, and how it is drawn."""

    name: str
    colour: int
    kind: Literal["line", "area", "bar", "missing"]


def legend(plot: Plot) -> list[Key]:
    """Return what must be distinguished: in HTML, so no name is part of a drawing."""
    kind: Literal["line", "bar"] = "line" if isinstance(plot, Lines) else "bar"
    keys = [Key(series.name, series.colour, kind) for series in plot.series]
    if isinstance(plot, Lines) and plot.ground:
        keys.append(Key(plot.ground.name, plot.ground.colour, "area"))
    if plot.missing:
        keys.append(Key("Not loaded", 0, "missing"))
    return keys if len(keys) > 1 else []


def over_time(plot: Lines | Stacks) -> list[Series]:
    """Return all series of a chart."""
    ground = plot.ground if isinstance(plot, Lines) else None
    return [*plot.series, *([ground] if ground else [])]


def shows_change(plot: Plot) -> bool:
    """Return whether there is more to see than one day, or one week."""
    known = [point for series in over_time(plot) for point in series.points]
    return len({day for day, value in known if value is not None}) > 1


@dataclass(frozen=True)
class Tile:
    """One of the numbers at the top."""

    label: str
    figure: str
    change: str
    note: str
    spark: list[float | None] = field(default_factory=list)
    """The same in each of the last weeks."""


@dataclass(frozen=True)
class Section:
    """What was found, as its heading, and the numbers behind it."""

    key: str
    name: str
    """What it is about, whatever was found."""
    title: str
    sentences: list[str]
    plot: Plot | None = None
    table: Table | None = None
    numbers: list[Table] = field(default_factory=list)
    """What is shown only when asked for, the numbers of the chart first."""
    is_folded: bool = False
    """Whether all but the heading is."""

    @property
    def tables(self) -> list[Table]:
        """All that can be downloaded."""
        return [*([self.table] if self.table else []), *self.numbers]

    def file(self, table: Table) -> str:
        """Return what a table is called when it is downloaded: `ides-over-time.csv`."""
        return "-".join([self.key, *table.name.split()]) + ".csv"


@dataclass(frozen=True)
class Report:
    """All that is said about one organisation."""

    name: str
    summary: list[str]
    tiles: list[Tile] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    overview: list[Cell] = field(default_factory=list)
    """The row about it in the table of all."""
