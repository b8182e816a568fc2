"""Random organisations in a database, their marts held against the oracle."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import yaml

from models import oracle_of_seats, oracle_of_teams
from models.activity import DAY, WEEKDAYS, Rules
from models.chance import random_history
from models.databases import PROJECT
from models.history import Answer, Row
from models.oracle import MARTS, Oracle
from models.oracle_of_teams import Member

if TYPE_CHECKING:
    from models.databases import Database
    from models.history import History


SEAT_COLUMNS = {"organization": "text", "email": "text", "assigned_on": "date"}
PEOPLE_COLUMNS = {
    "organization": "text",
    "email": "text",
    "team": "text",
    "valid_from": "date",
    "valid_to": "text",
}
GIVEN_MARTS = {
    "seats": ["email"],
    "seat_use": ["first_status"],
    "teams": ["week", "team"],
    "team_use": ["week", "team"],
}


def tables_of(histories: list[History]) -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = {}
    for history in histories:
        for table, rows in history.rows().items():
            tables.setdefault(table, []).extend(rows)
    return tables


def comparable(rows: list[Row], *key: str) -> list[Row]:
    """Return rows in the order of their key, their quotients to nine digits."""
    rounded = [
        {
            name: round(value, 9) if isinstance(value, float) else value
            for name, value in row.items()
        }
        for row in rows
    ]
    return sorted(
        rounded, key=lambda row: [row["organization"], *(row[k] for k in key)]
    )


def check(database: Database, histories: list[History], rules: Rules) -> None:
    oracles = [Oracle(history, rules) for history in histories]
    for mart, key in MARTS.items():
        due = [row for oracle in oracles for row in getattr(oracle, mart)()]
        built = comparable(database.read(f"zencoder__{mart}"), *key)
        assert built == comparable(due, *key), mart


def check_several_organisations(database: Database, seed: int) -> None:
    choice = random.Random(seed)  # noqa: S311  # repeatable on purpose
    histories = [random_history(f"organisation {n}", choice) for n in range(12)]
    one = histories[0]
    histories.append(replace(one, organization="nobody", answers={}, stale={}))
    zeros = {
        day: Answer(answer.at, daily=(0, 0)) for day, answer in one.answers.items()
    }
    histories.append(replace(one, organization="quiet", answers=zeros, stale={}))
    tables = tables_of(histories)
    database.load(tables, of_several=True)
    given = random_seats(tables["users"], choice)
    members = random_members(tables["users"], choice)
    database.fill("licences", SEAT_COLUMNS, given)
    database.fill("people", PEOPLE_COLUMNS, members)
    own = {"zencoder_seats_table": "licences", "zencoder_people_table": "people"}
    database.build(**own)
    check(database, histories, Rules())
    check_given(database, histories, given, members)


def random_seats(users: list[Row], choice: random.Random) -> list[Row]:
    """License some people, in several spellings, and some who never come."""
    return [
        {
            "organization": user["organization"],
            "email": address,
            "assigned_on": choice.choice([None, user["day"], date(2026, 2, 20)]),
        }
        for user in choice.sample(users, k=40)
        for address in (
            user["email"],
            f" {user['email'].upper()} ",
            f"never-{choice.randrange(9)}@example.com",
            " ",
        )
    ]


def random_members(users: list[Row], choice: random.Random) -> list[Row]:
    """Put some people into teams, some in two, and some only for a time."""
    return [
        {
            "organization": user["organization"],
            "email": choice.choice([user["email"], user["email"].upper()]),
            "team": choice.choice(["core", "web", "data ", "O'Neill", ""]),
            "valid_from": choice.choice([None, user["day"]]),
            "valid_to": choice.choice([None, user["day"] + 10 * DAY]),
        }
        for user in choice.sample(users, k=200)
    ]


def check_given(
    database: Database, histories: list[History], given: list[Row], members: list[Row]
) -> None:
    due: dict[str, list[Row]] = {mart: [] for mart in GIVEN_MARTS}
    for history in histories:
        oracle = Oracle(history, Rules())
        assigned = seats_of(given, history.organization)
        teams = members_of(members, history.organization)
        due["seats"] += oracle_of_seats.seats(oracle, assigned)
        due["seat_use"] += oracle_of_seats.seat_use(oracle, assigned)
        due["teams"] += oracle_of_teams.teams(oracle, teams)
        due["team_use"] += oracle_of_teams.team_use(oracle, teams)
    for mart, key in GIVEN_MARTS.items():
        built = comparable(database.read(f"zencoder__{mart}"), *key)
        assert built == comparable(due[mart], *key), mart


def seats_of(given: list[Row], organization: str) -> dict[str, date | None]:
    seats: dict[str, date | None] = {}
    for row in given:
        email = row["email"].strip().lower()
        if email and row["organization"] == organization:
            known = [d for d in (seats.get(email), row["assigned_on"]) if d]
            seats[email] = min(known, default=None)
    return seats


def members_of(given: list[Row], organization: str) -> list[Member]:
    return [
        Member(
            row["email"].strip().lower(),
            row["team"].strip(),
            row["valid_from"],
            row["valid_to"],
        )
        for row in given
        if row["organization"] == organization and row["team"].strip()
    ]


def check_one_organisation(database: Database, seed: int) -> None:
    choice = random.Random(seed)  # noqa: S311  # repeatable on purpose
    history = random_history("Øre & O'Hara", choice)
    rules = Rules(
        choice.choice(WEEKDAYS[1:]), power_days=5, regular_days=2, minimum_group=3
    )
    database.load(history.rows(), of_several=False)
    database.build(
        zencoder_organization=history.organization,
        zencoder_week_start=rules.week_start,
        zencoder_power_days=rules.power_days,
        zencoder_regular_days=str(rules.regular_days),
        zencoder_minimum_group=rules.minimum_group,
    )
    check(database, [history], rules)
    assert database.read("zencoder__seats") == []


def described_columns() -> dict[str, list[str]]:
    """Return the columns of each model that the package describes, in order."""
    columns = {}
    for file in (PROJECT / "models").rglob("_*.yml"):
        for model in yaml.safe_load(file.read_text()).get("models", ()):
            assert model["description"], model["name"]
            assert all(column["description"] for column in model["columns"])
            columns[model["name"]] = [column["name"] for column in model["columns"]]
    return columns
