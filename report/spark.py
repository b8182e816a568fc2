"""A small line that says only whether something rose or fell."""

from __future__ import annotations

from itertools import groupby

from markupsafe import Markup

WIDTH, HEIGHT = 96, 24
_EDGE = 3


def svg(values: list[float | None]) -> Markup:
    """Draw values from zero, broken where one is unknown."""
    known = [value for value in values if value is not None]
    if len(known) < 2:  # noqa: PLR2004  # one is no line
        return Markup()
    high = max(known) or 1
    step = (WIDTH - 2 * _EDGE) / (len(values) - 1)
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
    return Markup(  # noqa: S704  # numbers alone
        f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">'
        f'<path d="{line}"/>{dot}</svg>'
    )


def _y(share: float) -> float:
    return HEIGHT - _EDGE - share * (HEIGHT - 2 * _EDGE)
