"""What cannot be modelled is said in a sentence, and no mart of it is built."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from support.expected import FORTNIGHT
from warehouses import stores
from warehouses.loading import extracted

from models.chance import random_history
from models.databases import DuckDB
from models.oracle import MARTS
from tap_zencoder.sandbox import Organisation

if TYPE_CHECKING:
    from pathlib import Path

HISTORY = random_history("one", random.Random(3))  # noqa: S311  # repeatable on purpose


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> DuckDB:
    """Give one place for all, so that dbt reads its project once."""
    return DuckDB(tmp_path_factory.mktemp("duckdb"))


OWN = {"seats", "seat_use", "organizations"}
ALL = {*MARTS, *OWN, "teams", "team_use", "user_days", "user_weeks"}


def build_fails(
    database: DuckDB, sentence: str, without: set[str], **variables: Any
) -> None:
    """See that dbt says so, and that these marts are the only ones not built."""
    if database.file.exists():
        with duckdb.connect(database.file) as connection:
            schema = database.models_schema
            connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    done = database.dbt("build", **variables)
    assert done.returncode != 0
    assert sentence in " ".join(done.stdout.split())
    assert "Traceback" not in done.stdout + done.stderr
    query = "SELECT table_name FROM information_schema.tables"
    with duckdb.connect(database.file, read_only=True) as connection:
        names = {str(name) for (name,) in connection.sql(query).fetchall()}
    marts = {f"zencoder__{mart}" for mart in ALL}
    assert marts - names == {f"zencoder__{mart}" for mart in without}


def test_without_tables_it_says_so_and_leaves_a_file_that_the_loader_can_use(
    tmp_path: Path,
) -> None:
    build_fails(
        DuckDB(tmp_path),
        "There is no table users in store.tap_zencoder. Sync first",
        ALL,
    )
    messages = extracted(Organisation(12, seed=7), FORTNIGHT)
    stores.DuckDB(tmp_path).loader().load(messages)
    assert stores.DuckDB(tmp_path).rows("users")


@pytest.mark.parametrize(
    ("spoil", "sentence", "without"),
    [
        (
            "ALTER TABLE daily_ides DROP engaged_users",
            "The table daily_ides has no column engaged_users. Another version",
            {"checks", "organizations"},
        ),
        (
            "ALTER TABLE users DROP _sdc_extracted_at",
            "The table users has no column _sdc_extracted_at, which tells rows that",
            ALL,
        ),
        (
            "ALTER TABLE daily ADD organization VARCHAR",
            "Some of the tables have a column organization and some have none.",
            ALL,
        ),
        (
            "DELETE FROM daily; DELETE FROM users",
            "The tables daily and users are empty. Sync first",
            ALL,
        ),
        (
            "DROP TABLE users",
            "There is no table users in store.tap_zencoder",
            ALL,
        ),
    ],
)
def test_tables_that_cannot_be_modelled_are_named(
    database: DuckDB,
    spoil: str,
    sentence: str,
    without: set[str],
) -> None:
    database.load(HISTORY.rows(), of_several=False)
    with duckdb.connect(database.file) as connection:
        connection.execute("USE tap_zencoder")
        connection.execute(spoil)
    build_fails(database, sentence, without)


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (
            {"zencoder_seats_table": "licences"},
            "There is no table store.tap_zencoder.licences, which zencoder_seats_table",
        ),
        (
            {"zencoder_seats_table": "daily"},
            "The table daily, which holds the seats, has no column email.",
        ),
    ],
)
def test_variables_that_cannot_be_right_are_named(
    database: DuckDB,
    variables: dict[str, str],
    sentence: str,
) -> None:
    database.load(HISTORY.rows(), of_several=False)
    build_fails(database, sentence, OWN, **variables)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("week_start", "someday", "is 'someday', but must be one of monday, tuesday,"),
        ("weekend", "friday, holiday", "is ' holiday', but must be one of monday,"),
        ("power_days", "many", "is 'many', but must be a whole number from 1 to 28."),
        ("power_days", 29, "is '29', but must be a whole number from 1 to 28."),
        ("power_days", 3, "is 3, but must be more than zencoder_regular_days"),
        ("regular_days", 0, "is '0', but must be a whole number from 1 to 28."),
        ("regular_days", 1.5, "is '1.5', but must be a whole number from 1 to 28."),
        ("minimum_group", -5, "is '-5', but must be a whole number from 1 to 1000."),
        ("minimum_group", True, "is 'True', but must be a whole number"),
        ("warn_after_hours", "a day", "is 'a day', but must be a whole number"),
    ],
)
def test_a_variable_that_cannot_be_right_is_refused_before_anything_runs(
    database: DuckDB, name: str, value: Any, sentence: str
) -> None:
    done = database.dbt("parse", **{f"zencoder_{name}": value})
    assert done.returncode != 0
    assert f"zencoder_{name} {sentence}" in " ".join(done.stdout.split())
    assert "Traceback" not in done.stdout + done.stderr


def test_a_number_may_be_given_as_text(database: DuckDB) -> None:
    done = database.dbt("parse", zencoder_minimum_group="10", zencoder_power_days=" 9 ")
    assert done.returncode == 0, done.stdout


def test_the_check_of_the_tables_can_be_turned_off(database: DuckDB) -> None:
    database.load(HISTORY.rows(), of_several=False)
    with duckdb.connect(database.file) as connection:
        connection.execute("DELETE FROM tap_zencoder.users")
        connection.execute("DELETE FROM tap_zencoder.daily")
    database.build(zencoder_check_source=False)
    assert database.read("zencoder__daily") == []


@pytest.mark.parametrize(
    "table", ["daily", "daily_ides", "daily_languages", "period_summaries"]
)
def test_every_table_but_users_may_be_missing(database: DuckDB, table: str) -> None:
    database.load(HISTORY.rows(), of_several=False)
    with duckdb.connect(database.file) as connection:
        connection.execute(f"DROP TABLE tap_zencoder.{table}")
    database.build()
    days = database.read("zencoder__daily")
    assert days
    assert all(day["is_assumed"] == (table == "daily") for day in days)


def test_an_organisation_without_activity_has_empty_marts(tmp_path: Path) -> None:
    database = DuckDB(tmp_path)
    nobody = {table: list[Any]() for table in HISTORY.rows()}
    nobody["daily"] = [
        {**row, "active_users": 0, "messages": 0} for row in HISTORY.rows()["daily"]
    ]
    database.load(nobody, of_several=False)
    database.build()
    for mart in set(MARTS) - {"checks", "daily", "weekly", "monthly"}:
        assert database.read(f"zencoder__{mart}") == []
