"""The rows in what the sandbox serves: its own data, stamped with the day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from support.runs import STREAMS, TODAY, YESTERDAY
from tap_zencoder.days import Window
from tap_zencoder.sandbox import Organisation

FORTNIGHT = Window(TODAY - timedelta(days=14), YESTERDAY)


def expected(
    organisation: Organisation, window: Iterable[date]
) -> dict[str, list[Any]]:
    """Return the rows of days and of all periods, straight from the organisation."""
    rows: dict[str, list[Any]] = {stream: [] for stream in STREAMS}
    for day in window:
        for stream, of_day in rows_of_day(organisation.day(day), day).items():
            rows[stream] += of_day
    for days in (7, 30, 90):
        usage = organisation.period(days, TODAY)
        rows["period_summaries"].append(
            {
                "day": usage["period"]["end"],
                "period": f"{days}d",
                **usage["period"],
                **usage["summary"],
                "additional_fields": None,
            },
        )
    return rows


def rows_of_day(data: dict[str, Any], day: date) -> dict[str, list[Any]]:
    """Return the rows in the data about a day; a quiet one has a row of zeros."""
    stamp = {"day": day.isoformat()}
    nothing = {"additional_fields": None}
    zeros = {"active_users": 0, "messages": 0, "ides": [], "languages": []}
    daily: list[dict[str, Any]] = data["daily"] or [{**stamp, **zeros}]

    def items(array: str) -> list[dict[str, Any]]:
        return [{**stamp, **i, **nothing} for entry in daily for i in entry[array]]

    return {
        "daily": [{**entry, **nothing} for entry in daily],
        "daily_ides": items("ides"),
        "daily_languages": items("languages"),
        "users": [{**stamp, **user, **nothing} for user in data["users"]],
    }


class unordered(list[str]):  # noqa: N801  # reads as a word in an assertion
    """A list that equals another in any order: workers may overtake each other."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, list) and sorted(self) == sorted(other)

    __hash__ = None
