"""Stores of their own for each test."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

import pytest

from warehouses.stores import KINDS, DuckDB, JsonLines, Postgres, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.postgres_server import PostgresServer

# Slow, or in environments of their own: `make test-warehouses`.
collect_ignore = (
    []
    if os.environ.get("TEST_WAREHOUSES") == "all"
    else [
        "test_bigquery.py",
        "test_more_loaders.py",
        "test_snowflake.py",
        "test_volume.py",
    ]
)


@pytest.fixture(scope="session")
def new_store(
    server: PostgresServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], Store]]:
    """Give a function that makes an empty store of a kind."""
    schemas: list[str] = []

    def make(kind: str) -> Store:
        folder = tmp_path_factory.mktemp(kind)
        if kind == "duckdb":
            return DuckDB(folder)
        if kind == "jsonl":
            return JsonLines(folder)
        schemas.append(f"test_{secrets.token_hex(4)}")
        return Postgres(server, schemas[-1], folder)

    yield make
    with server.connect() as connection:
        for schema in schemas:
            connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE".encode())


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, new_store: Callable[[str], Store]) -> Store:
    """Give an empty store of each kind."""
    return new_store(request.param)
