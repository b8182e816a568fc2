"""Teams, without groups of few; nobody is ranked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from report import words
from report.content import Cell, Lines, Report, Section, Series, Table
from report.figures import FOUR_WEEKS
from report.sections.people import BLUE, TEAL, count

if TYPE_CHECKING:
    from report.figures import Figures, Team

_OTHERS = "other teams"
_NONE = "no team"


def teams(figures: Figures) -> Section | str:
    """Return the teams of the last complete week."""
    if not figures.has_people:
        return "teams, once zencoder_people_table names who is in which (docs/page.md)"
    last = last_of(figures)
    if not last:
        return (
            f"teams, once one of at least {figures.minimum_group} people has a "
            "complete week"
        )
    columns = [
        "Team",
        "People",
        "Active",
        "Share",
        "Often",
        "Change in 4 weeks",
        "12 weeks",
    ]
    rows = [_row(figures, team) for team in last]
    week = words.days(last[0].week, last[0].week + timedelta(days=6))
    told = (
        f"In the week of {week}. Who is in two teams counts in both, so teams are "
        "never added up. Often: regular and power users."
    )
    said = [told]
    said += [_merged(figures, team) for team in last if team.name == _OTHERS]
    table, numbers = Table(columns, rows, has_names=True), _numbers(figures)
    return Section("teams", "Teams", _title(last), said, None, table, numbers)


def _title(last: list[Team]) -> str:
    named = [team for team in last if team.name not in {_OTHERS, _NONE}]
    if not named:
        return "Teams"
    active = sum(bool(team.active) for team in named)
    each = "each" if active == len(named) else words.number(active)
    return f"Somebody was active in {each} of {words.plural(len(named), 'team')}"


def _merged(figures: Figures, others: Team) -> str:
    parts = [words.plural(others.teams, "team")] if others.teams else []
    parts += ["people without a team"] if others.has_people_without else []
    return (
        f"Other teams: {words.listed(parts)}, counted together so that no smaller "
        f"group than {figures.minimum_group} is shown."
    )


def last_of(figures: Figures) -> list[Team]:
    """Return the teams of the last complete week, the largest first, others last."""
    week = figures.weeks[-1].start if figures.weeks else None
    last = [team for team in figures.teams if team.week == week]
    return sorted(last, key=lambda t: (t.name == _OTHERS, -(t.members or 0), t.name))


def _row(figures: Figures, team: Team) -> list[Cell]:
    weeks = {t.week: t for t in figures.teams if t.name == team.name}
    before = weeks.get(team.week - FOUR_WEEKS)
    change = team.active - before.active if before else None
    active = {week: t.active for week, t in weeks.items()}
    return [
        Cell(_named(team.name), team.name),
        count(team.members),
        count(team.active),
        Cell(words.share(team.share), team.share),
        _often(team),
        Cell(words.DASH if change is None else words.signed(change), change),
        Cell("", spark=figures.recent(active)),
    ]


def _named(name: str) -> str:
    return name[0].upper() + name[1:] if name in {_OTHERS, _NONE} else name


def _often(team: Team) -> Cell:
    if team.often is not None and team.is_at_least:
        return Cell(f"{team.often} or more", f"{team.often} or more")
    return count(team.often)


def _numbers(figures: Figures) -> Table:
    columns = ["Week from", "Team", "People", "Active", "Share", "Often"]
    recent = set(figures.recent_weeks)
    rows = [
        [
            Cell(words.day(team.week), team.week),
            Cell(_named(team.name), team.name),
            count(team.members),
            count(team.active),
            Cell(words.share(team.share), team.share),
            _often(team),
        ]
        for team in figures.teams
        if team.week in recent
    ]
    return Table(columns, rows, has_names=True)


def pages(figures: Figures, about: list[str]) -> list[Report]:
    """Return a report about each team that can be shown."""
    return [
        _page(figures, team, about) for team in last_of(figures) if team.name != _OTHERS
    ]


def _page(figures: Figures, team: Team, about: list[str]) -> Report:
    weeks = {t.week: t for t in figures.teams if t.name == team.name}
    days = words.days(team.week, team.week + timedelta(days=6))
    told = f"{words.did(team.active)} active in the week of {days}"
    if team.members:
        told += f", of {words.number(team.members)} in the team"
    often = {w: weeks[w].often for w in weeks if not weeks[w].is_at_least}
    lines = [
        Series("Active", BLUE, [(w, t.active) for w, t in weeks.items()]),
        Series("Often", TEAL, [(w, often.get(w)) for w in weeks]),
    ]
    plot = Lines(lines[: 1 + any(value is not None for value in often.values())])
    rows = [
        [
            Cell(words.day(week), week),
            count(t.members),
            count(t.active),
            Cell(words.share(t.share), t.share),
            _often(t),
        ]
        for week, t in weeks.items()
    ]
    columns = ["Week from", "People", "Active", "Share", "Often"]
    said = ["Often: regular and power users, in the 28 days until the end of a week."]
    section = Section("team", "Team", "Week by week", said, plot, Table(columns, rows))
    name = team.name if figures.name == "default" else f"{figures.name}: {team.name}"
    return Report(name, [f"{told}.", *about], sections=[section])
