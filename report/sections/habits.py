"""On how many days people use it, and whether licensed seats are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report import words
from report.content import Bars, Cell, Section, Table

if TYPE_CHECKING:
    from report.figures import Figures, Habit, SeatUse

_KINDS = {"occasional": 3, "regular": 2, "power": 1}
"""What people are called, in the order of their days, and the colour."""


def habits(figures: Figures) -> Section:
    """Return how many people were active on how many of the last 28 days."""
    title = "On how many days people use it"
    if not figures.habits:
        return Section("habits", title, [_need(figures)])
    total = sum(habit.users for habit in figures.habits)
    plot = Bars(
        [(_days(h), h.users, _colour(figures, h)) for h in figures.habits],
        [(_called(figures, h), _colour(figures, h)) for h in figures.habits],
        "Days of the last 28",
    )
    rows = [
        [
            Cell(_days(habit), _days(habit)),
            Cell(_called(figures, habit), _called(figures, habit)),
            Cell(words.number(habit.users), habit.users),
            Cell(words.percent(habit.users / total), habit.users / total),
        ]
        for habit in figures.habits
    ]
    table = Table(["Active days of 28", "Users", "People", "Share"], rows)
    return Section("habits", title, _said(figures, total), plot, numbers=table)


def _need(figures: Figures) -> str:
    if not _has_window(figures):
        return "This needs the last 28 days to be complete."
    return f"This needs at least {figures.minimum_group} people who were active."


def _has_window(figures: Figures) -> bool:
    days = figures.complete_days
    return bool(days) and days[-1].users_in_28_days is not None


def _kinds(figures: Figures, habit: Habit) -> list[str]:
    firsts = zip(_KINDS, (1, figures.regular_days, figures.power_days), strict=True)
    lasts = (figures.regular_days - 1, figures.power_days - 1, 28)
    return [
        kind
        for (kind, first), last in zip(firsts, lasts, strict=True)
        if habit.first <= last and first <= habit.last and first <= last
    ]


def _called(figures: Figures, habit: Habit) -> str:
    return f"{words.listed(_kinds(figures, habit)).capitalize()} users"


def _colour(figures: Figures, habit: Habit) -> int:
    return _KINDS[_kinds(figures, habit)[-1]]


def _days(habit: Habit) -> str:
    if habit.first == habit.last:
        return str(habit.first)
    return f"{habit.first}{words.DASH}{habit.last}"


def _said(figures: Figures, total: int) -> list[str]:
    said = []
    kinds = [_kinds(figures, habit) for habit in figures.habits]
    power = [h.users for h in figures.habits if _kinds(figures, h) == ["power"]]
    if power and all(kind == ["power"] or "power" not in kind for kind in kinds):
        share = words.percent(sum(power) / total)
        told = f"{words.did(sum(power))} active on {figures.power_days} or more days"
        said.append(
            f"{told}: power users, {share} of the {words.people(total)} of the last 28 "
            "days."
        )
    if figures.regular_days > 1:
        last = figures.power_days - 1
        days = f"{figures.regular_days}{words.DASH}{last}"
        if figures.regular_days == last:
            days = str(last)
        said.append(
            f"Regular users are active on {days} days, occasional ones on fewer."
        )
    if any(len(kind) > 1 for kind in kinds):
        said.append(
            f"Neighbours are put together where fewer than {figures.minimum_group} "
            "people would be left."
        )
    return said


def seats(figures: Figures) -> Section | None:
    """Return how many licensed addresses are used, where a table of them is given."""
    if figures.has_seats is None:
        return None
    if not figures.has_seats:
        return _seats(["The table of seats has none of this organisation."])
    if not figures.seats:
        return _seats([_need_of_seats(figures)])
    total = sum(use.seats for use in figures.seats)
    at_least = "at least " if figures.seats[0].is_at_least else ""
    said = [f"There are {at_least}{words.number(total)} licensed seats."]
    if len(figures.seats) == 1:
        said.append("When they were used is not shown: it would tell of few people.")
        return _seats(said)
    said.append("People are matched with seats by their address.")
    rows = [_seat_row(use, use.seats / total) for use in figures.seats]
    return _seats(said, Table(["Last used", "Seats", "Share"], rows))


def _need_of_seats(figures: Figures) -> str:
    if not _has_window(figures):
        return "This needs the last 28 days to be complete."
    return f"This needs at least {figures.minimum_group} seats."


def _seat_row(use: SeatUse, share: float) -> list[Cell]:
    label = _last_used(use)
    return [
        Cell(label, label),
        Cell(words.number(use.seats), use.seats),
        Cell(words.percent(share), share, bar=share),
    ]


def _seats(said: list[str], table: Table | None = None) -> Section:
    return Section("seats", "Seats", said, table=table)


def _last_used(use: SeatUse) -> str:
    if use.first is None:
        return "Never"
    if use.last is None:
        ago = f"{use.first} days ago or earlier" if use.first else "At any time"
        return f"{ago}, or never" if use.has_never_used else ago
    if use.first == 0:
        return f"In the last {use.last + 1} days"
    return f"{use.first} to {use.last} days ago"
