"""Where rows end up, each read in its own types: PostgreSQL, DuckDB, JSON Lines."""

from __future__ import annotations

import abc
import contextlib
import json
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import duckdb
import psycopg
from psycopg import sql
from support.plugins import plugin, project_settings
from support.runs import KEYS
from typing_extensions import override

from warehouses.loading import Loader

if TYPE_CHECKING:
    from support.postgres_server import PostgresServer

KINDS = ("postgres", "duckdb", "jsonl")
DATES = {"day", "start", "end", "last_active"}

Row = dict[str, Any]


class Store(abc.ABC):
    """A place of its own for the tables of a test."""

    folder: Path
    plugin: ClassVar[str]

    @abc.abstractmethod
    def loader(self, **settings: Any) -> Loader:
        """Return the loader that fills this store, set up as in meltano.yml."""

    @abc.abstractmethod
    def rows(self, stream: str) -> list[Row]:
        """Return the rows of a stream as they are stored, without the loader's own."""

    @abc.abstractmethod
    def types(self, stream: str) -> dict[str, str]:
        """Return the type of each column."""

    def _loader(self, command: list[str], settings: dict[str, Any]) -> Loader:
        own = {**project_settings(self.plugin), **settings}
        return Loader(command, own, self.folder)

    def key(self, stream: str) -> set[str]:
        """Return the columns of the primary key; as they should be, without one."""
        return set(KEYS[stream])

    def arrived(self, stream: str) -> int:
        """Return how many rows there are by now, while a loader is at work."""
        return len(self.rows(stream))

    def stored(self, row: Row) -> Row:
        """Return a row of the API in the types it should have here."""
        return row

    def by_key(self, stream: str) -> list[Row]:
        """Return the rows in the order of the key."""
        return sorted_by_key(stream, self.rows(stream))


def as_dates(row: Row) -> Row:
    """Return a row whose days are dates."""
    return {
        name: date.fromisoformat(value) if name in DATES and value else value
        for name, value in row.items()
    }


def sorted_by_key(stream: str, rows: list[Row]) -> list[Row]:
    """Return rows in the order of their key."""
    return sorted(rows, key=lambda row: [row[name] for name in KEYS[stream]])


@dataclass(frozen=True)
class Postgres(Store):
    """A schema of a PostgreSQL server."""

    server: PostgresServer
    schema: str
    folder: Path

    plugin = "target-postgres"

    @override
    def loader(self, **settings: Any) -> Loader:
        own = {
            **vars(self.server),
            "default_target_schema": self.schema,
        }
        return self._loader(plugin(self.plugin), {**own, **settings})

    @override
    def rows(self, stream: str) -> list[Row]:
        table = sql.Identifier(self.schema, stream)
        with self.server.connect() as connection:
            cursor = connection.execute(sql.SQL("SELECT * FROM {}").format(table))
            names = [column.name for column in cursor.description or ()]
            return [own_columns(names, row) for row in cursor.fetchall()]

    @override
    def arrived(self, stream: str) -> int:
        with contextlib.suppress(psycopg.errors.UndefinedTable):
            return len(self.rows(stream))
        return 0

    @override
    def types(self, stream: str) -> dict[str, str]:
        return dict(
            self._ask(
                "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
                "WHERE attrelid = %s::regclass AND attnum > 0",
                stream,
            ),
        )

    @override
    def key(self, stream: str) -> set[str]:
        names = self._ask(
            "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid "
            "AND attnum = ANY(indkey) WHERE indisprimary AND indrelid = %s::regclass",
            stream,
        )
        return {name for (name,) in names}

    @override
    def stored(self, row: Row) -> Row:
        return as_dates(row)

    def ask(self, question: str) -> list[Row]:
        """Return the answer to a question about the tables."""
        with self.server.connect() as connection:
            path = sql.SQL("SET search_path TO {}").format(sql.Identifier(self.schema))
            connection.execute(path)
            cursor = connection.execute(question.encode())
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _ask(self, question: Any, stream: str) -> list[Any]:
        with self.server.connect() as connection:
            return connection.execute(question, [f"{self.schema}.{stream}"]).fetchall()


@dataclass(frozen=True)
class DuckDB(Store):
    """A file of DuckDB."""

    folder: Path

    plugin = "target-duckdb"

    @override
    def loader(self, **settings: Any) -> Loader:
        own = {
            "filepath": str(self.folder / "store.duckdb"),
            "database": "store",
            "default_target_schema": "tap_zencoder",
        }
        return self._loader(plugin(self.plugin), {**own, **settings})

    def ask(self, question: str) -> list[Row]:
        """Return the answer to a question about the tables."""
        with duckdb.connect(self.folder / "store.duckdb", read_only=True) as database:
            database.execute("USE tap_zencoder")
            answer = database.sql(question)
            return [
                dict(zip(answer.columns, row, strict=True)) for row in answer.fetchall()
            ]

    @override
    def rows(self, stream: str) -> list[Row]:
        json_columns = {k for k, kind in self.types(stream).items() if kind == "JSON"}
        return [
            {
                name: json.loads(value) if name in json_columns and value else value
                for name, value in own_columns(row, row.values()).items()
            }
            for row in self.ask(f"FROM {stream}")
        ]

    @override
    def arrived(self, stream: str) -> int:
        # The loader's file is locked, but not against being copied.
        with (
            tempfile.TemporaryDirectory() as folder,
            contextlib.suppress(duckdb.Error, FileNotFoundError),
        ):
            for file in self.folder.glob("store.duckdb*"):
                shutil.copy(file, folder)
            return len(DuckDB(Path(folder)).rows(stream))
        return 0

    @override
    def types(self, stream: str) -> dict[str, str]:
        columns = self.ask(f"DESCRIBE {stream}")
        return {column["column_name"]: column["column_type"] for column in columns}

    @override
    def key(self, stream: str) -> set[str]:
        columns = self.ask(f"DESCRIBE {stream}")
        return {column["column_name"] for column in columns if column["key"] == "PRI"}


@dataclass(frozen=True)
class JsonLines(Store):
    """A folder of files, which only ever grow."""

    folder: Path

    plugin = "target-jsonl"

    @override
    def loader(self, **settings: Any) -> Loader:
        own = {"destination_path": str(self.folder)}
        return self._loader(plugin(self.plugin), {**own, **settings})

    def lines(self, stream: str) -> list[Row]:
        """Return all lines of the file of a stream; there may be none."""
        file = self.folder / f"{stream}.jsonl"
        lines = file.read_text().splitlines() if file.exists() else []
        return [json.loads(line) for line in lines]

    @override
    def rows(self, stream: str) -> list[Row]:
        latest = {
            tuple(row[name] for name in KEYS[stream]): row for row in self.lines(stream)
        }
        return list(latest.values())

    @override
    def arrived(self, stream: str) -> int:
        file = self.folder / f"{stream}.jsonl"
        return file.read_text().count("\n") if file.exists() else 0

    @override
    def types(self, stream: str) -> dict[str, str]:
        return {}


def own_columns(names: Any, values: Any) -> Row:
    """Return a row without the columns that a loader adds."""
    row = dict(zip(names, values, strict=True))
    return {name: value for name, value in row.items() if not name.startswith("_sdc_")}
