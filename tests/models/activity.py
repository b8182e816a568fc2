"""Who was active when, from what the API last said, by sets and loops."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from models.history import History, Row, User

DAY = timedelta(days=1)
WEEKDAYS = tuple(name.lower() for name in calendar.day_name)


@dataclass(frozen=True)
class Rules:
    """What the variables of the models say."""

    week_start: str = "monday"
    power_days: int = 12
    regular_days: int = 4
    minimum_group: int = 5


def is_active(user: User) -> bool:
    return bool(user.messages or user.ides or user.languages)


@dataclass(frozen=True)
class Activity:
    """One organisation."""

    history: History
    rules: Rules

    @cached_property
    def active(self) -> dict[date, dict[str, int]]:
        """The messages of everybody who was active, day by day."""
        days: dict[date, dict[str, int]] = {}
        for day, answer in self.history.answers.items():
            for user in answer.users:
                if is_active(user):
                    people = days.setdefault(day, {})
                    email = user.email.lower()
                    people[email] = people.get(email, 0) + user.messages
        return days

    @cached_property
    def is_assumed(self) -> bool:
        """Whether nothing says which days were synced, since `daily` is not loaded."""
        return not any(answer.daily for answer in self.history.answers.values())

    @cached_property
    def days(self) -> list[date]:
        """Every day from the first to the last that was synced."""
        synced = [
            day
            for day, answer in self.history.answers.items()
            if (answer.users if self.is_assumed else answer.daily)
        ]
        if not synced:
            return []
        first, last = min(synced), max(synced)
        return [first + n * DAY for n in range((last - first).days + 1)]

    def incomplete_reason(self, day: date) -> str | None:
        answer = self.history.answers.get(day)
        if not answer or not (answer.daily or self.is_assumed):
            return None if self.is_assumed else "not synced"
        times = [answer.at] if answer.daily else []
        times += [answer.users_at or answer.at] if answer.users else []
        if answer.daily and answer.at.date() <= day:
            return "not over"
        if answer.daily and answer.daily[0] and not answer.users:
            return "users not synced"
        return "not over" if any(at.date() <= day for at in times) else None

    @cached_property
    def complete(self) -> set[date]:
        return {day for day in self.days if self.incomplete_reason(day) is None}

    def are_complete(self, days: Iterable[date]) -> bool:
        return set(days) <= self.complete

    @cached_property
    def last_complete(self) -> date | None:
        return max(self.complete, default=None)

    def people(self, days: Iterable[date]) -> set[str]:
        return {email for day in days for email in self.active.get(day, ())}

    def messages(self, days: Iterable[date]) -> int:
        return sum(sum(self.active.get(day, {}).values()) for day in days)

    def until(self, day: date, length: int) -> list[date]:
        return [day - n * DAY for n in range(length)]

    def first_seen(self) -> dict[str, date]:
        seen: dict[str, date] = {}
        for day in sorted(self.active):
            for email in self.active[day]:
                seen.setdefault(email, day)
        return seen

    def row(self, **columns: object) -> Row:
        return {"organization": self.history.organization, **columns}

    def week(self, day: date) -> date:
        return day - (day.weekday() - WEEKDAYS.index(self.rules.week_start)) % 7 * DAY

    def month(self, day: date) -> date:
        return day.replace(day=1)

    def used(self, kind: str, day: date) -> set[tuple[str, str]]:
        answer = self.history.answers.get(day)
        return {
            (user.email.lower(), name)
            for user in (answer.users if answer else ())
            for name in getattr(user, kind) or ()
        }
