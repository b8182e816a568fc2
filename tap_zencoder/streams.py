"""The streams: name, keys, schema, and the rows each takes from a report."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib import resources
from typing import Any

from tap_zencoder.api import rows
from tap_zencoder.api.objects import ApiObject, IdeUsage, LanguageUsage
from tap_zencoder.api.reports import UsageReport

REPLICATION_KEY = "day"


def json_schema(name: str) -> dict[str, Any]:
    """Return a JSON Schema in ``schemas/``."""
    file = resources.files("tap_zencoder.schemas") / f"{name}.json"
    schema: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return schema


@dataclass(frozen=True)
class Stream:
    """A stream, incremental on `REPLICATION_KEY`."""

    name: str
    keys: tuple[str, ...]

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its rows."""
        return json_schema(self.name)


@dataclass(frozen=True)
class DayStream(Stream):
    """A stream whose rows come from the report of each day."""

    rows_of_day: Callable[..., Sequence[ApiObject]]

    def rows(
        self, report: UsageReport, day: date, columns: rows.Columns = None
    ) -> Sequence[ApiObject]:
        """Return the rows of a day, one per key, in the order they came.

        Raises ContractError where a value of these columns is wrong.
        """
        found = self.rows_of_day(report, day, columns=columns)
        total = partial(report.total_messages, day)
        keys = self.keys[1:] or self.keys  # the day is the same for all
        unique, how = rows.merge_duplicates(found, keys, total)
        if how:
            report.surprises.append(
                f"The API sent rows of the stream {self.name} with a duplicate key; "
                f"they are merged: {how}.",
            )
        return unique


@dataclass(frozen=True)
class PeriodStream(Stream):
    """A stream whose rows come from the reports of periods that end now."""


_IDES = partial(rows.daily_item_rows, array="ides", kind=IdeUsage)
_LANGUAGES = partial(rows.daily_item_rows, array="languages", kind=LanguageUsage)
STREAMS: tuple[Stream, ...] = (
    PeriodStream("period_summaries", ("day", "period")),
    DayStream("daily", ("day",), rows.daily_rows),
    DayStream("daily_ides", ("day", "ide_name"), _IDES),
    DayStream("daily_languages", ("day", "language_name"), _LANGUAGES),
    DayStream("users", ("day", "email"), rows.user_rows),
)
