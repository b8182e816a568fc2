"""Stores that stand in for warehouses nobody has at home: BigQuery and Snowflake."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import requests
from typing_extensions import override

from warehouses.servers import free_ports, program, serving
from warehouses.stores import Row, Store, own_columns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from warehouses.loading import Loader


@contextlib.contextmanager
def bigquery_emulator(folder: Path) -> Iterator[str]:
    """Start bqemulator on free ports of loopback and give its address."""
    rest, grpc = free_ports(2)
    words = [*program("emulators", "bigquery_server.py"), "start"]
    words += ["--rest-port", str(rest), "--grpc-port", str(grpc)]
    with serving(words, rest, folder) as address:
        yield address


@dataclass(frozen=True)
class BigQuery(Store):
    """A dataset of the emulator."""

    address: str
    folder: Path

    plugin = "target-bigquery"

    @override
    def loader(self, **settings: Any) -> Loader:
        own = {
            "project": "sandbox",
            "dataset": "tap_zencoder",
        }
        command = program("target-bigquery", "bigquery_loader.py")
        loader = self._loader(command, {**own, **settings})
        return replace(loader, environment={"BIGQUERY_EMULATOR_HOST": self.address})

    def tables(self) -> set[str]:
        """Return the names of all tables."""
        answer = self._get("/tables")
        return {table["tableReference"]["tableId"] for table in answer["tables"]}

    @override
    def rows(self, stream: str) -> list[Row]:
        answer = requests.post(
            f"{self.address}/bigquery/v2/projects/sandbox/queries",
            json={
                "query": f"SELECT * FROM tap_zencoder.{stream}",  # noqa: S608
                "useLegacySql": False,
                "maxResults": 100000,
            },
            timeout=60,
        ).json()
        fields = answer["schema"]["fields"]
        assert len(answer["rows"]) == int(answer["totalRows"])
        names = [field["name"] for field in fields]
        return [
            own_columns(
                names,
                [
                    _value(field, cell)
                    for field, cell in zip(fields, row["f"], strict=True)
                ],
            )
            for row in answer["rows"]
        ]

    @override
    def types(self, stream: str) -> dict[str, str]:
        fields = self._get(f"/tables/{stream}")["schema"]["fields"]
        return {field["name"]: _type(field) for field in fields}

    def _get(self, path: str) -> Any:
        dataset = "/bigquery/v2/projects/sandbox/datasets/tap_zencoder"
        return requests.get(self.address + dataset + path, timeout=60).json()


def _type(field: dict[str, Any]) -> str:
    kind = field["type"].upper()
    if kind == "RECORD":
        inner = ", ".join(f"{f['name']} {_type(f)}" for f in field["fields"])
        kind = f"STRUCT<{inner}>"
    return f"ARRAY<{kind}>" if field["mode"] == "REPEATED" else kind


def _value(field: dict[str, Any], cell: dict[str, Any]) -> Any:
    """Read a value as the client libraries do, by the type of its column."""
    value = cell["v"]
    if value is None:
        return None
    if field["mode"] == "REPEATED":
        item = {**field, "mode": "NULLABLE"}
        return [_value(item, each) for each in value]
    kind = field["type"].upper()
    if kind == "RECORD":
        return {
            inner["name"]: _value(inner, each)
            for inner, each in zip(field["fields"], value["f"], strict=True)
        }
    if kind == "INTEGER":
        return int(value)
    return json.loads(value) if kind == "JSON" else value


@dataclass(frozen=True)
class Snowflake(Store):
    """A database of fakesnow, read back by the program that filled it."""

    folder: Path

    plugin = "target-snowflake"

    @override
    def loader(self, **settings: Any) -> Loader:
        own = {
            "account": "sandbox",
            "user": "loader",
            "password": "made up",
            "database": "WAREHOUSE",
            "default_target_schema": "tap_zencoder",
        }
        command = [*program("fakesnow", "snowflake_loader.py"), str(self.folder)]
        return self._loader(command, {**own, **settings})

    def statements(self) -> list[str]:
        """Return what the loader last said to Snowflake, in single spaces."""
        said = json.loads((self.folder / "statements.json").read_text())
        return [" ".join(statement.split()) for statement in said]

    @override
    def rows(self, stream: str) -> list[Row]:
        types = self.types(stream)
        return [
            {
                name: json.loads(value) if types[name] == "VARIANT" and value else value
                for name, value in own_columns(types, row).items()
            }
            for row in self._table(stream)["rows"]
        ]

    @override
    def types(self, stream: str) -> dict[str, str]:
        columns = self._table(stream)["columns"]
        return {name.lower(): kind for name, kind in columns}

    def _table(self, stream: str) -> Any:
        tables = json.loads((self.folder / "tables.json").read_text())
        return tables[stream.upper()]
