"""Random organisations in a database, their marts held against the oracle."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import yaml

from models.activity import WEEKDAYS, Rules
from models.chance import random_history
from models.databases import PROJECT
from models.history import Answer, Row
from models.oracle import MARTS, Oracle

if TYPE_CHECKING:
    from models.databases import Database
    from models.history import History


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
    seats = [
        {"organization": user["organization"], "email": address}
        for user in choice.sample(tables["users"], k=40)
        for address in (
            user["email"],
            f" {user['email'].upper()} ",
            "never@example.com",
            " ",
        )
    ]
    columns = {"organization": "text", "email": "text"}
    database.fill("licences", columns, seats)
    database.build(zencoder_seats_table="licences")
    check(database, histories, Rules())
    check_seats(database, histories, seats)


def check_seats(database: Database, histories: list[History], seats: list[Row]) -> None:
    due: dict[str, list[Row]] = {"seats": [], "seat_use": []}
    for history in histories:
        own = [s["email"] for s in seats if s["organization"] == history.organization]
        oracle = Oracle(history, Rules())
        due["seats"] += oracle.seats(own)
        due["seat_use"] += oracle.seat_use(own)
    for mart, key in (("seats", ["email"]), ("seat_use", ["has_never_used", "share"])):
        built = comparable(database.read(f"zencoder__{mart}"), *key)
        assert built == comparable(due[mart], *key), mart


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
