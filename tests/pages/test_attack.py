"""What people did cannot be computed for few of them, whatever a reader subtracts."""

from __future__ import annotations

import json
import math
import random
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from models.activity import Rules
from models.checking import tables_of
from models.databases import DuckDB
from models.history import Answer, History, User
from models.oracle import Oracle
from models.oracle_of_teams import Member

from report import words
from report.outline import outline
from report.rows import figures
from report.source import parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from report.content import Report, Section, Table
    from report.figures import Figures

ORGANISATIONS = 200
MINIMUM = 5
FIRST = date(2026, 8, 31)
DAYS = 35
IDES = ("VS Code", "IntelliJ IDEA", "Neovim", "WebStorm")
LANGUAGES = ("Python", "Go", "Java", "Rust", "SQL")


@dataclass(frozen=True)
class Attacked:
    """An organisation, what is true of it, and what its page says."""

    truth: Oracle
    seats: set[str]
    teams: list[Member]
    figures: Figures
    report: Report

    def active(self, days: int) -> set[str]:
        """Return who was active in so many days until the last."""
        last = self.truth.days[-1]
        return self.truth.people(self.truth.until(last, days))


def random_history(name: str, choice: random.Random) -> History:
    """Make up an organisation of 3 to 60 people with habits of their own."""
    people = [
        (f"p{n}@example.com", choice.random() ** 2, choice.choice([0, 0, 9, 30]))
        for n in range(choice.randrange(3, 61))
    ]
    tools = {
        email: choice.sample(IDES, choice.choice([1, 1, 2])) for email, _, _ in people
    }
    answers = {}
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        users = [
            User(
                email,
                choice.randrange(60),
                tools[email],
                choice.sample(LANGUAGES, choice.randrange(3)),
            )
            for email, activity, joined in people
            if number >= joined and choice.random() < activity
        ]
        answers[day] = Answer(_night(day), users, (len(users), 0))
    return History(name, answers, [], {})


def _night(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(5))


def random_seats(history: History, choice: random.Random) -> set[str]:
    """License most people, and some who never come; or nobody."""
    if choice.random() < 0.3:
        return set()
    people = {user.email for a in history.answers.values() for user in a.users}
    few = choice.sample(sorted(people), min(len(people), choice.randrange(7)))
    never = {f"never{n}@example.com" for n in range(choice.choice([0, 2, 4, 9]))}
    return people - set(few) | never


def random_teams(history: History, choice: random.Random) -> list[Member]:
    """Put people into teams of every size, some in two, some from a day on."""
    people = {user.email for a in history.answers.values() for user in a.users}
    names = [f"team {n}" for n in range(choice.randrange(1, 7))]
    return [
        Member(email, team, choice.choice([None, None, FIRST + timedelta(days=17)]))
        for email in sorted(people)
        if choice.random() < 0.9
        for team in choice.sample(names, min(len(names), choice.choice([1, 1, 1, 2])))
    ]


@pytest.fixture(scope="session")
def attacked(once: Callable[..., Path]) -> list[Attacked]:
    choice = random.Random(24)  # noqa: S311  # repeatable on purpose
    histories = [random_history(f"o{n}", choice) for n in range(ORGANISATIONS)]
    seats = {h.organization: random_seats(h, choice) for h in histories}
    teams = {h.organization: random_teams(h, choice) for h in histories}

    def fill(folder: Path) -> None:
        printed = _printed(DuckDB(folder), histories, seats, teams)
        (folder / "printed.jsonl").write_text(printed)

    printed = (once("attacked", fill) / "printed.jsonl").read_text().splitlines()
    models = parsed([json.loads(line)["info"]["msg"] for line in printed])
    made_on = FIRST + timedelta(days=DAYS)
    read = [figures(models, history.organization, made_on) for history in histories]
    return [
        Attacked(
            Oracle(h, Rules()),
            seats[h.organization],
            teams[h.organization],
            f,
            outline(f),
        )
        for h, f in zip(histories, read, strict=True)
    ]


def _printed(
    database: DuckDB,
    histories: list[History],
    seats: dict[str, set[str]],
    teams: dict[str, list[Member]],
) -> str:
    """Build the models, and return what the page reads of them."""
    database.load(tables_of(histories), of_several=True)
    licences = [
        {"organization": name, "email": email}
        for name in seats
        for email in sorted(seats[name])
    ]
    members = [
        {
            "organization": name,
            "email": member.email,
            "team": member.team,
            "valid_from": member.first,
        }
        for name in teams
        for member in teams[name]
    ]
    text = {"organization": "text", "email": "text"}
    database.fill("licences", text, licences)
    database.fill("people", {**text, "team": "text", "valid_from": "date"}, members)
    own: Any = {"zencoder_seats_table": "licences", "zencoder_people_table": "people"}
    done = database.dbt("run", **own)
    assert done.returncode == 0, done.stdout[-3000:]
    words = ["--quiet", "--log-format", "json", "run-operation", "zencoder.report_rows"]
    return database.dbt(*words, **own).stdout


def is_small(number: float) -> bool:
    return 0 < abs(number) < MINIMUM


def runs(table: Table, column: int) -> Iterator[tuple[int, int, int]]:
    """Give each sum of rows that follow one another: first, last, sum."""
    counts = [row[column].value for row in table.rows]
    for first in range(len(counts)):
        for last in range(first, len(counts)):
            yield first, last, sum(int(str(n)) for n in counts[first : last + 1])


