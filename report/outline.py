"""All that the page says about an organisation, in the order in which leaders read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from report import words
from report.content import Bars, Report, Section
from report.sections.breakdowns import IDES, LANGUAGES, breakdown
from report.sections.checks import checks
from report.sections.cohorts import cohorts
from report.sections.habits import habits, seats
from report.sections.over_time import flow, messages, people
from report.tiles import stayed, tiles

if TYPE_CHECKING:
    from report.days import Span
    from report.figures import Figures

_STALE_AFTER = 3
"""How many days old the newest figures may be without a word on it."""


def outline(figures: Figures) -> Report:
    """Say what there is to say; where nobody was active, only that."""
    if figures.is_empty:
        said = [_nobody(figures), *_about_the_data(figures)]
        return Report(figures.name, said, sections=[checks(figures)])
    sections: list[Section | None] = [
        people(figures),
        flow(figures),
        messages(figures),
        breakdown(figures, IDES, figures.ides),
        breakdown(figures, LANGUAGES, figures.languages),
        cohorts(figures),
        habits(figures),
        seats(figures),
        checks(figures),
    ]
    there = [_on_one_axis(figures, section) for section in sections if section]
    said = [_headline(figures), *_about_the_data(figures)]
    return Report(figures.name, said, tiles(figures), there)


def _on_one_axis(figures: Figures, section: Section) -> Section:
    """Show the same time in each chart, and in it what was not loaded."""
    plot = section.plot
    if plot is None or isinstance(plot, Bars):
        return section
    missing = [(span.first, span.last) for span in figures.missing]
    return replace(section, plot=replace(plot, span=figures.span, missing=missing))


def _nobody(figures: Figures) -> str:
    if figures.until is None:
        return "No day is complete yet, so nothing can be said about it."
    first = figures.complete_days[0].day
    when = f"from {words.day(first)} to {words.day(figures.until)}"
    if first == figures.until:
        when = f"on {words.day(first)}"
    return f"Nobody used Zencoder {when}, on the days that are complete."


def _headline(figures: Figures) -> str:
    if not figures.weeks:
        return "No week is complete yet: weeks are compared once two of them are over."
    week = figures.weeks[-1]
    used = "Nobody" if not week.active else words.people(week.active)
    told = f"{used} used Zencoder in the week of {words.days(week.start, week.end)}"
    share = stayed(figures, week)
    if share is not None:
        told += f"; {words.percent(share)} of those of the week before stayed"
    return f"{told}."


def _about_the_data(figures: Figures) -> list[str]:
    said = [_until(figures)]
    if figures.missing:
        said.append(_missing(figures.missing))
    if figures.is_assumed:
        said.append(
            "The table daily is not loaded, so nothing says which days were synced: "
            "each day from the first to the last is taken as synced, and a day without "
            "people as quiet."
        )
    return said


def _until(figures: Figures) -> str:
    made = f"made on {words.day(figures.made_on)}"
    if figures.until is None:
        return f"This page was {made}."
    told = f"Data until {words.day(figures.until)}; {made}."
    age = (figures.made_on - figures.until).days
    if age > _STALE_AFTER:
        told += (
            f" The newest complete day is {age} days old: see whether the sync runs."
        )
    return told


def _missing(missing: list[Span]) -> str:
    listed = words.spans([(span.first, span.last) for span in missing])
    verb = "was" if len(missing) == 1 and missing[0].days == 1 else "were"
    return (
        f"{listed} {verb} not loaded, or not in every table: no figure "
        "includes those days, and nothing is compared with them."
    )
