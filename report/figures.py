"""The figures of one organisation, typed, of days and weeks that are complete."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from report.days import Span, spans

_NOT_OVER = "not over"
_WEEK = 7


@dataclass(frozen=True)
class Day:
    """How many people were active on a day, and in the 7 and 28 days that end with it.

    Each is None unless all the days that it is about are complete.
    """

    day: date
    users: int | None
    users_in_7_days: int | None
    users_in_28_days: int | None
    incomplete_reason: str = ""
    """Why it is not complete, in the words of the models; empty if it is."""


@dataclass(frozen=True)
class Flow:
    """Of the people of a week, who came and stayed, and who of the week before left."""

    new: int
    retained: int
    returned: int
    churned: int

    @property
    def active_before(self) -> int:
        """How many people were active in the week before."""
        return self.retained + self.churned


@dataclass(frozen=True)
class Week:
    """A complete week; who came and left is known if the one before is complete."""

    start: date
    active: int
    flow: Flow | None = None

    @property
    def end(self) -> date:
        """Its last day."""
        return self.start + timedelta(days=6)


@dataclass(frozen=True)
class Depth:
    """How many messages people sent in a week: half are between the quartiles."""

    week: date
    lower_quartile: float
    median: float
    upper_quartile: float


@dataclass(frozen=True)
class Cohort:
    """The people whose first week this was, and how many were active so much later."""

    week: date
    users: int
    active: dict[int, int]
    """By weeks since; what is not complete is left out."""
    is_comparable: bool
    """Whether it is known that they are new."""


@dataclass(frozen=True)
class Use:
    """How many people used an IDE or a language in a week: enough to be shown."""

    week: date
    name: str
    users: int
    is_at_least: bool = False
    """Whether it may be more, since fewer than the minimum did not use it."""


@dataclass(frozen=True)
class Breakdown:
    """What enough people used, and how many more names each week has."""

    uses: list[Use]
    hidden: dict[date, int]


@dataclass(frozen=True)
class Habit:
    """How many people were active on so many of the last 28 days."""

    first: int
    last: int
    users: int


@dataclass(frozen=True)
class SeatUse:
    """How many seats were used last so many days ago; None has no end."""

    first: int | None
    last: int | None
    has_never_used: bool
    seats: int
    is_at_least: bool = False
    """Whether there are more, since people less seats would tell a small group."""


@dataclass(frozen=True)
class Check:
    """How often a figure was compared, and how often two parts of the API differed."""

    period: str
    name: str
    compared: int
    differing: int
    last_differing_day: date | None


@dataclass(frozen=True)
class Figures:
    """What the page knows of an organisation."""

    name: str
    days: list[Day]
    """Without gaps, from the first to the last that was synced."""
    weeks: list[Week]
    cohorts: list[Cohort]
    ides: Breakdown
    languages: Breakdown
    depth: list[Depth]
    habits: list[Habit]
    has_seats: bool | None
    """Whether there are licensed addresses; None without a table of them."""
    seats: list[SeatUse]
    checks: list[Check]
    minimum_group: int
    power_days: int
    regular_days: int
    made_on: date
    weekend: frozenset[int] = field(default=frozenset({5, 6}))
    """Days after Monday on which people do not work."""
    is_assumed: bool = False
    """Whether the days are taken to be synced, since `daily` is not loaded."""

    @cached_property
    def complete_days(self) -> list[Day]:
        """The days whose figures are known."""
        return [day for day in self.days if not day.incomplete_reason]

    @property
    def until(self) -> date | None:
        """The last day whose figures are known."""
        return self.complete_days[-1].day if self.complete_days else None

    @cached_property
    def span(self) -> Span | None:
        """The time that charts show: all days that are over."""
        over = [d.day for d in self.days if d.incomplete_reason != _NOT_OVER]
        return Span(over[0], over[-1]) if over else None

    @cached_property
    def missing(self) -> list[Span]:
        """Which of those days were not loaded, or not in every table."""
        if self.span is None:
            return []
        return spans(
            day.day
            for day in self.days
            if day.incomplete_reason and day.day <= self.span.last
        )

    @property
    def is_empty(self) -> bool:
        """Whether nobody was active on any complete day."""
        return not any(day.users for day in self.complete_days)

    @cached_property
    def week_starts(self) -> list[date]:
        """Each week from the first to the last complete one, complete or not."""
        if not self.weeks:
            return []
        first, last = self.weeks[0].start, self.weeks[-1].start
        step = timedelta(days=_WEEK)
        return [first + n * step for n in range((last - first).days // _WEEK + 1)]

    def week_before(self, week: Week) -> Week | None:
        """Return the week before, if that is complete."""
        start = week.start - timedelta(days=_WEEK)
        return next((other for other in self.weeks if other.start == start), None)

    def working_days(self, week: Week) -> list[int]:
        """Return how many worked on each day of a week but weekends and holidays."""
        return [
            day.users
            for day in self.complete_days
            if week.start <= day.day <= week.end
            and day.day.weekday() not in self.weekend
            and day.users
        ]

    def enough(self, people: int) -> bool:
        """Say whether a group is large enough to say something about it."""
        return people >= self.minimum_group
