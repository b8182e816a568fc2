"""What the page is made from is the same in every warehouse."""

from __future__ import annotations

import contextlib
import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from models.chance import random_history
from models.checking import tables_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from models.databases import Database


def plain(cell: str | None) -> object:
    """Return a number as a number, whatever its type was called."""
    with contextlib.suppress(TypeError, ValueError):
        return round(float(cell or ""), 9)
    return cell


def page_rows(database: Database, tables: dict[str, list[Any]]) -> dict[str, Any]:
    """Return what the page reads of a database, by table."""
    database.load(tables, of_several=True)
    own: Any = {
        "zencoder_seats_table": "users",
        "zencoder_people_table": "people",
        "zencoder_minimum_group": 2,
    }
    members = [
        {
            **{key: user[key] for key in ("organization", "email")},
            "team": user["email"][:6],
        }
        for user in tables["users"]
    ]
    columns = {"organization": "text", "email": "text", "team": "text"}
    database.fill("people", columns, members)
    database.build(**own)
    words = ["--quiet", "--log-format", "json", "run-operation"]
    done = database.dbt(*words, "zencoder.report_rows", **own)
    assert done.returncode == 0, done.stdout[-3000:]
    events = [json.loads(line) for line in done.stdout.splitlines() if line[:1] == "{"]
    settings, *printed = [json.loads(event["info"]["msg"]) for event in events]
    assert settings["minimum_group"] == 2
    assert settings["has_seats"]
    return {
        table["table"]: sorted(
            [
                dict(zip(table["columns"], map(plain, row), strict=True))
                for row in table["rows"]
            ],
            key=lambda row: str(sorted(row.items())),
        )
        for table in printed
    }


@pytest.mark.parametrize("kind", ["postgres", "bigquery", "snowflake"])
def test_the_page_reads_the_same_rows_as_from_duckdb(
    new_database: Callable[[str], Database], kind: str
) -> None:
    choice = random.Random(11)  # noqa: S311  # repeatable on purpose
    tables = tables_of([random_history(name, choice) for name in ("north", "south")])
    due = page_rows(new_database("duckdb"), tables)
    assert all(due.values()), "no table is without rows"
    read = page_rows(new_database(kind), tables)
    for table, rows in due.items():
        assert read[table] == rows, table
