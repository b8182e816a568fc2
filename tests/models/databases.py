"""Databases with the tables of a loader, and dbt run on them."""

from __future__ import annotations

import abc
import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from support.logs import kept
from support.meltano_project import without_settings
from support.plugins import PLUGINS
from typing_extensions import override
from warehouses import documents

if TYPE_CHECKING:
    from support.postgres_server import PostgresServer

    from models.history import Row

PROJECT = documents.ROOT / "dbt"
OWN = {"organization": "text", "_sdc_extracted_at": "timestamp"}


class Database(abc.ABC):
    """A place for the tables of a loader, in its own types, and for the models."""

    kind: str
    title: str
    folder: Path
    source_schema = "tap_zencoder"
    models_schema = "zencoder_models"

    @abc.abstractmethod
    def fill(self, table: str, columns: dict[str, str], rows: list[Row]) -> None:
        """Make a table and insert the rows, whose values may be what JSON can hold."""

    @abc.abstractmethod
    def read(self, model: str) -> list[Row]:
        """Return the rows of a model."""

    @abc.abstractmethod
    def environment(self) -> dict[str, str]:
        """Return what the profile reads."""

    def load(self, tables: dict[str, list[Row]], *, of_several: bool) -> None:
        """Make the tables as the page says that a loader makes them."""
        for table, types in documents.columns(self.title).items():
            columns = {**types, **OWN}
            if not of_several:
                del columns["organization"]
            kept_rows = [
                {name: row.get(name) for name in columns} for row in tables[table]
            ]
            self.fill(table, columns, kept_rows)

    def command(self) -> list[str]:
        """Return dbt, as Meltano has installed it."""
        dbt = PLUGINS / "utilities" / f"dbt-{self.kind}" / "venv" / "bin" / "dbt"
        assert dbt.exists(), (
            f"dbt-{self.kind} is not installed: run the tests with `make`"
        )
        return [str(dbt)]

    def dbt_environment(self, project: Path = PROJECT) -> dict[str, str]:
        """Return an environment for dbt, with nothing of the caller's settings."""
        own = {
            "DBT_PROJECT_DIR": str(project),
            "DBT_PROFILES_DIR": str(PROJECT),
            "DBT_TARGET": self.kind,
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder),
            "DBT_USE_COLORS": "false",
            "ZENCODER_MODELS_SCHEMA": self.models_schema,
        }
        return {**without_settings(), **own, **self.environment()}

    def dbt(
        self,
        *words: str,
        project: Path = PROJECT,
        **variables: Any,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of dbt, with nothing of the caller's settings."""
        variables = {"zencoder_schema": self.source_schema, **variables}
        done = subprocess.run(
            [*self.command(), *words, "--vars", json.dumps(variables)],
            cwd=self.folder,
            env=self.dbt_environment(project),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        kept(done.stdout + done.stderr)
        return done

    def build(self, **variables: Any) -> None:
        """Build the models and test them."""
        done = self.dbt("build", **variables)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


@dataclass
class DuckDB(Database):
    """A file."""

    folder: Path
    kind: str = field(default="duckdb", init=False)
    title: str = field(default="DuckDB", init=False)

    @property
    def file(self) -> Path:
        return self.folder / "store.duckdb"

    @override
    def fill(self, table: str, columns: dict[str, str], rows: list[Row]) -> None:
        lines = self.folder / f"{table}.jsonl"
        lines.write_text("".join(json.dumps(row, default=str) + "\n" for row in rows))
        types = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        read = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
        with duckdb.connect(self.file) as database:
            database.execute(f"CREATE SCHEMA IF NOT EXISTS {self.source_schema}")
            database.execute(f"USE {self.source_schema}")
            database.execute(f"CREATE OR REPLACE TABLE {table} ({types})")
            if rows:
                source = f"read_json('{lines}', columns = {{{read}}})"
                database.execute(f"INSERT INTO {table} BY NAME FROM {source}")

    @override
    def read(self, model: str) -> list[Row]:
        with duckdb.connect(self.file, read_only=True) as database:
            answer = database.sql(f"FROM {self.models_schema}.{model}")
            return [
                dict(zip(answer.columns, row, strict=True)) for row in answer.fetchall()
            ]

    @override
    def environment(self) -> dict[str, str]:
        return {"TARGET_DUCKDB_FILEPATH": str(self.file)}


@dataclass
class Postgres(Database):
    """Two schemas of a server."""

    folder: Path
    server: PostgresServer
    source_schema: str
    kind: str = field(default="postgres", init=False)
    title: str = field(default="PostgreSQL", init=False)

    def __post_init__(self) -> None:
        self.models_schema = f"{self.source_schema}_models"

    @override
    def fill(self, table: str, columns: dict[str, str], rows: list[Row]) -> None:
        types = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        with self.server.connect() as connection:
            run = connection.execute
            run(f"CREATE SCHEMA IF NOT EXISTS {self.source_schema}".encode())
            run(f"SET search_path TO {self.source_schema}".encode())
            run(f"CREATE TABLE {table} ({types})".encode())
            records = f"json_populate_recordset(NULL::{table}, %s)"
            insert = f"INSERT INTO {table} SELECT * FROM {records}"  # noqa: S608
            run(insert.encode(), [json.dumps(rows, default=str)])

    @override
    def read(self, model: str) -> list[Row]:
        with self.server.connect() as connection:
            cursor = connection.execute(
                f"SELECT * FROM {self.models_schema}.{model}".encode(),  # noqa: S608
            )
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    @override
    def environment(self) -> dict[str, str]:
        server = vars(self.server)
        return {f"TARGET_POSTGRES_{k.upper()}": str(v) for k, v in server.items()}
