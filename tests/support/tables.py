"""A target in memory."""

from __future__ import annotations

import json
from typing import Any

from support.runs import KEYS


class Table:
    """A target that knows keys: what is sent again replaces what was there."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, ...], dict[str, Any]] = {}
        self.state: dict[str, Any] | None = None

    def load(self, output: bytes) -> None:
        """Take in whole lines; a last line that is not whole is no line."""
        for line in output.splitlines(keepends=True):
            if not line.endswith(b"\n"):
                break
            message = json.loads(line)
            if message["type"] == "STATE":
                self.state = message["value"]
            elif message["type"] == "RECORD":
                stream, record = message["stream"], message["record"]
                key = (stream, *(record[name] for name in KEYS[stream]))
                self.rows[key] = record

    def of(self, stream: str) -> list[dict[str, Any]]:
        """Return the rows of a stream, ordered by their keys."""
        return sorted(
            (row for (name, *_), row in self.rows.items() if name == stream),
            key=lambda row: [row[name] for name in KEYS[stream]],
        )
