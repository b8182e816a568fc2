"""What cannot be modelled is said in a sentence, and nothing is built."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from warehouses import stores
from warehouses.loading import extracted
from warehouses.test_loading import FORTNIGHT

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


def build_fails(database: DuckDB, sentence: str, **variables: Any) -> None:
    done = database.dbt("build", **variables)
    assert done.returncode != 0
    assert sentence in " ".join(done.stdout.split())
    assert "Traceback" not in done.stdout + done.stderr
    with duckdb.connect(database.file, read_only=True) as connection:
        assert not connection.sql(
            "SELECT 1 FROM information_schema.tables WHERE table_schema = 'zencoder'",
        ).fetchall()


def test_without_tables_it_says_so_and_leaves_a_file_that_the_loader_can_use(
    tmp_path: Path,
) -> None:
    build_fails(
        DuckDB(tmp_path),
        "There is no table daily, daily_ides, daily_languages, users, period_summaries "
        "in store.tap_zencoder. Sync first",
    )
    messages = extracted(Organisation(12, seed=7), FORTNIGHT)
    stores.DuckDB(tmp_path).loader().load(messages)
    assert stores.DuckDB(tmp_path).rows("users")


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (
            "ALTER TABLE daily_ides DROP engaged_users",
            "The table daily_ides has no column engaged_users. Another version",
        ),
        (
            "ALTER TABLE users DROP _sdc_extracted_at",
            "The table users has no column _sdc_extracted_at, which tells rows that",
        ),
        (
            "ALTER TABLE daily ADD organization VARCHAR",
            "Some of the tables have a column organization and some have none.",
        ),
        (
            "DELETE FROM daily; DELETE FROM users; DELETE FROM period_summaries",
            "The tables daily, users and period_summaries are empty. Sync first",
        ),
        ("DELETE FROM users", "The table users is empty, but daily has active users."),
        ("DROP TABLE users", "There is no table users in store.tap_zencoder."),
    ],
)
def test_tables_that_cannot_be_modelled_are_named(
    database: DuckDB,
    spoil: str,
    sentence: str,
) -> None:
    database.load(HISTORY.rows(), of_several=False)
    with duckdb.connect(database.file) as connection:
        connection.execute("USE tap_zencoder")
        connection.execute(spoil)
    build_fails(database, sentence)


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (
            {"zencoder_week_start": "someday"},
            "zencoder_week_start is 'someday', but must be one of monday, tuesday,",
        ),
        (
            {"zencoder_seats_table": "licences"},
            "There is no table store.tap_zencoder.licences, which zencoder_seats_table",
        ),
        (
            {"zencoder_seats_table": "daily"},
            "The table daily, which zencoder_seats_table names, has no column email.",
        ),
    ],
)
def test_variables_that_cannot_be_right_are_named(
    database: DuckDB,
    variables: dict[str, str],
    sentence: str,
) -> None:
    database.load(HISTORY.rows(), of_several=False)
    build_fails(database, sentence, **variables)


def test_an_organisation_without_activity_has_empty_marts(tmp_path: Path) -> None:
    database = DuckDB(tmp_path)
    nobody = {table: list[Any]() for table in HISTORY.rows()}
    nobody["period_summaries"] = HISTORY.rows()["period_summaries"]
    database.load(nobody, of_several=False)
    database.build()
    for mart in set(MARTS) - {"checks"}:
        assert database.read(f"zencoder__{mart}") == []
