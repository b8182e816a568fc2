"""Seats and teams from two CSVs, with what people write into them."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from models.chance import random_history
from models.databases import PROJECT

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
