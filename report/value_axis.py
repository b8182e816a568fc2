"""The figures beside a chart: round ones, no two of which read the same."""

from __future__ import annotations

from itertools import count
from math import ceil, floor
from typing import Any

_STEPS = 4
"""At most so many steps from zero up, and one more below."""
_SHARES = (0.01, 0.02, 0.05, 0.1, 0.25, 0.5)


def value_axis(values: list[float], *, percent: bool = False) -> dict[str, Any]:
    """Return the axis of values, from zero or from below it."""
    low, high = min([0.0, *values]), max([0.0, *values])
    marks = percents(high) if percent else counts(low, high)
    return {
        "type": "quantitative",
        "scale": {"domain": [marks[0], marks[-1]], "nice": False},
        "axis": {"values": marks, "format": ".0%" if percent else ",d"},
    }


def counts(low: float, high: float) -> list[float]:
    """Return whole numbers around both, evenly apart."""
    steps = (10**power * digit for power in count() for digit in (1, 2, 5))
    step = next(step for step in steps if _number(low, high, step) <= _STEPS)
    start, end = floor(low / step), ceil(high / step)
    return [n * step for n in range(start, max(end, start + 1) + 1)]


def percents(high: float) -> list[float]:
    """Return whole percents from none to a share, evenly apart."""
    high = min(high, 1.0)
    step = next(step for step in _SHARES if _number(0, high, step) <= _STEPS)
    end = max(1, ceil(round(high / step, 6)))
    return [round(n * step, 2) for n in range(end + 1)]


def _number(low: float, high: float, step: float) -> int:
    below = ceil(round(-low / step, 6))
    return ceil(round(high / step, 6)) + max(0, below - 1)
