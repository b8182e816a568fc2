"""The page: Jinja2 escapes whatever is not a drawing, and nothing is loaded or run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from report import charts, styles, words
from report.content import Key, Plot, Report, Section, Table, legend, shows_change
from report.csv_link import plain_names

_DEFAULT_NAME = "default"
"""What dbt calls an organisation where the tables have no such column."""


@dataclass(frozen=True)
class Drawing:
    """The drawings of a section by size, one of which is shown, and the legend."""

    sizes: dict[str, Markup]
    legend: list[Key]


def html(reports: list[Report], minimum_group: int) -> str:
    """Return the page about one or several organisations."""
    alone = len(reports) == 1
    reports = sorted(reports, key=_size, reverse=True)
    return (
        _environment()
        .get_template("page.html")
        .render(
            reports=reports,
            alone=alone,
            name=title(reports[0]) if alone else "",
            promise=words.PROMISE.format(minimum_group=minimum_group),
            drawing=drawing,
            spark=charts.spark,
            overview=overview(reports),
            files=_files(reports),
            styles=styles,
            has_drawings=any(s.plot for report in reports for s in report.sections),
        )
    )


def _size(report: Report) -> float:
    value = report.overview[1].value if report.overview else 0
    return value if isinstance(value, int) else 0


def title(report: Report) -> str:
    """Return an organisation's name, if the tables have one."""
    return "" if report.name == _DEFAULT_NAME else report.name


def drawing(section: Section) -> Drawing | None:
    """Draw the chart of a section, if it has one that shows more than one day."""
    plot = section.plot
    if plot is None or not shows_change(plot):
        return None
    label = str(escape(_label(section, plot)))
    drawn = {size.name: charts.svg(plot, label, size) for size in charts.SIZES}
    marked = {name: Markup(svg) for name, svg in drawn.items()}  # noqa: S704  # without names
    return Drawing(marked, legend(plot))


def overview(reports: list[Report]) -> Table | None:
    """Return a table of all organisations that have a complete week, largest first."""
    rows = [report.overview for report in reports if report.overview]
    if len(rows) < 2:  # noqa: PLR2004  # nothing to put side by side
        return None
    columns = ["Organisation", "People in a week", "Change in 4 weeks", "Seats used"]
    columns += ["Regular and power users", "12 weeks"]
    note = "The days that each figure covers are given with each organisation below."
    return Table(columns, rows, note, has_names=True)


def _label(section: Section, plot: Plot) -> str:
    """Say what a drawing shows, and which days are missing in it."""
    label = f"{section.title}. {section.sentences[0]}"
    if not plot.missing:
        return label
    return f"{label} Not loaded: {words.spans(plot.missing)}."


def _files(reports: list[Report]) -> list[str]:
    """Return how the files that are saved from each report begin."""
    if len(reports) == 1 and not title(reports[0]):
        return [""]
    return [f"{name}-" for name in plain_names([report.name for report in reports])]


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
