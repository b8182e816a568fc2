"""What the marts about teams should hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from models.history import Row
from models.oracle import Oracle, ratio
from models.oracle_of_groups import is_small, shown

OFTEN = ("regular", "power")
Teams = dict[str, set[str]]


@dataclass(frozen=True)
class Member:
    """Somebody in a team, from the first to the last day, if there are such."""

    email: str
    team: str
    first: date | None = None
    last: date | None = None

    def is_on(self, day: date) -> bool:
        return (self.first or day) <= day <= (self.last or day)

    def is_within(self, days: list[date]) -> bool:
        first, last = self.first or days[0], self.last or days[-1]
        return first <= days[-1] and last >= days[0]


@dataclass(frozen=True)
class TeamWeek:
    """Who of each team belongs to a week, and how."""

    members: Teams
    active: Teams
    active_members: Teams
    segments: dict[str, dict[str, str]]
    """The segment of those who are in the team at the end of the week."""

    @property
    def people(self) -> Teams:
        return {
            team: self.members.get(team, set())
            | self.active.get(team, set())
            | set(self.segments.get(team, ()))
            for team in {*self.members, *self.active, *self.segments}
        }

    def together(self, names: dict[str, str]) -> TeamWeek:
        """Return the same with teams that have one name as one."""
        segments: dict[str, dict[str, str]] = {}
        for team, people in self.segments.items():
            segments.setdefault(names[team], {}).update(people)
        return TeamWeek(
            _renamed(self.members, names),
            _renamed(self.active, names),
            _renamed(self.active_members, names),
            segments,
        )


def _renamed(teams: Teams, names: dict[str, str]) -> Teams:
    renamed: Teams = {}
    for team, people in teams.items():
        renamed.setdefault(names[team], set()).update(people)
    return renamed


def _week(oracle: Oracle, week: date, members: list[Member]) -> TeamWeek:
    days = [week + timedelta(days=n) for n in range(7)]

    def teams_of(email: str, day: date) -> set[str]:
        own = {m.team for m in members if m.email == email and m.is_on(day)}
        return own or {"no team"}

    listed: Teams = {}
    for member in members:
        if member.is_within(days):
            listed.setdefault(member.team, set()).add(member.email)
    active: Teams = {}
    for day in days:
        for email in oracle.active.get(day, ()):
            for team in teams_of(email, day):
                active.setdefault(team, set()).add(email)
    segments: dict[str, dict[str, str]] = {}
    for email, count in (oracle.often(week) or {}).items():
        for team in teams_of(email, days[-1]):
            segments.setdefault(team, {})[email] = oracle.segment(count)
    both = {team: listed[team] & active.get(team, set()) for team in listed}
    return TeamWeek(listed, active, both, segments)


def _weeks(oracle: Oracle, members: list[Member]) -> dict[date, TeamWeek]:
    weeks = [row["week"] for row in oracle.weekly() if row["is_complete"] and members]
    return {week: _week(oracle, week, members) for week in weeks}


def teams(oracle: Oracle, members: list[Member]) -> list[Row]:
    return [
        oracle.row(week=week, team=team, **_figures(known, team))
        for week, known in _weeks(oracle, members).items()
        for team in known.people
    ]


def _figures(known: TeamWeek, team: str) -> Row:
    members, both = (
        teams.get(team, ()) for teams in (known.members, known.active_members)
    )
    segments = list(known.segments.get(team, {}).values())
    return {
        "members": len(members),
        "active_users": len(known.active.get(team, ())),
        "share": ratio(len(both), len(members)),
        **{f"{s}_users": segments.count(s) for s in ("power", "regular", "occasional")},
    }


def team_use(oracle: Oracle, members: list[Member]) -> list[Row]:
    rows = []
    minimum = oracle.rules.minimum_group
    for week, known in _weeks(oracle, members).items():
        names = _shown_names(known.people, minimum)
        together = known.together(names)
        often = {
            team: sum(s in OFTEN for s in together.segments.get(team, {}).values())
            for team in together.people
        }
        sizes = {team: len(people) for team, people in together.people.items()}
        counts = oracle.often(week)
        seen = {}
        if counts:
            whole = sum(oracle.segment(n) in OFTEN for n in counts.values())
            seen = shown(often, whole, minimum, sizes)
        for team in together.people:
            if is_small(sizes[team], minimum):
                continue
            figures = _figures(together, team)
            users, is_at_least = seen.get(team, (None, None))
            merged = [name for name in names if names[name] == team]
            without = "no team" in merged
            rows.append(
                oracle.row(
                    week=week,
                    team=team,
                    teams=len(merged) - without,
                    members=None if without else figures["members"],
                    active_users=figures["active_users"],
                    share=None if without else figures["share"],
                    has_people_without_team=without,
                    shown_often_users=users,
                    is_at_least=is_at_least,
                )
            )
    return rows


def _shown_names(people: Teams, minimum: int) -> dict[str, str]:
    small = {team for team in people if is_small(len(people[team]), minimum)}
    together = set().union(*(people[team] for team in small))
    large = sorted(set(people) - small, key=lambda team: (len(people[team]), team))
    if is_small(len(together), minimum):
        small.update(large[:1])
    return {team: "other teams" if team in small else team for team in people}
