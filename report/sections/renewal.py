"""Whether seats are used: what somebody who renews has to know."""

from __future__ import annotations

from report import words
from report.content import Cell, Section, Table
from report.figures import Figures, Headline, SeatUse

_LABELS = {
    "active in 28 days": "Active 7 to 27 days ago",
    "active in 7 days": "Active in 7 days",
    "too new to judge": "Too new to judge",
    "never used": "Never used",
    "not for 28 days": "Not used for 28 days",
}
_WHO = (
    "Names are not shown here. To list the idle seats, use the query in docs/models.md."
)


def renewal(figures: Figures) -> Section | str:
    """Return how many seats are used, and how many are needed."""
    if not figures.has_seats:
        return "seats (needs a list of them: see docs/report.md)"
    if not figures.seats:
        return (
            f"seats (needs at least {figures.minimum_group} of them and 28 complete "
            "days in a row)"
        )
    now = figures.headline
    table = None
    if len(figures.seats) > 1:
        total = sum(use.seats for use in figures.seats)
        rows = [
            _row(use, use.seats / total) for use in sorted(figures.seats, key=_order)
        ]
        table = Table(["Seats", "Number", "Share"], rows)
    said = [*_enough(figures), *_assigned(figures), *_idle(now), *_without(now)]
    if table is None:
        said.append(
            "When the seats were used is not shown: that would reveal a group of fewer "
            f"than {figures.minimum_group}."
        )
    if now.idle != 0:
        said.append(_WHO)
    return Section("renewal", "Renewal", _title(figures), said, table=table)


def _title(figures: Figures) -> str:
    now = figures.headline
    total = sum(use.seats for use in figures.seats)
    if figures.seats[0].is_at_least:
        return f"There are at least {words.plural(total, 'seat')}"
    if now.seats_used is None:
        return f"There are {words.plural(total, 'seat')}"
    used = words.number(now.seats_used)
    verb = "was" if now.seats_used == 1 else "were"
    return f"{used} of {words.plural(total, 'seat')} {verb} used in the last 28 days"


def _enough(figures: Figures) -> list[str]:
    now, span = figures.headline, figures.last_28_days
    if now.in_28_days is None or span is None:
        return []
    told = (
        f"{words.sentence(words.someone(now.in_28_days))} used it in the last 28 days "
        f"({words.days(*span)}), so {words.plural(now.in_28_days, 'seat')} would do"
    )
    if now.peak == now.in_28_days:
        return [f"{told}; no 28-day count was higher."]
    return [f"{told}; the highest 28-day count was {words.number(now.peak or 0)}."]


def _assigned(figures: Figures) -> list[str]:
    now = figures.headline
    if now.bought is None or now.seats is None or figures.seats[0].is_at_least:
        return []
    left, bought = now.bought - now.seats, words.number(now.bought)
    if left < 0:
        more = f"{words.number(-left)} more {'seat' if left == -1 else 'seats'}"
        return [f"{more} {_is(-left)} assigned than the {bought} bought."]
    if not left:
        return [f"All {bought} seats bought are assigned."]
    return [f"{words.number(left)} of {bought} seats bought {_is(left)} not assigned."]


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _idle(now: Headline) -> list[str]:
    if now.idle is None:
        return []
    if not now.idle:
        return ["No seat is idle."]
    seats = f"{words.plural(now.idle, 'seat')} {_is(now.idle)}"
    told = f"{seats} idle: not used for 28 days, or never."
    if now.price_of_idle is None:
        return [told]
    total, each = map(_price, (now.price_of_idle, now.price_of_idle / now.idle))
    cost = f"It costs {total}" if now.idle == 1 else f"Together they cost {total}"
    return [f"{told} {cost}." if now.idle == 1 else f"{told} {cost} ({each} each)."]


def _price(value: float) -> str:
    return words.number(value, 2 if round(value, 2) % 1 else 0)


def _without(now: Headline) -> list[str]:
    if now.without_seat is None:
        return []
    if not now.without_seat:
        return ["Everyone who used it in the last 28 days is in the seat list."]
    people, verb = words.people(now.without_seat), _is(now.without_seat)
    return [f"{people} used it in the last 28 days but {verb} not in the seat list."]


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
