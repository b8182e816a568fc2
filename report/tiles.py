"""The numbers that a reader sees first, each beside the period before."""

from __future__ import annotations

from datetime import timedelta
from statistics import fmean
from typing import TYPE_CHECKING

from report import words
from report.content import Tile

if TYPE_CHECKING:
    from report.figures import Day, Figures, Week

_NONE = words.DASH
_FOUR_WEEKS = timedelta(days=28)


def tiles(figures: Figures) -> list[Tile]:
    """Return the tiles: the last complete week against the one before it."""
    weeks = figures.weeks[-2:]
    last = weeks[-1] if weeks else None
    before = weeks[0] if len(weeks) > 1 else None
    return [
        _weekly_users(last, before),
        _monthly_users(figures.days),
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
    return Tile(label, words.number(last.active), _against(change, before), note)


def _monthly_users(days: list[Day]) -> Tile:
    label = "People in 28 days"
    month = {day.day: day.users_in_28_days for day in days}
    end = days[-1].day if days else None
    now = month[end] if end else None
    if end is None or now is None:
        return Tile(label, _NONE, "", "Needs 28 days.")
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
    return Tile(label, words.number(now), _against(change, before), note)


def _mean(days: list[Day]) -> float | None:
    return fmean(day.users for day in days) if days else None


def _messages(figures: Figures, last: Week | None, before: Week | None) -> Tile:
    label = "Messages per person and week"
    now = messages_per_person(figures, last)
    if not last or now is None:
        return Tile(label, _NONE, "", _too_few(figures))
    then = messages_per_person(figures, before)
    change = words.change(now, then, digits=1) if then is not None else ""
    note = words.days(last.start, last.end)
    return Tile(label, words.number(now, 1), _against(change, before), note)


def _stayed(figures: Figures, last: Week | None, before: Week | None) -> Tile:
    label = "Stayed from the week before"
    now = stayed(figures, last)
    if not last or now is None:
        return Tile(label, _NONE, "", _too_few(figures, weeks="two complete weeks"))
    then = stayed(figures, before)
    change = ""
    if then is not None:
        change = words.change(now * 100, then * 100, unit="points")
    note = f"{words.number(last.retained)} of {words.people(last.active_before)}"
    return Tile(label, words.percent(now), _against(change, before), note)


def messages_per_person(figures: Figures, week: Week | None) -> float | None:
    """Return the average of a week in which enough people were active."""
    if week is None or not figures.enough(week.active):
        return None
    return week.messages_per_user


def stayed(figures: Figures, week: Week | None) -> float | None:
    """Return which share of the people of the week before came again."""
    if week is None or not week.is_comparable:
        return None
    if not figures.enough(week.active_before):
        return None
    return week.retained / week.active_before


def _too_few(figures: Figures, weeks: str = "a complete week") -> str:
    return f"Needs {weeks} of {figures.minimum_group} people or more."


def _against(change: str, before: Week | None) -> str:
    return _sentence(f"{change} the week before") if change and before else ""


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
