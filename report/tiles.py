"""The numbers that a reader sees first, each beside the period before."""

from __future__ import annotations

from datetime import timedelta
from statistics import fmean
from typing import TYPE_CHECKING

from report import words
from report.content import Tile

if TYPE_CHECKING:
    from datetime import date

    from report.figures import Depth, Figures, Week

_NONE = words.DASH
_FOUR_WEEKS = timedelta(days=28)


def tiles(figures: Figures) -> list[Tile]:
    """Return the tiles: the last complete week against the one before it."""
    last = figures.weeks[-1] if figures.weeks else None
    before = figures.week_before(last) if last else None
    return [
        _weekly_users(last, before),
        _monthly_users(figures),
        _working_day(figures, last, before),
        _messages(figures, last, before),
        _stayed(figures, last, before),
    ]


def _weekly_users(last: Week | None, before: Week | None) -> Tile:
    label = "People in a week"
    if not last:
        return Tile(label, _NONE, "", "Needs a complete week.")
    change = words.change(last.active, before.active) if before else ""
    note = words.days(last.start, last.end)
    return Tile(label, words.number(last.active), _against(change), note)


def _monthly_users(figures: Figures) -> Tile:
    label = "People in 28 days"
    month = {
        day.day: day.users_in_28_days
        for day in figures.complete_days
        if day.users_in_28_days is not None
    }
    if not month:
        return Tile(label, _NONE, "", "Needs 28 complete days in a row.")
    end, now = list(month.items())[-1]
    before = month.get(end - _FOUR_WEEKS)
    change = ""
    if before is not None:
        change = _sentence(f"{words.change(now, before)} in the 28 days before")
    first = end - _FOUR_WEEKS + timedelta(days=1)
    return Tile(label, words.number(now), change, words.days(first, end))


def _working_day(figures: Figures, last: Week | None, before: Week | None) -> Tile:
    label = "People on a working day"
    now = _mean(figures.working_days(last)) if last else None
    if not last or now is None:
        return Tile(label, _NONE, "", "Needs a complete week with activity.")
    then = _mean(figures.working_days(before)) if before else None
    change = words.change(now, then) if then is not None else ""
    note = f"Average, {words.days(last.start, last.end)}"
    return Tile(label, words.number(now), _against(change), note)


def _mean(users: list[int]) -> float | None:
    return fmean(users) if users else None


def _messages(figures: Figures, last: Week | None, before: Week | None) -> Tile:
    label = "Median messages in a week"
    depth = {each.week: each for each in figures.depth}
    now = _of(depth, last)
    if not last or not now:
        need = f"Needs a complete week of {figures.minimum_group} people or more."
        return Tile(label, _NONE, "", need)
    then = _of(depth, before)
    digits = 0 if (now.median + (then.median if then else 0)).is_integer() else 1
    change = words.change(now.median, then.median, digits=digits) if then else ""
    note = f"Per person, {words.days(last.start, last.end)}"
    return Tile(label, words.number(now.median, digits), _against(change), note)


def _of(depth: dict[date, Depth], week: Week | None) -> Depth | None:
    return depth.get(week.start) if week else None


def _stayed(figures: Figures, last: Week | None, before: Week | None) -> Tile:
    label = "Stayed from the week before"
    now = stayed(figures, last)
    if not last or not last.flow or now is None:
        need = f"Needs two complete weeks of {figures.minimum_group} people or more."
        return Tile(label, _NONE, "", need)
    then = stayed(figures, before)
    change = ""
    if then is not None:
        change = words.change(now * 100, then * 100, unit="points")
    flow = last.flow
    note = f"{words.number(flow.retained)} of {words.people(flow.active_before)}"
    return Tile(label, words.percent(now), _against(change), note)


def stayed(figures: Figures, week: Week | None) -> float | None:
    """Return which share of the people of the week before came again.

    A share of few people says little, so it is None.
    """
    if not week or not week.flow or not figures.enough(week.flow.active_before):
        return None
    return week.flow.retained / week.flow.active_before


def _against(change: str) -> str:
    return _sentence(f"{change} the week before") if change else ""


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
