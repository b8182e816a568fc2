"""On how many days people use it, and whether licensed seats are used."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from report import words
from report.content import Bars, Cell, Section, Table
from report.groups import Group, merge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from report.figures import Figures

_WINDOW = 28
_COLOURS = {"dormant": 6, "occasional": 3, "regular": 2, "power": 1}


class _Span(NamedTuple):
    """Days from the first to the last, and how people active on them are called."""

    first: int
    last: int
    kind: str


def habits(figures: Figures) -> Section:
    """Return how many people were active on how many of the last 28 days."""
    title = "On how many days people use it"
    spans = _spans(figures.regular_days, figures.power_days)
    counts = [(span, _people_in(figures, span)) for span in spans]
    groups = merge(counts, figures.minimum_group)
    total = sum(group.people for group in groups)
    if not total:
        need = f"This needs at least {figures.minimum_group} people."
        return Section("habits", title, [need])
    plot = Bars(
        [(_days(g), g.people, _COLOURS[g.members[-1].kind]) for g in groups],
        [(_kinds(g), _COLOURS[g.members[-1].kind]) for g in groups],
        "Days of the last 28",
    )
    rows = [
        [
            Cell(_days(group), _days(group)),
            Cell(_kinds(group), _kinds(group)),
            Cell(words.number(group.people), group.people),
            Cell(words.percent(group.people / total), group.people / total),
        ]
        for group in groups
    ]
    columns = ["Active days of 28", "Called", "People", "Share"]
    said = _said(figures, groups, total)
    return Section("habits", title, said, plot, numbers=Table(columns, rows))


def _spans(regular: int, power: int) -> list[_Span]:
    """Cut 28 days so that no span has people of two kinds."""
    half, more = (power - regular) // 2, (_WINDOW + 1 - power) // 4
    cuts = {0, 1, regular, regular + half, power, power + more, power + 2 * more}
    firsts = sorted(cut for cut in cuts if cut <= _WINDOW)
    lasts = [first - 1 for first in firsts[1:]] + [_WINDOW]
    return [
        _Span(first, last, _kind(first, regular, power))
        for first, last in zip(firsts, lasts, strict=True)
    ]


def _kind(days: int, regular: int, power: int) -> str:
    if days >= power:
        return "power"
    if days >= regular:
        return "regular"
    return "occasional" if days else "dormant"


def _people_in(figures: Figures, span: _Span) -> int:
    return sum(figures.active_days.get(n, 0) for n in range(span.first, span.last + 1))


def _days(group: Group[_Span]) -> str:
    first, last = group.members[0].first, group.members[-1].last
    return str(first) if first == last else f"{first}{words.DASH}{last}"


def _kinds(group: Group[_Span]) -> str:
    kinds = dict.fromkeys(span.kind for span in group.members)
    return words.listed(list(kinds)).capitalize()


def _said(figures: Figures, groups: Sequence[Group[_Span]], total: int) -> list[str]:
    said = []
    power = [g.people for g in groups if g.members[0].kind == "power"]
    alone = all(len({s.kind == "power" for s in g.members}) == 1 for g in groups)
    if power and alone:
        share = f"{words.number(sum(power))} ({words.percent(sum(power) / total)})"
        said.append(
            f"Of {words.people(total)} who were ever active, {share} were active on "
            f"{figures.power_days} or more of the last 28 days: power users."
        )
    regular = f"{figures.regular_days} to {figures.power_days - 1}"
    said.append(
        f"Regular users are active on {regular} days, occasional ones on fewer; "
        "dormant are those who were active before, but not in these 28 days."
    )
    if any(len(group.members) > 1 for group in groups):
        said.append(
            f"Neighbours are put together where fewer than {figures.minimum_group} "
            "people would be left."
        )
    if len(figures.days) < _WINDOW:
        said.append(f"Only {len(figures.days)} days have been synced so far.")
    return said


def seats(figures: Figures) -> Section | None:
    """Return how many licensed addresses are used, where a table of them is given."""
    given = figures.seats
    if given is None:
        return None
    counts = [
        ("Active in the last 7 days", given.used_in_7_days),
        ("8 to 28 days ago", given.used_in_28_days - given.used_in_7_days),
        ("Earlier", given.ever_used - given.used_in_28_days),
        ("Never active", given.seats - given.ever_used),
    ]
    groups = merge(counts, figures.minimum_group)
    title = "Seats"
    if not groups or not given.seats:
        return Section(
            "seats", title, [f"There are fewer than {figures.minimum_group} seats."]
        )
    rows = []
    for group in groups:
        label = " or ".join([group.members[0], *map(_lower, group.members[1:])])
        share = group.people / given.seats
        cells = [
            Cell(label, label),
            Cell(words.number(group.people), group.people),
            Cell(words.percent(share), share, bar=share),
        ]
        rows.append(cells)
    said = [f"There are {words.number(given.seats)} licensed seats."]
    # Only what the groups below say as well, or two figures would tell a small one.
    if given.used_in_28_days in accumulate(group.people for group in groups):
        part = words.percent(given.used_in_28_days / given.seats)
        used = f"{words.number(given.used_in_28_days)} ({part})"
        said = [f"{said[0][:-1]}, of which {used} were used in the last 28 days."]
    said.append("People are matched with seats by their address.")
    return Section(
        "seats", title, said, table=Table(["Last used", "Seats", "Share"], rows)
    )


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]
