"""Databases that stand in for warehouses nobody has at home: BigQuery and Snowflake."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import requests
from typing_extensions import override
from warehouses.servers import PROGRAMS, program

from models.databases import Database

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from models.history import Row

_LARGE = 100_000


@dataclass
class BigQuery(Database):
    """Two datasets of the emulator."""

    folder: Path
    address: str
    kind: str = field(default="bigquery", init=False)
    title: str = field(default="BigQuery", init=False)

    def __post_init__(self) -> None:
        self._post("datasets", datasetReference={"datasetId": self.source_schema})

    @override
    def command(self) -> list[str]:
        [dbt] = super().command()
        return [dbt.removesuffix("dbt") + "python", str(PROGRAMS / "bigquery_dbt.py")]

    @override
    def environment(self) -> dict[str, str]:
        return {
            "BIGQUERY_EMULATOR_HOST": self.address,
            "TARGET_BIGQUERY_PROJECT": "sandbox",
            "PYTHONWARNINGS": "ignore",
        }

    @override
    def fill(self, table: str, columns: dict[str, str], rows: list[Row]) -> None:
        fields = [_field(name, kind) for name, kind in columns.items()]
        reference = {"datasetId": self.source_schema, "tableId": table}
        path = f"datasets/{self.source_schema}/tables"
        self._post(path, tableReference=reference, schema={"fields": fields})
        given = [{k: v for k, v in row.items() if v is not None} for row in rows]
        for start in range(0, len(given), 500):
            chosen = [{"json": row} for row in given[start : start + 500]]
            answer = self._post(f"{path}/{table}/insertAll", rows=chosen)
            assert not answer.get("insertErrors"), answer

    @override
    def read(self, model: str) -> list[Row]:
        query = f"SELECT * FROM {self.models_schema}.{model}"  # noqa: S608
        answer = self._post(
            "queries", query=query, useLegacySql=False, maxResults=_LARGE
        )
        fields = answer["schema"]["fields"]
        return [
            {
                field["name"]: _value(field["type"], cell["v"])
                for field, cell in zip(fields, row["f"], strict=True)
            }
            for row in answer.get("rows", [])
        ]

    def _post(self, path: str, **body: Any) -> Any:
        answer = requests.post(
            f"{self.address}/bigquery/v2/projects/sandbox/{path}",
            data=json.dumps(body, default=str),
            headers={"Content-Type": "application/json"},
            timeout=60,
        )
        assert answer.ok, answer.text
        return answer.json()


def _field(name: str, kind: str) -> dict[str, Any]:
    kinds = {"text": "STRING", "timestamp": "TIMESTAMP"}
    column = {"name": name, "type": kinds.get(kind, kind), "mode": "NULLABLE"}
    if kind.startswith("ARRAY<STRUCT<"):
        parts = [part.split() for part in kind[13:-2].split(", ")]
        inner = [_field(*part) for part in parts]
        return {**column, "type": "RECORD", "mode": "REPEATED", "fields": inner}
    if kind.startswith("ARRAY<"):
        return {**column, "type": kind[6:-1], "mode": "REPEATED"}
    return column


def _value(kind: str, value: str | None) -> Any:
    if value is None:
        return None
    read: dict[str, Callable[[str], Any]] = {
        "INTEGER": int,
        "INT64": int,
        "FLOAT": float,
        "FLOAT64": float,
        "BOOLEAN": "true".__eq__,
        "BOOL": "true".__eq__,
        "DATE": date.fromisoformat,
    }
    return read.get(kind.upper(), str)(value)


@dataclass
class Snowflake(Database):
    """A database of fakesnow, filled and read by the program that runs dbt."""

    folder: Path
    kind: str = field(default="snowflake", init=False)
    title: str = field(default="Snowflake", init=False)

    @override
    def command(self) -> list[str]:
        return [*program("fakesnow", "snowflake_dbt.py"), str(self.folder)]

    @override
    def environment(self) -> dict[str, str]:
        return {
            "TARGET_SNOWFLAKE_ACCOUNT": "sandbox",
            "TARGET_SNOWFLAKE_USER": "dbt",
            "TARGET_SNOWFLAKE_PASSWORD": "made up",
            "TARGET_SNOWFLAKE_DATABASE": "WAREHOUSE",
        }

    @override
    def fill(self, table: str, columns: dict[str, str], rows: list[Row]) -> None:
        file = self.folder / "tables.json"
        tables = json.loads(file.read_text()) if file.exists() else {}
        tables[table] = {
            "columns": {_quoted(name): kind for name, kind in columns.items()},
            "rows": [[row[name] for name in columns] for row in rows],
        }
        file.write_text(json.dumps(tables, default=str))

    @override
    def read(self, model: str) -> list[Row]:
        models = json.loads((self.folder / "models.json").read_text())
        return [
            {name: _date_or_value(value) for name, value in row.items()}
            for row in models[model]
        ]


def _quoted(name: str) -> str:
    return f'"{name.upper()}"' if name in {"start", "end"} else name


def _date_or_value(value: Any) -> Any:
    if isinstance(value, str) and value[4:5] == "-" and len(value) == len("2026-03-01"):
        return date.fromisoformat(value)
    return value
