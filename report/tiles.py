"""The first numbers of a page, each with its days and the last twelve weeks."""

from __future__ import annotations

from datetime import timedelta

from report import words
from report.content import Tile
from report.figures import FOUR_WEEKS, Figures

_WEEK = timedelta(days=7)


def tiles(figures: Figures) -> list[Tile]:
    """Return the tiles, if there is a complete week; changes are in four weeks."""
    if not figures.weeks:
        return []
    return [_in_28_days(figures), _weekly(figures), _often(figures), _messages(figures)]


def _in_28_days(figures: Figures) -> Tile:
    label, now = "People in 28 days", figures.headline.in_28_days
    span = figures.last_28_days
    if now is None or span is None:
        return _unknown(label, "Needs 28 complete days in a row.")
    days = {day.day: day.users_in_28_days for day in figures.complete_days}
    ends = {
        week: days.get(span[1] - n * _WEEK)
        for n, week in enumerate(reversed(figures.recent_weeks))
    }
    change = _change(now, days.get(span[1] - FOUR_WEEKS))
    spark = figures.recent(ends)
    return Tile(label, words.number(now), change, words.days(*span), spark)


def _weekly(figures: Figures) -> Tile:
    last = figures.weeks[-1]
    active = {week.start: week.active for week in figures.weeks}
    change = _change(last.active, active.get(last.start - FOUR_WEEKS))
    label, now = "People in a week", words.number(last.active)
    week = words.days(last.start, last.end)
    return Tile(label, now, change, week, figures.recent(active))


def _often(figures: Figures) -> Tile:
    label = f"People active on {figures.regular_days} or more of 28 days"
    now = figures.headline.often
    if now is None:
        need = f"Needs 28 complete days and at least {figures.minimum_group} people."
        return _unknown(label, need)
    often = {each.week: each.often for each in figures.segments}
    change = _change(now, often.get(figures.weeks[-1].start - FOUR_WEEKS))
    span = words.days(*figures.segments[-1].span)
    return Tile(label, words.number(now), change, span, figures.recent(often))


def _messages(figures: Figures) -> Tile:
    label = "Median messages per person"
    depth = {each.week: each.median for each in figures.depth}
    last = figures.weeks[-1]
    now, then = depth.get(last.start), depth.get(last.start - FOUR_WEEKS)
    if now is None:
        need = f"Needs at least {figures.minimum_group} people in the last week."
        return _unknown(label, need)
    change = _change(now, then)
    week = words.days(last.start, last.end)
    return Tile(label, words.figure(now), change, week, figures.recent(depth))


def _change(now: float, before: float | None) -> str:
    return "" if before is None else words.sentence(words.change(now, before))


def _unknown(label: str, need: str) -> Tile:
    return Tile(label, words.DASH, "", need)
