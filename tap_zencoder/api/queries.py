"""What the usage endpoint is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

USAGE_PATH = "/api/v1/data/usage"
PERIODS = ("7d", "30d", "90d")


@dataclass(frozen=True, slots=True)
class UsageQuery:
    """One question to the usage endpoint: a single day, or a period ending now.

    The API takes exactly one of the two ("Query String Parameters").
    """

    parameter: str
    value: str

    @classmethod
    def on(cls, day: date) -> UsageQuery:
        """Return the query for one day."""
        return cls("day", day.isoformat())

    @classmethod
    def over(cls, period: str) -> UsageQuery:
        """Return the query for one of `PERIODS`."""
        return cls("period", period)

    @property
    def parameters(self) -> dict[str, str]:
        """The query string."""
        return {self.parameter: self.value}

    @property
    def is_day(self) -> bool:
        """Whether a single day is asked for."""
        return self.parameter == "day"

    def __str__(self) -> str:
        """Name the query for a message."""
        if self.is_day:
            return f"day {self.value}"
        return f"the usage of the last {self.value.removesuffix('d')} days"
