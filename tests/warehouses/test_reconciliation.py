"""The streams agree with each other, asked in SQL on what was loaded."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from support.runs import TODAY

from tap_zencoder.days import Window
from tap_zencoder.sandbox import Organisation
from warehouses import documents
from warehouses.loading import extracted
from warehouses.stores import DuckDB, Postgres

if TYPE_CHECKING:
    from collections.abc import Callable

    from warehouses.stores import Store

QUARTER = Window(TODAY - timedelta(days=89), TODAY)
ORGANISATION = Organisation(25, seed=3)
NUMBERS = "Do the numbers agree?"
MEANING = "What the numbers mean"


@pytest.fixture(scope="module")
def quarter(new_store: Callable[[str], Store]) -> DuckDB:
    """Give a database with the 90 days that the longest period covers."""
    store = new_store("duckdb")
    assert isinstance(store, DuckDB)
    store.loader().load(extracted(ORGANISATION, QUARTER, include_today=True))
    return store


def test_daily_agrees_with_users_on_every_day(quarter: DuckDB) -> None:
    check = documents.statement(NUMBERS, "daily against users")
    assert quarter.ask("SELECT count(*) AS days FROM daily")[0]["days"] > 60
    assert quarter.ask(check) == []


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE users SET messages = messages + 1 WHERE rowid = 7",
        "DELETE FROM users WHERE rowid = 7",
        "DELETE FROM daily WHERE rowid = 7",
    ],
)
def test_the_check_finds_a_single_wrong_row(quarter: DuckDB, spoil: str) -> None:
    check = documents.statement(NUMBERS, "daily against users")
    with duckdb.connect(quarter.folder / "store.duckdb") as database:
        database.execute("USE tap_zencoder")
        database.execute("BEGIN")
        database.execute(spoil)
        assert len(database.sql(check).fetchall()) == 1
        database.execute("ROLLBACK")


@pytest.mark.parametrize(
    ("table", "column", "array"),
    [
        ("daily_ides", "ide_name", "ides"),
        ("daily_languages", "language_name", "languages"),
    ],
)
def test_breakdowns_agree_with_users_and_with_the_arrays_of_daily(
    quarter: DuckDB,
    table: str,
    column: str,
    array: str,
) -> None:
    rows = f"SELECT day, {column} AS name, engaged_users AS users FROM {table}"  # noqa: S608  # literals
    of_users = (
        "SELECT day, name, count(*) AS users FROM "  # noqa: S608
        f"(SELECT day, unnest({array}::VARCHAR[]) AS name FROM users) GROUP BY ALL"
    )
    of_daily = (
        f"SELECT day, item.{column}, item.engaged_users FROM (SELECT day, "  # noqa: S608
        f"unnest({array}::STRUCT({column} VARCHAR, engaged_users BIGINT)[]) AS item "
        "FROM daily)"
    )

    def answer(question: str) -> set[tuple[Any, ...]]:
        return {tuple(row.values()) for row in quarter.ask(question)}

    assert answer(rows)
    assert answer(rows) == answer(of_users) == answer(of_daily)


def test_periods_count_each_user_once(quarter: DuckDB) -> None:
    periods = quarter.ask(
        "SELECT period, days, total_active_users, total_messages, "
        "count(DISTINCT email) AS users, sum(users.messages)::BIGINT AS messages, "
        "(SELECT sum(active_users) FROM daily "
        'WHERE day::DATE > "end"::DATE - days::INTEGER) AS added_up '
        "FROM period_summaries JOIN users "
        'ON users.day::DATE > "end"::DATE - days::INTEGER GROUP BY ALL ORDER BY days',
    )
    assert [row["period"] for row in periods] == ["7d", "30d", "90d"]
    for row in periods:
        assert row["total_active_users"] == row["users"]
        assert row["total_messages"] == row["messages"]
        assert row["added_up"] > row["users"], "sums of active_users are not users"


def test_monthly_users_are_counted_as_the_page_says(quarter: DuckDB) -> None:
    months = quarter.ask(documents.statement(MEANING, "monthly users"))
    users: dict[str, set[str]] = {}
    for row in quarter.rows("users"):
        users.setdefault(row["day"][:7], set()).add(row["email"])
    assert {row["month"]: row["users"] for row in months} == {
        month: len(emails) for month, emails in users.items()
    }


def test_the_page_speaks_postgresql_as_well(
    quarter: DuckDB,
    new_store: Callable[[str], Store],
) -> None:
    store = new_store("postgres")
    assert isinstance(store, Postgres)
    store.loader().load(extracted(ORGANISATION, QUARTER, include_today=True))
    check = documents.statement(NUMBERS, "daily against users")
    months = documents.statement(MEANING, "monthly users")
    with store.server.connect() as connection:
        connection.execute(f"SET search_path TO {store.schema}".encode())
        assert connection.execute(check.encode()).fetchall() == []
        assert connection.execute(months.encode()).fetchall() == [
            tuple(row.values()) for row in quarter.ask(months)
        ]
