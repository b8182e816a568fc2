"""The numbers that a reader sees first, each with its last twelve weeks."""

from __future__ import annotations

from datetime import timedelta
from statistics import fmean
from typing import TYPE_CHECKING

from report import words
from report.content import Tile
from report.figures import FOUR_WEEKS

if TYPE_CHECKING:
    from report.figures import Figures

_NONE = words.DASH
_WEEK = timedelta(days=7)


def tiles(figures: Figures) -> list[Tile]:
    """Return the tiles about the last complete week, if there is one."""
    if not figures.weeks:
        return []
    return [_in_28_days(figures), _weekly(figures), _often(figures), _messages(figures)]


def _in_28_days(figures: Figures) -> Tile:
    label, now = "People in 28 days", figures.headline.in_28_days
    if now is None:
        return Tile(label, _NONE, "", "Needs 28 complete days in a row.")
    days = {day.day: day.users_in_28_days for day in figures.complete_days}
    ends = {week: days.get(week + timedelta(days=6)) for week in figures.recent_weeks}
    before = days.get(max(days) - FOUR_WEEKS)
    change = ""
    if before is not None:
        change = _sentence(f"{words.change(now, before)} in the 28 days before")
    seats = figures.headline.seats
    is_known = seats and not figures.seats[0].is_at_least
    note = f"There are {words.plural(seats or 0, 'seat')}." if is_known else ""
    return Tile(label, words.number(now), change, note, figures.recent(ends))


def _weekly(figures: Figures) -> Tile:
    last = figures.weeks[-1]
    active = {week.start: week.active for week in figures.weeks}
    before = [active.get(last.start - n * _WEEK) for n in range(1, 5)]
    known = [value for value in before if value is not None]
    change = ""
    if len(known) == len(before):
        mean = fmean(known)
        digits = 0 if mean.is_integer() else 1
        change = f"{words.number(mean, digits)} on average in the four weeks before"
    note = words.days(last.start, last.end)
    spark = figures.recent(active)
    return Tile("People in a week", words.number(last.active), change, note, spark)


def _often(figures: Figures) -> Tile:
    label, now = "Regular and power users", figures.headline.often
    if now is None:
        need = f"Needs 28 complete days, and {figures.minimum_group} people or more."
        return Tile(label, _NONE, "", need)
    often = {each.week: each.often for each in figures.segments}
    before = often.get(figures.weeks[-1].start - FOUR_WEEKS)
    change = ""
    if before is not None:
        change = _sentence(f"{words.change(now, before)} four weeks before")
    note = f"Active on {figures.regular_days} or more of 28 days"
    return Tile(label, words.number(now), change, note, figures.recent(often))


def _messages(figures: Figures) -> Tile:
    label = "Median messages in a week"
    depth = {each.week: each.median for each in figures.depth}
    last = figures.weeks[-1]
    now, then = depth.get(last.start), depth.get(last.start - _WEEK)
    if now is None:
        need = f"Needs a complete week of {figures.minimum_group} people or more."
        return Tile(label, _NONE, "", need)
    digits = 0 if (now + (then or 0)).is_integer() else 1
    change = ""
    if then is not None:
        told = words.change(now, then, digits=digits)
        change = _sentence(f"{told} the week before")
    note = f"Per person, {words.days(last.start, last.end)}"
    figure = words.number(now, digits)
    return Tile(label, figure, change, note, figures.recent(depth))


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
