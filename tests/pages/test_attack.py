"""What people did cannot be computed for few of them, whatever a reader subtracts."""

from __future__ import annotations

import json
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

from pages.made_up import section
from report.outline import outline
from report.rows import figures
from report.source import parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from report.content import Report, Table
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


@pytest.fixture(scope="session")
def attacked(once: Callable[..., Path]) -> list[Attacked]:
    choice = random.Random(24)  # noqa: S311  # repeatable on purpose
    histories = [random_history(f"o{n}", choice) for n in range(ORGANISATIONS)]
    seats = {h.organization: random_seats(h, choice) for h in histories}

    def fill(folder: Path) -> None:
        printed = _printed(DuckDB(folder), histories, seats)
        (folder / "printed.jsonl").write_text(printed)

    printed = (once("attacked", fill) / "printed.jsonl").read_text().splitlines()
    models = parsed([json.loads(line)["info"]["msg"] for line in printed])
    made_on = FIRST + timedelta(days=DAYS)
    read = [figures(models, history.organization, made_on) for history in histories]
    return [
        Attacked(Oracle(h, Rules()), seats[h.organization], f, outline(f))
        for h, f in zip(histories, read, strict=True)
    ]


def _printed(
    database: DuckDB, histories: list[History], seats: dict[str, set[str]]
) -> str:
    """Build the models, and return what the page reads of them."""
    database.load(tables_of(histories), of_several=True)
    licences = [
        {"organization": name, "email": email}
        for name in seats
        for email in sorted(seats[name])
    ]
    database.fill("licences", {"organization": "text", "email": "text"}, licences)
    own: Any = {"zencoder_seats_table": "licences"}
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


def test_the_organisations_are_of_every_kind(attacked: list[Attacked]) -> None:
    tables = [section(a.report, "seats").table for a in attacked]
    assert sum(table is not None for table in tables) > 30
    assert (
        sum(bool(a.seats) and not t for a, t in zip(attacked, tables, strict=True)) > 30
    )
    assert any(use.is_at_least for a in attacked for use in a.figures.ides.uses)
    assert any(seat.is_at_least for a in attacked for seat in a.figures.seats)


def test_no_group_of_active_days_is_small(attacked: list[Attacked]) -> None:
    for each in attacked:
        table = section(each.report, "habits").numbers
        people = len(each.active(28))
        for _, _, users in runs(table, 2) if table else ():
            assert not is_small(users)
            assert not is_small(people - users)


def test_no_group_of_seats_is_small(attacked: list[Attacked]) -> None:
    """Nor of people without one, who are the active less the licensed."""
    for each in attacked:
        table = section(each.report, "seats").table
        if not table:
            continue
        ends = {
            "In the last 7 days": 7,
            "In the last 28 days": 28,
            "7 to 27 days ago": 28,
        }
        for first, last, seats in runs(table, 1):
            assert not is_small(seats)
            label = table.rows[last][0].text
            if first == 0 and label in ends:
                active = each.active(ends[label])
                assert not is_small(len(active) - seats), (label, seats)


def test_seats_less_people_are_no_small_group(attacked: list[Attacked]) -> None:
    for each in attacked:
        shown = [
            number
            for said in section(each.report, "seats").sentences
            for number in re.findall(r"There are (\d+) licensed", said)
        ]
        everybody = each.active(DAYS)
        weeks = each.figures.weeks
        week = each.truth.people(weeks[-1].start + timedelta(days=n) for n in range(7))
        for people in (each.active(7), each.active(28), everybody, week):
            for number in map(int, shown):
                idle, without = each.seats - people, people - each.seats
                told = number - len(people)
                assert not (is_small(told) and told == len(idle) and not without)
                assert not (is_small(told) and -told == len(without) and not idle)


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
    """Each number of a sentence is in the table below it, or a setting."""
    for each in attacked:
        for key in ("habits", "seats"):
            shown = section(each.report, key)
            tables = [table for table in (shown.table, shown.numbers) if table]
            cells = {cell.text for t in tables for row in t.rows for cell in row}
            said = re.findall(r"\d+(?![\d%])", " ".join(shown.sentences))
            sums = {
                str(total) for t in tables for n in (1, 2) for *_, total in _sums(t, n)
            }
            allowed = {"28", "12", "4", "5", "11"} | cells | sums
            if not any(use.is_at_least for use in each.figures.seats):
                total = {str(sum(use.seats for use in each.figures.seats))}
                assert set(said) <= allowed | total, (key, said)


def _sums(table: Table, column: int) -> Iterator[tuple[int, int, int]]:
    if all(isinstance(row[column].value, int) for row in table.rows):
        yield from runs(table, column)


def test_messages_are_shown_of_weeks_with_enough_people(
    attacked: list[Attacked],
) -> None:
    for each in attacked:
        active = {week.start: week.active for week in each.figures.weeks}
        assert all(active[depth.week] >= MINIMUM for depth in each.figures.depth)
