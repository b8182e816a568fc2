"""What is in a chart, in Vega-Lite's grammar; charts.py makes SVG of it."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from report.axes import milliseconds, time_axis, value_axis, week_among
from report.content import Lines, Plot, Series, Stacks, over_time
from report.figures import Span, week_end
from report.styles import MISSING, colour, dash, fill

Points = list[tuple[date, float | None]]

_HALF = 0.5
_APART = 0.7
"""Days that stay empty on either side of a week's bar."""


def layers(plot: Plot, most: int) -> list[dict[str, Any]]:
    """Return what is drawn, from the back to the front, with at most so many dates."""
    match plot:
        case Lines():
            return _lines(plot, most)
        case Stacks():
            return _stacks(plot, most)


def _lines(plot: Lines, most: int) -> list[dict[str, Any]]:
    shown = over_time(plot)
    days = [day for series in shown for day, _ in series.points]
    span = plot.span or (min(days), max(days))
    points = [_points(series, span, plot.missing) for series in shown]
    x = time_axis(span, most, week_among(sorted(set(days))))
    values = [value for each in points for _, value in each if value is not None]
    where = {
        "x": {"field": "day", **x},
        "y": {"field": "value", **value_axis(values, percent=plot.percent)},
    }
    drawn = [_missing(plot.missing, span, x)] if plot.missing else []
    for series, each in sorted(
        zip(shown, points, strict=True), key=lambda pair: pair[0] is not plot.ground
    ):
        mark = _area if series is plot.ground else _line
        drawn.append(_layer(each, mark(series.colour), where))
        if alone := _alone(each):
            point = {"type": "point", "filled": True, "size": 50, "opacity": 1}
            point["color"] = colour(series.colour)
            drawn.append(_layer(alone, point, where))
        if plot.has_ends and series is not plot.ground:
            drawn.append(_end(each, where, percent=plot.percent))
    return drawn


def _end(points: Points, where: dict[str, Any], *, percent: bool) -> dict[str, Any]:
    """Write the last value that is known above its point, or below a fall."""
    known = [(day, value) for day, value in points if value is not None]
    falls = len(known) > 1 and known[-1][1] < known[-2][1]
    text = {"field": "value", "type": "quantitative"}
    text["format"] = ".0%" if percent else ",d"
    mark = {"type": "text", "dy": 18 if falls else -9, "align": "right"}
    mark |= {"color": "var(--ink)", "fontSize": 13, "fontWeight": "bold"}
    return _layer([*known[-1:]], mark, where | {"text": text})


def _line(number: int) -> dict[str, Any]:
    dashes = {"strokeDash": dash(number), "strokeCap": "butt"} if dash(number) else {}
    return {"type": "line", "color": colour(number), **dashes}


def _area(number: int) -> dict[str, Any]:
    edge = {"color": colour(number), "strokeWidth": 1}
    return {"type": "area", "color": colour(number), "opacity": 0.3, "line": edge}


def _layer(
    points: Points, mark: dict[str, Any], where: dict[str, Any]
) -> dict[str, Any]:
    values = [
        {"day": milliseconds(day), "value": value if value is None else round(value, 4)}
        for day, value in points
    ]
    return {"data": {"values": values}, "mark": mark, "encoding": where}


def _points(series: Series, span: Span, missing: list[Span]) -> Points:
    """Return what is known in a span, broken where days between were not loaded."""
    known: Points = [
        (day, None if any(a <= day <= b for a, b in missing) else value)
        for day, value in series.points
        if span[0] <= day <= span[1]
    ]
    points = known[:1]
    for (before, _), (day, value) in pairwise(known):
        gaps = [first for first, last in missing if first < day and last > before]
        points += [(first, None) for first in gaps if first > before]
        points.append((day, value))
    return points


def _alone(points: Points) -> Points:
    """Return the points without a neighbour, which a line cannot show."""
    values = [None, *(value for _, value in points), None]
    return [
        point
        for index, point in enumerate(points)
        if point[1] is not None and values[index] is None and values[index + 2] is None
    ]


def _missing(missing: list[Span], span: Span, x: dict[str, Any]) -> dict[str, Any]:
    """Shade the days that were not loaded, from top to bottom."""
    first, last = span
    spans = [
        {
            "from": milliseconds(max(start, first), -_HALF),
            "to": milliseconds(min(end, last), _HALF),
        }
        for start, end in missing
        if start <= last and end >= first
    ]
    return {
        "data": {"values": spans},
        "mark": {"type": "rect", "fill": MISSING, "stroke": "var(--hatch)"},
        "encoding": {"x": {"field": "from", **x}, "x2": {"field": "to"}},
    }


def _stacks(plot: Stacks, most: int) -> list[dict[str, Any]]:
    weeks = sorted({week for series in plot.series for week, _ in series.points})
    span = plot.span or (weeks[0], _last(weeks[-1], plot))
    bars = [bar for bar in _stacked(plot.series) if span[0] <= bar["week"] <= span[1]]
    x = time_axis(span, most, None if plot.by_month else weeks[0])
    y = value_axis([bar["high"] for bar in bars])
    values = [
        {
            "from": milliseconds(bar["week"], _APART - _HALF),
            "to": milliseconds(_last(bar["week"], plot), _HALF - _APART),
            **{key: bar[key] for key in ("low", "high", "fill")},
        }
        for bar in bars
    ]
    drawn = [_missing(plot.missing, span, x)] if plot.missing else []
    where = {
        "x": {"field": "from", **x},
        "x2": {"field": "to"},
        "y": {"field": "low", **y},
        "y2": {"field": "high"},
        "color": {"field": "fill", "type": "nominal", "scale": None},
    }
    mark = {"type": "rect", "clip": True}
    drawn.append({"data": {"values": values}, "mark": mark, "encoding": where})
    return [*drawn, _zero(y)]


def _last(first: date, plot: Stacks) -> date:
    """Return the last day of a week or month."""
    if not plot.by_month:
        return week_end(first)
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _stacked(series: list[Series]) -> list[dict[str, Any]]:
    """Put one layer upon the other, and what is negative below zero."""
    above: dict[date, float] = {}
    below: dict[date, float] = {}
    bars = []
    for each in series:
        for week, value in each.points:
            if value:
                ends = above if value > 0 else below
                low = ends.get(week, 0)
                ends[week] = low + value
                filled = {"fill": fill(each.colour)}
                bars.append({"week": week, "low": low, "high": ends[week], **filled})
    return bars


def _zero(y: dict[str, Any]) -> dict[str, Any]:
    return {
        "data": {"values": [{}]},
        "mark": {"type": "rule", "color": "var(--muted)"},
        "encoding": {"y": {"datum": 0, **y}},
    }
