"""Drawings, as SVG: Altair's grammar, turned into SVG by vl-convert, without a browser.

Colours are CSS variables, so one drawing serves light and dark. No name is ever in a
drawing: legends are HTML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import altair as alt
import vl_convert

from report.content import Bars, Lines, Stacks

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
    time = _time([*plot.series, *ground], size)
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
            x=_time(plot.series, size, room=4),
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


def _time(series: list[Series], size: Size, room: int = 0) -> alt.X:
    days = [day for each in series for day, value in each.points if value is not None]
    first, last = min(days), max(days)
    margin = timedelta(days=room)
    ends = [(first - margin).isoformat(), (last + margin).isoformat()]
    years = "utcFormat(datum.value, '%b') == 'Jan' || datum.index == 0"
    label = f"{years} ? utcFormat(datum.value, '%b %Y') : utcFormat(datum.value, '%b')"
    dates = ticks(first, last, size.dates)
    if (dates and dates[0].day != 1) or len(dates) < 2:  # noqa: PLR2004  # a single one says little
        label = "utcFormat(datum.value, '%-d %b')"
    return alt.X(
        "day:T",
        scale=alt.Scale(type="utc", domain=ends, nice=False),
        axis=alt.Axis(
            values=[day.isoformat() for day in dates],
            labelExpr=label,
            labelFlush=True,
            labelOverlap=True,
        ),
    )


def ticks(first: date, last: date, most: int) -> list[date]:
    """Return at most so many dates: firsts of months, or of weeks if time is short."""
    months = [
        date(year, month, 1)
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
        if first <= date(year, month, 1) <= last
    ]
    if len(months) > 2:  # noqa: PLR2004  # fewer say little
        step = next(n for n in (1, 2, 3, 6, 12, 24, 60) if len(months) / n <= most)
        return [month for month in months if (month.month - 1) % step == 0 or step > 12]  # noqa: PLR2004
    days = (last - first).days
    step = next(n for n in (1, 2, 7, 14, 28, 56) if days / n < most)
    return [first + timedelta(days=n) for n in range(0, days + 1, step)]


def _colour(number: int) -> str:
    return f"var(--series-{number})"
