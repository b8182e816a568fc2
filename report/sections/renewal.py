"""Whether seats are used: what somebody who renews has to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report import words
from report.content import Cell, Section, Table

if TYPE_CHECKING:
    from report.figures import Figures, Headline, SeatUse

_LABELS = {
    "active in 28 days": "Active 7 to 27 days ago",
    "active in 7 days": "Active in 7 days",
    "too new to judge": "Too new to judge",
    "never used": "Never used",
    "not for 28 days": "Not used for 28 days",
}
_WHO = (
    "Who it is stays in the warehouse: zencoder__seats has it, and docs/models.md the "
    "query."
)


def renewal(figures: Figures) -> Section | str:
    """Return how many seats are used, and how many are needed."""
    if not figures.has_seats:
        return "seats, once zencoder_seats_table names a table of them (docs/page.md)"
    if not figures.seats:
        return (
            f"seats, once there are at least {figures.minimum_group} of them and 28 "
            "days in a row are complete"
        )
    now = figures.headline
    table = None
    if len(figures.seats) > 1:
        total = sum(use.seats for use in figures.seats)
        rows = [
            _row(use, use.seats / total) for use in sorted(figures.seats, key=_order)
        ]
        table = Table(["Seats", "Number", "Share"], rows)
    said = [*_enough(now), *_assigned(figures), *_idle(now), *_without(now)]
    if table is None:
        said.append("When they were used is not shown: it would reveal a small group.")
    return Section("renewal", "Renewal", _title(figures), [*said, _WHO], table=table)


def _title(figures: Figures) -> str:
    now = figures.headline
    total = sum(use.seats for use in figures.seats)
    if figures.seats[0].is_at_least:
        return f"There are at least {words.plural(total, 'seat')}"
    if now.seats_used is None:
        return f"There are {words.plural(total, 'seat')}"
    used = words.number(now.seats_used)
    verb = "was" if now.seats_used == 1 else "were"
    return f"{used} of {words.plural(total, 'seat')} {verb} used in 28 days"


def _enough(now: Headline) -> list[str]:
    if now.in_28_days is None:
        return []
    told = f"At today's use {words.plural(now.in_28_days, 'seat')} would be enough"
    if now.peak == now.in_28_days:
        return [f"{told}, which is the most so far."]
    return [f"{told}; the most that 28 days needed was {words.number(now.peak or 0)}."]


def _assigned(figures: Figures) -> list[str]:
    now = figures.headline
    if now.bought is None or now.seats is None or figures.seats[0].is_at_least:
        return []
    left = now.bought - now.seats
    if left < 0:
        more = f"{words.plural(-left, 'seat')} more {_is(-left)} assigned than"
        return [f"{more} the {words.number(now.bought)} that were bought."]
    none = "none is" if not left else f"{words.number(left)} {_is(left)}"
    return [f"Of {words.plural(now.bought, 'seat')} bought, {none} not assigned."]


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _idle(now: Headline) -> list[str]:
    if now.idle is None:
        return []
    if not now.idle:
        return ["No seat is idle."]
    seats = f"{words.plural(now.idle, 'seat')} {_is(now.idle)}"
    told = f"{seats} idle: not used for 28 days, or never"
    if now.price_of_idle is None:
        return [f"{told}."]
    digits = 0 if float(now.price_of_idle).is_integer() else 2
    return [f"{told}. Their price is {words.number(now.price_of_idle, digits)}."]


def _without(now: Headline) -> list[str]:
    if now.without_seat is None:
        return []
    return [f"{words.did(now.without_seat)} active in 28 days without a seat."]


def _row(use: SeatUse, share: float) -> list[Cell]:
    label = _label(use)
    return [
        Cell(label, label),
        Cell(words.number(use.seats), use.seats),
        Cell(words.percent(share), share, bar=share),
    ]


def _order(use: SeatUse) -> int:
    return list(_LABELS).index(use.first)


def _label(use: SeatUse) -> str:
    kinds = list(_LABELS)
    merged = kinds[kinds.index(use.first) : kinds.index(use.last) + 1]
    labels = [_LABELS[kind] for kind in merged]
    if merged[:2] == kinds[:2]:
        labels[:2] = ["Active in 28 days"]
    first, *others = labels
    return " or ".join([first, *(label[0].lower() + label[1:] for label in others)])