def maybe_section(report: Report, key: str) -> Section | None:
    return next((each for each in report.sections if each.key == key), None)


def test_the_organisations_are_of_every_kind(attacked: list[Attacked]) -> None:
    shown = [maybe_section(a.report, "renewal") for a in attacked]
    assert sum(bool(each and each.table) for each in shown) > 30
    assert sum(bool(a.seats) and not s for a, s in zip(attacked, shown, strict=True))
    assert any(use.is_at_least for a in attacked for use in a.figures.ides.uses)
    assert any(seat.is_at_least for a in attacked for seat in a.figures.seats)
    assert any(team.name == "other teams" for a in attacked for team in a.figures.teams)
    assert any(team.often for a in attacked for team in a.figures.teams)


def test_no_group_of_active_days_is_small(attacked: list[Attacked]) -> None:
    for each in attacked:
        for segments in each.figures.segments:
            known = [segments.power, segments.regular, segments.occasional]
            parts = [count for count in known if count is not None]
            for first in range(len(parts)):
                for last in range(first, len(parts)):
                    assert not is_small(sum(parts[first : last + 1]))


def test_no_group_of_seats_is_small(attacked: list[Attacked]) -> None:
    """Nor of people without one, who are the active less the licensed."""
    for each in attacked:
        shown = maybe_section(each.report, "renewal")
        if not shown or not shown.table:
            continue
        for *_, seats in runs(shown.table, 1):
            assert not is_small(seats)
        counts = {row[0].text: row[1].value for row in shown.table.rows}
        for label, days in (("Active in 7 days", 7), ("Active in 28 days", 28)):
            if label in counts:
                used = int(str(counts[label]))
                assert not is_small(len(each.active(days)) - used), (label, used)
        now = each.figures.headline
        for number in (now.seats_used, now.idle, now.without_seat):
            assert number is None or not is_small(number)
        if now.seats_used is not None:
            assert not is_small(len(each.active(28)) - now.seats_used)


def test_seats_less_people_are_no_small_group(attacked: list[Attacked]) -> None:
    for each in attacked:
        shown = maybe_section(each.report, "renewal")
        said = [shown.title, *shown.sentences] if shown else []
        numbers = re.findall(r"(?:There are|of) (\d+) seats", " ".join(said))
        everybody = each.active(DAYS)
        weeks = each.figures.weeks
        week = each.truth.people(weeks[-1].start + timedelta(days=n) for n in range(7))
        for people in (each.active(7), each.active(28), everybody, week):
            for number in map(int, numbers):
                idle, without = each.seats - people, people - each.seats
                told = number - len(people)
                assert not (is_small(told) and told == len(idle) and not without)
                assert not (is_small(told) and -told == len(without) and not idle)


def test_no_group_of_a_team_is_small(attacked: list[Attacked]) -> None:
    for each in attacked:
        often = {s.week: s.often for s in each.figures.segments}
        weeks = {team.week for team in each.figures.teams}
        for week in weeks:
            teams = [team for team in each.figures.teams if team.week == week]
            told = [t.often for t in teams if t.often is not None and not t.is_at_least]
            for team in teams:
                if team.often is None or team.is_at_least:
                    continue
                assert not is_small(team.often)
            whole = often.get(week)
            if whole is not None and told and len(told) == len(teams):
                assert not is_small(whole - sum(told))


def test_a_team_that_is_shown_is_large(attacked: list[Attacked]) -> None:
    for each in attacked:
        for team in each.figures.teams:
            if team.name in {"no team", "other teams"}:
                continue
            days = [team.week + timedelta(days=n) for n in range(7)]
            own = [m for m in each.teams if m.team == team.name and m.is_within(days)]
            assert len({member.email for member in own}) >= MINIMUM


@pytest.mark.parametrize("kind", ["ides", "languages"])
def test_no_group_of_an_ide_or_language_is_small(
    attacked: list[Attacked], kind: str
) -> None:
    for each in attacked:
        weeks = {week.start: week.active for week in each.figures.weeks}
        for week, active in weeks.items():
            uses = [use for use in getattr(each.figures, kind).uses if use.week == week]
            exact = [use.users for use in uses if not use.is_at_least]
            assert not any(is_small(users) for users in exact)
            assert not any(is_small(active - users) for users in exact)
            if exact and len(exact) == len(uses):
                assert not is_small(active - sum(exact))


def test_what_people_did_is_in_no_other_sentence(attacked: list[Attacked]) -> None:
    """Each number of how often people come is in the table below it, or a setting."""
    for each in attacked:
        shown = maybe_section(each.report, "segments")
        if not shown or not shown.numbers:
            continue
        last = each.figures.segments[-1]
        parts = [last.power or 0, last.regular or 0, last.occasional or 0]
        allowed = {"28", "12", "4", "5", str(sum(parts)), str(last.often)}
        text = " ".join([shown.title, *shown.sentences])
        said = re.findall(r"\d+(?![\d%])", text.replace(words.days(*last.span), ""))
        assert set(said) <= allowed, said


def test_messages_are_shown_of_weeks_with_enough_people(
    attacked: list[Attacked],
) -> None:
    for each in attacked:
        active = {week.start: week.active for week in each.figures.weeks}
        assert all(active[depth.week] >= MINIMUM for depth in each.figures.depth)
        for depth in each.figures.depth:
            tenth = math.ceil(active[depth.week] / 10)
            assert depth.top_tenth_share is None or tenth >= MINIMUM
