"""Drawings, as SVG: Vega-Lite's grammar, turned into SVG without a browser.

Colours are CSS variables, so one drawing serves light and dark. No name is ever in a
drawing: legends are HTML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from markupsafe import Markup

from report.content import Plot
from report.marks import layers

_TEXT = 12
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
        "labelFontSize": _TEXT,
        "labelPadding": 8,
        "title": None,
    },
    # As wide as "100%", so that the same day is at the same place in each chart.
    "axisY": {
        "grid": True,
        "gridColor": "var(--grid)",
        "minExtent": 42,
        "labelPadding": 6,
    },
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

_LINES = re.compile(r"M-?[\d.]+,-?[\d.]+(?:L-?[\d.]+,-?[\d.]+)+")
_ALIKE = re.compile(r'"( fill="[^"]*")/><path d="(?=[^"]*"\1/>)')


_SMALL_WIDTH, _SMALL_HEIGHT, _EDGE = 96, 24, 3


@dataclass(frozen=True)
class Size:
    """How large a drawing is, in pixels of its own, and how many dates fit under it.

    Where page.css shows it smallest, its text still has 11 pixels.
    """

    name: str
    width: int
    height: int
    dates: int


SIZES = [
    Size("small", 276, 210, 4),
    Size("medium", 406, 230, 5),
    Size("large", 600, 240, 8),
    Size("huge", 884, 250, 12),
]


def warm_up() -> None:
    """Have the first drawing not wait for what draws."""
    _svg({"data": {"values": []}, "mark": "point"})


def svg(plot: Plot, label: str, size: Size) -> str:
    """Draw it, for a reader who sees and, by its label, for one who does not."""
    drawn = _svg(
        {
            "layer": layers(plot, size.dates),
            "width": size.width,
            "height": size.height,
            "autosize": {"type": "fit", "contains": "padding"},
            "padding": {"left": 2, "top": 14, "right": 12, "bottom": 2},
            "config": _CONFIG,
        }
    )
    return _compact(drawn, label)


def _svg(chart: dict[str, Any]) -> str:
    # Not at the top: all but drawing goes without what draws, which is large.
    import vl_convert  # noqa: PLC0415

    return str(vl_convert.vegalite_to_svg(chart))


def _compact(drawn: str, label: str) -> str:
    """Keep what a screen can show, which is a third of it, and name the whole."""
    drawn = _NOISE.sub("", _EMPTY.sub("", drawn))
    drawn = _GEOMETRY.sub(lambda m: _DECIMALS.sub(r"\1", m.group()), drawn)
    drawn = _LINES.sub(_relative, _ALIKE.sub("", drawn))
    while "<g></g>" in drawn:
        drawn = drawn.replace("<g></g>", "")
    start = drawn.index("<svg")
    end = drawn.index(">", start)
    view = re.search(r'viewBox="[^"]*"', drawn[start:end])
    assert view  # noqa: S101  # vl-convert writes one
    return f'<svg role="img" aria-label="{label}" {view.group()}{drawn[end:].strip()}'


def _relative(line: re.Match[str]) -> str:
    """Write each point by how far it is from the one before, which is shorter."""
    points = [tuple(map(float, p.split(","))) for p in line.group()[1:].split("L")]
    moves = [
        f"{x - x_before:.1f},{y - y_before:.1f}"
        for (x_before, y_before), (x, y) in pairwise(points)
    ]
    short = " ".join(moves).replace(".0", "").replace(",-", "-").replace(" -", "-")
    return f"M{points[0][0]:g},{points[0][1]:g}l{short}"


def spark(values: list[float | None]) -> Markup:
    """Draw a small line from zero, broken where a value is unknown.

    It shows only whether something rose or fell.
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:  # noqa: PLR2004  # one is no line
        return Markup()
    high = max(known) or 1
    step = (_SMALL_WIDTH - 2 * _EDGE) / (len(values) - 1)
    points = [
        None if value is None else (_EDGE + n * step, _y(value / high))
        for n, value in enumerate(values)
    ]
    line = "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in filter(None, run))
        for is_known, run in groupby(points, key=lambda point: point is not None)
        if is_known
    )
    end = points[-1]
    dot = f'<circle cx="{end[0]:.1f}" cy="{end[1]:.1f}" r="2.5"/>' if end else ""
    view = f"0 0 {_SMALL_WIDTH} {_SMALL_HEIGHT}"
    return Markup(  # noqa: S704  # numbers alone
        f'<svg class="spark" viewBox="{view}" aria-hidden="true">'
        f'<path d="{line}"/>{dot}</svg>'
    )


def _y(share: float) -> float:
    return _SMALL_HEIGHT - _EDGE - share * (_SMALL_HEIGHT - 2 * _EDGE)
