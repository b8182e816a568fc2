"""What tells one series from another: its colour, and a dash or a pattern.

Some readers cannot tell all colours apart, and some have chosen only two.
"""

from __future__ import annotations

COLOURS = 8
"""How many there are: ``--series-1`` and so on, in page.css."""
MISSING = "url(#missing)"
"""What shades days that were not loaded."""
_DASHES: dict[int, list[int]] = {
    1: [],
    2: [9, 4],
    3: [2, 3],
    4: [12, 3, 2, 3],
    5: [5, 3],
    6: [5, 2, 5, 6],
    7: [16, 4],
    8: [9, 3, 2, 3, 2, 3],
}


def colour(number: int) -> str:
    """Return the colour of a line, or of a point."""
    return f"var(--series-{_known(number)})"


def dash(number: int) -> list[int]:
    """Return how long a line's dashes are and the gaps between; none is solid."""
    return _DASHES[_known(number)]


def fill(number: int) -> str:
    """Return what fills an area: a pattern of templates/fills.html."""
    return f"url(#fill-{_known(number)})"


def _known(number: int) -> int:
    return (number - 1) % COLOURS + 1
