"""The figures of one organisation, typed, without days and weeks that are not over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

_LAST_WORKING_DAY = 4
"""Friday."""


@dataclass(frozen=True)
class Day:
    """How many people were active on a day, and in the 7 and 28 days that end with it.

    The windows are None before so many days have been synced.
    """

    day: date
    users: int
    users_in_7_days: int | None
    users_in_28_days: int | None


@dataclass(frozen=True)
class Week:
    """A week that is over. Who came and left is known if the one before is, too."""

    start: date
    active: int
    new: int
    retained: int
    returned: int
    churned: int
    messages_per_user: float | None
    is_comparable: bool

    @property
    def end(self) -> date:
        """Its last day."""
        return self.start + timedelta(days=6)

    @property
    def active_before(self) -> int:
        """How many people were active in the week before."""
        return self.retained + self.churned


@dataclass(frozen=True)
class Cohort:
    """The people whose first week this was, and how many were active so much later."""

    week: date
    users: int
    active: dict[int, int]
    """By weeks since; what is not over is left out."""
    is_comparable: bool
    """Whether it is known that they are new."""


@dataclass(frozen=True)
class Use:
    """How many people used an IDE or a language in a week."""

    week: date
    name: str
    users: int
    user_days: int


@dataclass(frozen=True)
class Check:
    """How often a figure was compared, and how often two parts of the API differed."""

    period: str
    name: str
    compared: int
    differing: int
    last_differing_day: date | None


@dataclass(frozen=True)
class Seats:
    """How many licensed addresses there are, and how many of them were used when."""

    seats: int
    ever_used: int
    used_in_28_days: int
    used_in_7_days: int


@dataclass(frozen=True)
class Figures:
    """What the page knows of an organisation."""

    name: str
    days: list[Day]
    weeks: list[Week]
    cohorts: list[Cohort]
    ides: list[Use]
    languages: list[Use]
    active_days: dict[int, int]
    """How many people were active on so many of the last 28 days."""
    seats: Seats | None
    checks: list[Check]
    minimum_group: int
    power_days: int
    regular_days: int

    @property
    def is_empty(self) -> bool:
        """Whether nobody was active on any day that is over."""
        return not any(day.users for day in self.days)

    def working_days(self, week: Week) -> list[Day]:
        """Return Monday to Friday of a week, without those on which nobody worked."""
        return [
            day
            for day in self.days
            if week.start <= day.day <= week.end
            and day.day.weekday() <= _LAST_WORKING_DAY
            and day.users
        ]

    def enough(self, people: int) -> bool:
        """Say whether a group is large enough to say something about it."""
        return people >= self.minimum_group
