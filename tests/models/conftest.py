"""Databases of their own for each test."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

import pytest
from warehouses.emulated import bigquery_emulator

from models.databases import Database, DuckDB, Postgres
from models.emulated import BigQuery, Snowflake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from support.postgres_server import PostgresServer

# dbt takes seconds for each: `make test-warehouses`.
collect_ignore = (
    []
    if os.environ.get("TEST_WAREHOUSES") == "all"
    else [
        "test_bad_input.py",
        "test_given.py",
        "test_guests.py",
        "test_more_figures.py",
        "test_oldest.py",
        "test_package.py",
        "test_page_rows.py",
    ]
)


@pytest.fixture
def new_database(
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> Iterator[Callable[[str], Database]]:
    """Give a function that makes an empty database of a kind."""
    made: list[Postgres] = []

    def make(kind: str) -> Database:
        if kind == "duckdb":
            return DuckDB(tmp_path)
        if kind == "bigquery":
            return BigQuery(tmp_path, request.getfixturevalue("bigquery"))
        if kind == "snowflake":
            return Snowflake(tmp_path)
        server: PostgresServer = request.getfixturevalue("server")
        made.append(Postgres(tmp_path, server, f"test_{secrets.token_hex(4)}"))
        return made[-1]

    yield make
    for database in made:
        with database.server.connect() as connection:
            for schema in (database.source_schema, database.models_schema):
                connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE".encode())


@pytest.fixture
def bigquery(tmp_path: Path) -> Iterator[str]:
    """Give the address of an emulator of BigQuery."""
    with bigquery_emulator(tmp_path) as address:
        yield address
