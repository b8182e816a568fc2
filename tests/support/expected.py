"""What the tap should make of the sandbox's days, by other code than the tap's."""

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
    """Say what the tap should make of the days, straight from the organisation."""
    rows: dict[str, list[Any]] = {stream: [] for stream in STREAMS}
    for day in window:
        usage = organisation.day(day)
        stamp = {"day": day.isoformat()}
        nothing = {"additional_fields": None}
        for entry in usage["daily"]:
            rows["daily"].append({**entry, **nothing})
            rows["daily_ides"] += [{**stamp, **i, **nothing} for i in entry["ides"]]
            rows["daily_languages"] += [
                {**stamp, **language, **nothing} for language in entry["languages"]
            ]
        rows["users"] += [{**stamp, **user, **nothing} for user in usage["users"]]
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


class unordered(list[str]):  # noqa: N801  # reads as a word in an assertion
    """A list that equals another in any order: workers may overtake each other."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, list) and sorted(self) == sorted(other)

    __hash__ = None
