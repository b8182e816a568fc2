"""The figures of one organisation, typed, of days and weeks that are complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import TypeAlias

Span: TypeAlias = tuple[date, date]
"""Days from the first to the last, both included."""

_NOT_OVER = "not over"
_RECENT = 12
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
FOUR_WEEKS = timedelta(days=28)
"""Figures are compared with those of so much earlier."""


def four_weeks_to(end: date) -> Span:
    """Return the 28 days that end with a day."""
    return end - FOUR_WEEKS + _DAY, end


def week_end(start: date) -> date:
    """Return the last day of a week."""
    return start + _WEEK - _DAY


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
        return week_end(self.start)


@dataclass(frozen=True)
class Month:
    """A complete month; who came and left is known if the one before is complete."""

    start: date
    active: int
    flow: Flow | None = None


@dataclass(frozen=True)
class Depth:
    """How many messages people sent in a week: half are between the quartiles."""

    week: date
    lower_quartile: float
    median: float
    upper_quartile: float
    top_tenth_share: float | None = None
    """What the most active tenth sent, if they are not few."""


@dataclass(frozen=True)
class Segments:
    """How many people came how often in the 28 days until the end of a week.

    Kinds of few people are None, and counted in the next one that is not.
    """

    week: date
    power: int | None
    regular: int | None
    occasional: int | None
    dormant: int

    @property
    def span(self) -> Span:
        """The 28 days."""
        return four_weeks_to(week_end(self.week))

    @property
    def often(self) -> int | None:
        """Regular and power users together, if occasional ones are apart."""
        return None if self.regular is None else self.regular + (self.power or 0)


@dataclass(frozen=True)
class Newcomers:
    """Who was new in a month, and what became of them."""

    month: date
    users: int
    with_four_days: int
    days_to_fourth: float | None
    active_in_week_4: int | None
    active_in_week_12: int | None


@dataclass(frozen=True)
class Team:
    """A team in a week, or small teams together."""

    week: date
    name: str
    teams: int
    members: int | None
    """None with people who are in no team."""
    active: int
    share: float | None
    often: int | None
    is_at_least: bool = False
    """Whether more may have come often, since fewer than the minimum did not."""
    has_people_without: bool = False
    """Whether people who are in no team are among the active."""


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
class SeatUse:
    """How many seats have a status, or one from the first to the last."""

    first: str
    last: str
    seats: int
    is_at_least: bool = False
    """Whether there are more, since people less seats would tell a small group."""


@dataclass(frozen=True)
class Headline:
    """What is known of now; None is what cannot be shown, or was not given."""

    in_28_days: int | None = None
    peak: int | None = None
    often: int | None = None
    seats: int | None = None
    seats_used: int | None = None
    idle: int | None = None
    without_seat: int | None = None
    bought: int | None = None
    price_of_idle: float | None = None


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
    months: list[Month]
    ides: Breakdown
    languages: Breakdown
    depth: list[Depth]
    segments: list[Segments]
    newcomers: list[Newcomers]
    teams: list[Team]
    seats: list[SeatUse]
    headline: Headline
    checks: list[Check]
    minimum_group: int
    power_days: int
    regular_days: int
    made_on: date
    has_seats: bool = False
    """Whether a table of seats is given; the same for people and their teams."""
    has_people: bool = False
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

    @property
    def last_28_days(self) -> Span | None:
        """The 28 days until then, which the headline and the seats are about."""
        return four_weeks_to(self.until) if self.until else None

    @cached_property
    def span(self) -> Span | None:
        """The time that charts show: all days that are over."""
        over = [d.day for d in self.days if d.incomplete_reason != _NOT_OVER]
        return (over[0], over[-1]) if over else None

    @cached_property
    def missing(self) -> list[Span]:
        """Which of those days were not loaded, or not in every table."""
        found: list[Span] = []
        for each in self.days:
            if not each.incomplete_reason or not self.span or each.day > self.span[1]:
                continue
            if found and each.day - found[-1][1] == _DAY:
                found[-1] = (found[-1][0], each.day)
            else:
                found.append((each.day, each.day))
        return found

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
        return [first + n * _WEEK for n in range((last - first) // _WEEK + 1)]

    def week(self, start: date) -> Week | None:
        """Return a week by its first day, if it is complete."""
        return next((week for week in self.weeks if week.start == start), None)

    @cached_property
    def recent_weeks(self) -> list[date]:
        """The first days of twelve weeks, to the last complete one."""
        last = self.weeks[-1].start
        return [last - n * _WEEK for n in reversed(range(_RECENT))]

    def recent(
        self,
        values: Mapping[date, int] | Mapping[date, float] | Mapping[date, int | None],
    ) -> list[float | None]:
        """Return what there is of those weeks, by their first days."""
        return [values.get(week) for week in self.recent_weeks]

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
