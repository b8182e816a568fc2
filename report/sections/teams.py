"""Teams, without groups of few; nobody is ranked."""

from __future__ import annotations

from report import words
from report.content import Cell, Lines, Report, Section, Series, Table
from report.figures import FOUR_WEEKS, Figures, Team, four_weeks_to, week_end
from report.sections.people import BLUE, TEAL, count

_OTHERS = "other teams"
_NONE = "no team"


def teams(figures: Figures) -> Section | str:
    """Return the teams of the last complete week."""
    if not figures.has_people:
        return "teams (needs a list of who is in which: see docs/report.md)"
    last = last_of(figures)
    if not last:
        return (
            f"teams (needs one of at least {figures.minimum_group} people, and a "
            "complete week)"
        )
    columns = [
        "Team",
        "Members",
        "Active",
        "Share",
        "Often",
        "Change in 4 weeks",
        "12 weeks",
    ]
    rows = [_row(figures, team) for team in last]
    said = [
        f"Active: in the week of {_week(last[0])}. {_often_means(figures, last[0])}",
        "People in two teams count in both, so figures of teams cannot be added up.",
        *(_merged(figures, team) for team in last if team.name == _OTHERS),
    ]
    if any(team.is_at_least for team in last):
        said.append(words.or_more(figures.minimum_group))
    table, numbers = Table(columns, rows, has_names=True), [_numbers(figures)]
    return Section("teams", "Teams", _title(last), said, None, table, numbers)


def _week(team: Team) -> str:
    return words.days(team.week, week_end(team.week))


def _often_means(figures: Figures, last: Team | None = None) -> str:
    days = "28 days to the end of the week"
    if last:
        span = four_weeks_to(week_end(last.week))
        days = f"28 days {words.days(*span)}"
    return f"Often: on {figures.regular_days} or more of the {days}."


def _title(last: list[Team]) -> str:
    named = [team for team in last if team.name not in {_OTHERS, _NONE}]
    if not named:
        return "Teams"
    active = sum(bool(team.active) for team in named)
    if len(named) == 1:
        verb = "used it" if active else "did not use it"
        return f"{words.isolated(named[0].name)} {verb} in the last complete week"
    each = f"All {len(named)}" if active == len(named) else f"{active} of {len(named)}"
    return f"{each} teams used it in the last complete week"


def _merged(figures: Figures, others: Team) -> str:
    parts = [words.plural(others.teams, "team")] if others.teams else []
    parts += ["people without a team"] if others.has_people_without else []
    return (
        f"Other teams: {words.listed(parts)}, combined so that no group of fewer than "
        f"{figures.minimum_group} is shown."
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
    columns = ["Week from", "Team", "Members", "Active", "Share", "Often"]
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
    bounds = any(t.is_at_least for t in figures.teams if t.week in recent)
    note = words.or_more(figures.minimum_group) if bounds else ""
    return Table(columns, rows, note, "over time", has_names=True)


def pages(figures: Figures, about: list[str]) -> list[Report]:
    """Return a report about each team that can be shown."""
    return [
        _page(figures, team, about) for team in last_of(figures) if team.name != _OTHERS
    ]


def _page(figures: Figures, team: Team, about: list[str]) -> Report:
    weeks = {t.week: t for t in figures.teams if t.name == team.name}
    active = words.someone(team.active)
    if team.members:
        active = f"{words.number(team.active)} of {words.people(team.members)}"
    told = f"{words.sentence(active)} used it in the week of {_week(team)}"
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
    columns = ["Week from", "Members", "Active", "Share", "Often"]
    said = [_often_means(figures)]
    if any(t.is_at_least for t in weeks.values()):
        said.append(words.or_more(figures.minimum_group))
    section = Section("team", "Team", "Week by week", said, plot, Table(columns, rows))
    name = team.name if figures.name == "default" else f"{figures.name}: {team.name}"
    return Report(name, [f"{told}.", *about], sections=[section])
