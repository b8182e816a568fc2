"""The streams: name, keys, schema, and the rows each takes from a report."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any

from tap_zencoder.api import rows
from tap_zencoder.api.reports import UsageReport

REPLICATION_KEY = "day"


def json_schema(name: str) -> dict[str, Any]:
    """Return a JSON Schema in ``schemas/``."""
    file = resources.files("tap_zencoder") / "schemas" / f"{name}.json"
    schema: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return schema


@dataclass(frozen=True)
class Stream:
    """A stream, incremental on `REPLICATION_KEY`.

    Its rows come from the report of each day or, not ``of_days``, of each period.
    """

    name: str
    keys: tuple[str, ...]
    rows: Callable[[UsageReport, date], Sequence[Any]]
    """Returns the rows of a report, one per key, or raises ContractError."""
    of_days: bool = True

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its rows."""
        return json_schema(self.name)


PERIOD_SUMMARIES = Stream(
    "period_summaries", ("day", "period"), rows.period_rows, of_days=False
)
STREAMS: tuple[Stream, ...] = (
    PERIOD_SUMMARIES,
    Stream("daily", ("day",), rows.daily_rows),
    Stream("daily_ides", ("day", "ide_name"), rows.ide_rows),
    Stream(
        "daily_languages",
        ("day", "language_name"),
        rows.language_rows,
    ),
    Stream("users", ("day", "email"), rows.user_rows),
)
