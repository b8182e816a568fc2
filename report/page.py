"""The page: Jinja2 escapes whatever is not a drawing, and nothing is loaded or run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from report import charts
from report.content import legend

if TYPE_CHECKING:
    from report.content import Plot, Report, Section

_DEFAULT_NAME = "default"
"""What dbt calls an organisation where the tables have no such column."""

PROMISE = (
    "Nobody is named; how many people were active, came, stayed or left is shown as it "
    "is; what people did (messages, IDEs, languages, habits, seats) is shown only for "
    "groups of at least {minimum_group}, and cannot be computed from other figures of "
    "the page."
)
"""What the page, its documentation and SECURITY.md say about people."""


@dataclass(frozen=True)
class Drawing:
    """The drawings of a section, for wide and for narrow screens, and the legend."""

    wide: Markup
    narrow: Markup
    legend: list[tuple[str, int]]


def html(reports: list[Report], minimum_group: int) -> str:
    """Return the page about one or several organisations."""
    alone = len(reports) == 1
    return (
        _environment()
        .get_template("page.html")
        .render(
            reports=reports,
            alone=alone,
            name=title(reports[0]) if alone else "",
            promise=PROMISE.format(minimum_group=minimum_group),
            drawing=drawing,
        )
    )


def title(report: Report) -> str:
    """Return an organisation's name, if the tables have one."""
    return "" if report.name == _DEFAULT_NAME else report.name


def drawing(section: Section) -> Drawing | None:
    """Draw the chart of a section, if it has one."""
    plot = section.plot
    if plot is None:
        return None
    names = [name for name, _ in legend(plot)]
    label = f"{section.title}. {section.sentences[0]}"
    return Drawing(
        _drawn(plot, label, charts.WIDE),
        _drawn(plot, label, charts.NARROW),
        legend(plot) if len(names) > 1 else [],
    )


def _drawn(plot: Plot, label: str, size: charts.Size) -> Markup:
    return Markup(charts.svg(plot, str(escape(label)), size))  # noqa: S704  # a drawing without names


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
