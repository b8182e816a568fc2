"""All that the page says about an organisation, in the order in which leaders read."""

from __future__ import annotations

from dataclasses import replace

from report import words
from report.content import Cell, Report, Section
from report.figures import FOUR_WEEKS, Figures, Span, Week
from report.sections.breakdowns import IDES, LANGUAGES, breakdown
from report.sections.checks import checks, verdict
from report.sections.depth import messages, segments
from report.sections.people import comings, count, people
from report.sections.renewal import renewal
from report.sections.teams import pages, teams
from report.tiles import tiles

_STALE_AFTER = 3
"""How many days old the newest figures may be without a word on it."""


def outline(figures: Figures) -> Report:
    """Say what there is to say; where nobody was active, only that."""
    if figures.is_empty:
        said = [_nobody(figures), *_about_the_data(figures)]
        return Report(figures.name, said)
    told: list[Section | str] = [
        renewal(figures),
        people(figures),
        segments(figures),
        messages(figures),
        comings(figures),
        teams(figures),
        breakdown(figures, IDES, figures.ides),
        breakdown(figures, LANGUAGES, figures.languages),
        checks(figures),
    ]
    there = [_on_one_axis(figures, each) for each in told if isinstance(each, Section)]
    needs = [each for each in told if isinstance(each, str)]
    said = [_headline(figures), *_seats(figures), *_about_the_data(figures)]
    if needs:
        said.append(f"Not shown yet: {'; '.join(needs)}.")
    return Report(figures.name, said, tiles(figures), there, _overview(figures))


def team_reports(figures: Figures) -> list[Report]:
    """Return a report about each team."""
    return [
        replace(report, sections=[_on_one_axis(figures, s) for s in report.sections])
        for report in pages(figures, _about_the_data(figures))
    ]


def _overview(figures: Figures) -> list[Cell]:
    """Return the row about it beside other organisations."""
    if not figures.weeks:
        return []
    week, now = figures.weeks[-1], figures.headline
    before = _four_weeks_before(figures)
    change = week.active - before.active if before else None
    active = {each.start: each.active for each in figures.weeks}
    used = words.DASH
    if now.seats_used is not None and now.seats:
        used = f"{words.number(now.seats_used)} of {words.number(now.seats)}"
    return [
        Cell(figures.name, figures.name),
        count(week.active),
        Cell(words.DASH if change is None else words.signed(change), change),
        Cell(used, now.seats_used),
        count(now.often),
        Cell("", spark=figures.recent(active)),
    ]


def _four_weeks_before(figures: Figures) -> Week | None:
    return figures.week(figures.weeks[-1].start - FOUR_WEEKS)


def _on_one_axis(figures: Figures, section: Section) -> Section:
    """Show the same time in each chart, and in it what was not loaded."""
    plot = section.plot
    if plot is None:
        return section
    shown = replace(plot, span=figures.span, missing=figures.missing)
    return replace(section, plot=shown)


def _nobody(figures: Figures) -> str:
    if figures.until is None:
        return "No day is complete yet, so there is nothing to show."
    first = figures.complete_days[0].day
    when = f"from {words.day(first)} to {words.day(figures.until)}"
    if first == figures.until:
        when = f"on {words.day(first)}"
    return f"No one used Zencoder {when}, on any day that is complete."


def _headline(figures: Figures) -> str:
    """Say what happened: weekly use against that of four weeks before."""
    if not figures.weeks:
        return "No week is complete yet. This page compares weeks once two are over."
    week, before = figures.weeks[-1], _four_weeks_before(figures)
    now, when = words.someone(week.active), words.days(week.start, week.end)
    if before is None:
        return f"{words.sentence(now)} used Zencoder in the week of {when}."
    then, earlier = before.active, words.days_before(before.start, before.end, week.end)
    if week.active == then:
        return f"Weekly use is unchanged: {now} in {earlier}, and again in {when}."
    verb = "rose" if week.active > then else "fell"
    share = abs(week.active - then) / then if figures.enough(then) else 0
    by = f" {words.percent(share)}," if share else ""
    after = words.number(week.active)
    return (
        f"Weekly use {verb}{by} from {words.people(then)} ({earlier}) to {after} "
        f"({when})."
    )


def _seats(figures: Figures) -> list[str]:
    now, span = figures.headline, figures.last_28_days
    if now.seats_used is None or not now.seats or span is None:
        return []
    used = words.number(now.seats_used)
    of_all = f"{used} of {words.plural(now.seats, 'seat')}"
    return [f"{of_all} were used in the last 28 days ({words.days(*span)})."]


def _about_the_data(figures: Figures) -> list[str]:
    said = [_until(figures)]
    if figures.checks:
        said.append(f"{verdict(figures.checks)}.")
    if figures.missing:
        said.append(_missing(figures.missing))
    if figures.is_assumed:
        said.append(
            "The table daily is not loaded, so it is not known which days were synced. "
            "Every day from the first to the last counts as synced, and a day without "
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
        told += f" The newest complete day is {age} days old: check the sync."
    return told


def _missing(missing: list[Span]) -> str:
    return (
        f"Not loaded, or not into every table: {words.spans(missing)}. No figure and "
        "no comparison includes those days."
    )
