"""Which name has which colour, from one week's page to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report.styles import COLOURS

if TYPE_CHECKING:
    from collections.abc import Iterable


def colours(charts: Iterable[list[str]]) -> dict[str, int]:
    """Return the colour of each name of the last chart, no two the same.

    Given are the names in the chart of each week, from the first week on. A name that
    stays keeps its colour, whatever its rank. One that joins gets the next colour, or
    the one it had before: another only if that is taken.
    """
    order: dict[str, int] = {}
    shown: dict[str, int] = {}
    for names in charts:
        shown = {name: shown[name] for name in shown if name in names}
        for name in names:
            first = order.setdefault(name, len(order))
            if name not in shown:
                shown[name] = _free(first, set(shown.values()))
    return shown


def _free(first: int, taken: set[int]) -> int:
    """Return the first colour that is free, counted from one and around."""
    wanted = ((first + n) % COLOURS + 1 for n in range(COLOURS))
    return next(colour for colour in wanted if colour not in taken)
