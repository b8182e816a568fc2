"""Seats and teams from two CSVs, with what people write into them."""

from __future__ import annotations

import random
import re
import shutil
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from warehouses import documents

from models.chance import random_history
from models.databases import PROJECT, DuckDB

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from models.databases import Database

HISTORY = random_history("default", random.Random(11))  # noqa: S311  # repeatable on purpose
ADA, BOB, *_ = sorted(
    {u.email.lower() for a in HISTORY.answers.values() for u in a.users if u.messages}
)
PEOPLE = f"""email,team,valid_from,valid_to
{ADA.upper()},Core,,
{ADA},Web,2026-01-01,
{BOB},Core,,
{BOB},Core,,
unknown@example.com,Core,,
"""
SEATS = f"""email,assigned_on
{ADA},2025-01-01
 {ADA.upper()} ,2025-02-01
unknown@example.com,
,
"""


@pytest.mark.parametrize("kind", ["duckdb", "postgres"])
def test_two_csvs_are_enough_and_what_is_odd_in_them_is_said(
    new_database: Callable[[str], Database], kind: str, tmp_path: Path
) -> None:
    database = new_database(kind)
    database.load(HISTORY.rows(), of_several=False)
    project = tmp_path / "project"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    (project / "seeds" / "zencoder_people.csv").write_text(PEOPLE)
    (project / "seeds" / "zencoder_seats.csv").write_text(SEATS)
    given: Any = {
        "zencoder_people_model": "zencoder_people",
        "zencoder_seats_model": "zencoder_seats",
        "zencoder_seats_bought": "10",
    }
    done = database.dbt("build", project=project, **given)
    assert done.returncode == 0, done.stdout[-6000:]
    teams = {row["team"] for row in database.read("zencoder__teams")}
    assert {"Core", "Web"} <= teams
    licensed = [s for s in database.read("zencoder__seats") if s["has_seat"]]
    assert {seat["email"] for seat in licensed} == {ADA, "unknown@example.com"}
    for said in (
        "In the table of seats, addresses given twice or more (each counts once): 1.",
        "In the table of seats, addresses in capitals (read in small letters): 1.",
        "In the table of seats, addresses that were never active: 1.",
        "In the table of people, addresses given twice or more for a team and a time",
        "In the table of people, addresses in two teams on one day (they count in",
        "In the table of people, addresses that were never active: 1.",
    ):
        assert said in done.stdout
    assert "@example.com" not in done.stdout


@pytest.mark.parametrize(
    ("value", "number"), [("many", "many"), ("-5", "-5"), ({"north": True}, "True")]
)
def test_a_number_of_seats_that_is_none_is_refused(
    new_database: Callable[[str], Database], value: object, number: str
) -> None:
    given: Any = {"zencoder_seats_bought": value}
    done = new_database("duckdb").dbt("parse", **given)
    assert done.returncode != 0
    sentence = f"zencoder_seats_bought is '{number}', but must be a number, or one for"
    assert sentence in " ".join(done.stdout.split())


def test_the_questions_of_the_documents_have_answers(tmp_path: Path) -> None:
    choice = random.Random(11)  # noqa: S311  # repeatable on purpose
    history = random_history("default", choice)
    database = DuckDB(tmp_path)
    database.load(history.rows(), of_several=False)
    users = history.rows()["users"]
    members = [{"email": user["email"], "team": "core"} for user in users]
    merged = [
        {"author_email": u["email"].lower(), "merged_on": u["day"]} for u in users
    ]
    database.fill("licences", {"email": "text"}, [{"email": "never@example.com"}])
    database.fill("people", {"email": "text", "team": "text"}, members)
    types = {"author_email": "text", "merged_on": "date"}
    database.fill("pull_requests", types, merged)
    own: Any = {"zencoder_seats_table": "licences", "zencoder_people_table": "people"}
    database.build(**own)
    pages = [
        documents.section(t)
        for t in ("Five questions of leaders", "Beside pull requests")
    ]
    blocks = re.findall(r"```sql\n(.*?)```", "".join(pages), re.DOTALL)
    queries = [query for block in blocks for query in block.split(";") if query.strip()]
    assert len(queries) == 6
    with duckdb.connect(database.file) as connection:
        connection.execute(f"SET search_path = '{database.models_schema},tap_zencoder'")
        for query in queries:
            assert connection.sql(query).fetchall(), query
