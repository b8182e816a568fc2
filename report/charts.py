"""Drawings, as SVG: Altair's grammar, turned into SVG by vl-convert, without a browser.

Colours are CSS variables, so one drawing serves light and dark. No name is ever in a
drawing: legends are HTML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import altair as alt
import vl_convert

from report.content import Bars, Lines, Stacks
from report.time_axis import time_axis

if TYPE_CHECKING:
    from report.content import Plot, Series

_CONFIG: dict[str, Any] = {
    "background": "transparent",
    "font": "system-ui, sans-serif",
    "aria": False,
    "view": {"stroke": None},
    "axis": {
        "domain": False,
        "ticks": False,
        "grid": False,
        "labelColor": "var(--muted)",
        "labelFontSize": 12,
        "labelPadding": 8,
        "title": None,
    },
    "axisY": {"grid": True, "gridColor": "var(--grid)", "tickCount": 4},
    "line": {"strokeWidth": 2.5, "strokeJoin": "round", "strokeCap": "round"},
}
_DECIMALS = re.compile(r"(\d\.\d)\d+")
_GEOMETRY = re.compile(r' (?:d|transform|x1|x2|y1|y2|x|y|width|height)="[^"]*"')
_EMPTY = re.compile(
    r'<path [^>]*(?:d="M0,0h0v0h0Z"|display="none")[^>]*/>|<defs>.*?</defs>', re.DOTALL
)
_NOISE = re.compile(
    r' (?:aria-[a-z]+|class|clip-path|font-family|role)="[^"]*"| opacity="1"'
    r'| pointer-events="none"| stroke-miterlimit="10"'
)


@dataclass(frozen=True)
class Size:
    """How large a drawing is, in pixels of its own, and how many dates fit under it."""

    name: str
    width: int
    height: int
    dates: int


WIDE = Size("wide", 1000, 280, 12)
NARROW = Size("narrow", 340, 220, 5)


def warm_up() -> None:
    """Have the first drawing not wait for what draws."""
    vl_convert.vegalite_to_svg({"data": {"values": []}, "mark": "point"})


def svg(plot: Plot, label: str, size: Size) -> str:
    """Draw it, for a reader who sees and, by its label, for one who does not."""
    match plot:
        case Lines():
            chart = _lines(plot, size)
        case Stacks():
            chart = _stacks(plot, size)
        case Bars():
            chart = _bars(plot)
    padding = {"left": 2, "top": 8, "right": 12, "bottom": 2}
    chart = chart.properties(
        width=size.width,
        height=size.height,
        autosize=alt.AutoSizeParams(type="fit", contains="padding"),
        padding=padding,
    )
    drawn = vl_convert.vegalite_to_svg({**chart.to_dict(), "config": _CONFIG})
    return _compact(drawn, label)


def _compact(drawn: str, label: str) -> str:
    """Keep what a screen can show, which is a third of it, and name the whole."""
    drawn = _NOISE.sub("", _EMPTY.sub("", drawn))
    drawn = _GEOMETRY.sub(lambda m: _DECIMALS.sub(r"\1", m.group()), drawn)
    start = drawn.index("<svg")
    end = drawn.index(">", start)
    view = re.search(r'viewBox="[^"]*"', drawn[start:end])
    assert view  # noqa: S101  # vl-convert writes one
    return f'<svg role="img" aria-label="{label}" {view.group()}{drawn[end:].strip()}'


def _lines(plot: Lines, size: Size) -> alt.LayerChart:
    ground = [plot.ground] if plot.ground else []
    time = time_axis([*plot.series, *ground], size.dates)
    value = alt.Y("value:Q", axis=alt.Axis(format="%" if plot.percent else ",d"))
    layers = [
        alt.Chart(_data([series]))
        .mark_area(opacity=0.35, color=_colour(series.colour))
        .encode(x=time, y=value)
        for series in ground
    ]
    for series in plot.series:
        colour = _colour(series.colour)
        line = alt.Chart(_data([series])).mark_line(color=colour)
        layers.append(line.encode(x=time, y=value))
        points = alt.Chart(_data([_alone(series)]))
        points = points.mark_point(color=colour, filled=True, size=24, opacity=1)
        layers.append(points.encode(x=time, y=value))
    return alt.layer(*layers)


def _alone(series: Series) -> Series:
    """Return the points without a neighbour, which a line cannot show."""
    values = [None, *(value for _, value in series.points), None]
    points = [
        point
        for index, point in enumerate(series.points)
        if point[1] is not None and values[index] is None and values[index + 2] is None
    ]
    return replace(series, points=points)


def _stacks(plot: Stacks, size: Size) -> alt.LayerChart:
    weeks = len(plot.series[0].points)
    gap = 0.25 * size.width / weeks
    bars = (
        alt.Chart(_data(plot.series))
        .mark_bar(width=max(1, min(28, 0.85 * size.width / weeks - gap)))
        .encode(
            x=time_axis(plot.series, size.dates, room=4),
            y=alt.Y("value:Q", axis=alt.Axis(format=",d")),
            color=alt.Color("colour:N", scale=None),
            order=alt.Order("layer:Q"),
        )
    )
    zero = alt.Chart(alt.InlineData([{}])).mark_rule(color="var(--muted)")
    return alt.layer(bars, zero.encode(y=alt.datum(0)))


def _bars(plot: Bars) -> alt.LayerChart:
    values = [
        {"label": label, "people": people, "colour": _colour(colour)}
        for label, people, colour in plot.bars
    ]
    labels = [label for label, _, _ in plot.bars]
    base = alt.Chart(alt.InlineData(values)).encode(
        x=alt.X(
            "label:N",
            sort=labels,
            scale=alt.Scale(paddingInner=0.3, paddingOuter=0.2),
            axis=alt.Axis(
                labelAngle=0,
                title=plot.title,
                titleColor="var(--muted)",
                titleFontWeight="normal",
                titleFontSize=12,
            ),
        ),
        y=alt.Y("people:Q", axis=alt.Axis(format=",d")),
    )
    bars = base.mark_bar(cornerRadiusEnd=3).encode(
        color=alt.Color("colour:N", scale=None)
    )
    text = base.mark_text(dy=-8, color="var(--ink)", fontSize=13).encode(
        text=alt.Text("people:Q", format=",d")
    )
    return alt.layer(bars, text)


def _data(series: list[Series]) -> alt.InlineData:
    return alt.InlineData(
        [
            {
                "day": day.isoformat(),
                "value": value if value is None else round(value, 4),
                "colour": _colour(each.colour),
                "layer": layer,
            }
            for layer, each in enumerate(series)
            for day, value in each.points
        ]
    )


def _colour(number: int) -> str:
    return f"var(--series-{number})"
