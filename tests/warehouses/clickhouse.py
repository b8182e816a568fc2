"""Tables of ClickHouse, as far as its engine without its server can show them."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from typing_extensions import override

from warehouses.servers import command, free_ports, program, serving
from warehouses.stores import Row, Store, own_columns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from warehouses.loading import Loader

TEXTS = ("ides", "languages", "additional_fields")


@contextlib.contextmanager
def clickhouse(folder: Path) -> Iterator[str]:
    """Start ClickHouse's engine on a free port of loopback and give its address."""
    [port] = free_ports(1)
    words = program("emulators", "clickhouse_server.py")
    with serving([*words, str(port), str(folder / "data")], port, folder) as address:
        yield address


@dataclass(frozen=True)
class ClickHouse(Store):
    """A database of ClickHouse's engine."""

    address: str
    folder: Path

    plugin = "target-clickhouse"

    @override
    def loader(self, **settings: Any) -> Loader:
        own = {
            "host": "127.0.0.1",
            "port": urlsplit(self.address).port,
            "password": "",
            "database": "tap_zencoder",
        }
        return self._loader(command(self.plugin, self.plugin), {**own, **settings})

    @override
    def rows(self, stream: str) -> list[Row]:
        return [
            own_columns(row, row.values())
            for row in self.ask(f"SELECT * FROM {stream} FINAL")  # noqa: S608
        ]

    @override
    def arrived(self, stream: str) -> int:
        return len(self.ask(f"SELECT 1 FROM {stream}"))  # noqa: S608

    @override
    def types(self, stream: str) -> dict[str, str]:
        return {each["name"]: each["type"] for each in self.ask(f"DESCRIBE {stream}")}

    @override
    def key(self, stream: str) -> set[str]:
        columns = self.ask(
            "SELECT name FROM system.columns WHERE is_in_primary_key "  # noqa: S608
            f"AND database = 'tap_zencoder' AND table = '{stream}'",
        )
        return {column["name"] for column in columns}

    @override
    def stored(self, row: Row) -> Row:
        """Return a row with arrays as JSON, and an empty text where there is none."""
        texts = {name: row[name] for name in TEXTS if name in row}
        return row | {
            name: json.dumps(value) if isinstance(value, list) else value or ""
            for name, value in texts.items()
        }

    def ask(self, question: str) -> list[Row]:
        """Return the answer to a question about the tables."""
        answer = requests.post(
            self.address,
            params={"database": "tap_zencoder", "default_format": "JSONEachRow"},
            data=question.encode(),
            timeout=60,
        )
        assert answer.ok, answer.text
        return [json.loads(line) for line in answer.text.splitlines()]
