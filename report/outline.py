"""All that the page says about an organisation, in the order in which leaders read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report import words
from report.content import Report, Section
from report.sections.breakdowns import IDES, LANGUAGES, breakdown
from report.sections.checks import checks
from report.sections.cohorts import cohorts
from report.sections.habits import habits, seats
from report.sections.over_time import flow, messages, people
from report.tiles import stayed, tiles

if TYPE_CHECKING:
    from report.figures import Figures


def outline(figures: Figures) -> Report:
    """Say what there is to say; where nobody was active, only that."""
    if figures.is_empty:
        return Report(figures.name, _nobody(figures), sections=[checks(figures)])
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
    there = [section for section in sections if section]
    return Report(figures.name, _summary(figures), tiles(figures), there)


def _nobody(figures: Figures) -> list[str]:
    when = "yet"
    if figures.days:
        first, last = figures.days[0].day, figures.days[-1].day
        when = f"from {words.day(first)} to {words.day(last)}"
    later = "As soon as somebody has, the next sync brings it here."
    return [f"Nobody has used Zencoder {when}, on the days that were synced.", later]


def _summary(figures: Figures) -> list[str]:
    first, last = figures.days[0].day, figures.days[-1].day
    known = f"From data of {words.days(first, last)}."
    if not figures.weeks:
        need = "No week is complete yet: weeks are compared once two of them are over."
        return [known, need]
    week = figures.weeks[-1]
    told = f"{words.people(week.active)} used Zencoder in the week of "
    told += words.days(week.start, week.end)
    share = stayed(figures, week)
    if share is not None:
        told += f"; {words.percent(share)} of those of the week before stayed"
    return [f"{told}.", known]
