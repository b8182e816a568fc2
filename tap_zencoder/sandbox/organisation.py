"""A synthetic organisation: the same seed gives the same figures, on any machine.

Pure: what happened on a day depends on the organisation and on that day alone, not on
when one asks. Weekdays are busy, weekends and holidays are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, TypeAlias

from tap_zencoder.sandbox.people import Dice, User, rollout_days

Data: TypeAlias = dict[str, Any]

FOUNDED = date(2024, 7, 1)
"""The day the first users begin, where nothing else is said."""

_WEEKDAYS = (0.95, 1.0, 1.0, 0.97, 0.85, 0.06, 0.03)
"""How much of a full day's activity Monday to Sunday have."""
_HOLIDAYS = {(1, 1), (12, 25)}
_QUIET = {
    ((5, 1), (5, 1)): 0.15,
    ((7, 20), (8, 21)): 0.7,
    ((12, 24), (12, 31)): 0.2,
}
"""The first and the last day of times when many are away, and how many are not."""


@dataclass(frozen=True)
class Organisation:
    """An organisation that so many people have joined in the end, from a seed.

    There is nothing before the day it was ``founded``.
    """

    users: int = 50
    seed: int = 1
    founded: date = FOUNDED

    def day(self, day: date) -> Data:
        """Return the ``data`` object of the API for one day."""
        users = self._active(day)
        return {
            "period": {"start": day.isoformat(), "end": day.isoformat(), "days": 1},
            "summary": _summary(users),
            "users": users,
            "daily": [_entry(day, users)] if users else [],
        }

    def period(self, days: int, today: date) -> Data:
        """Return the ``data`` object of the API for the days up to today.

        Start and end are one date further apart than ``days`` says, as they are in the
        documentation's example.
        """
        by_email: dict[str, Data] = {}
        daily = []
        for back in reversed(range(days)):
            day = today - timedelta(days=back)
            users = self._active(day)
            if users:
                daily.append(_entry(day, users))
            for user in users:
                before = by_email.get(user["email"])
                by_email[user["email"]] = _together(before, user) if before else user
        users = [by_email[email] for email in sorted(by_email)]
        start = today - timedelta(days=days)
        return {
            "period": {
                "start": start.isoformat(),
                "end": today.isoformat(),
                "days": days,
            },
            "summary": _summary(users),
            "users": users,
            "daily": daily,
        }

    @cached_property
    def _members(self) -> list[User]:
        rollout = rollout_days(self.users)
        return [
            User.invent(self.seed, number, self.founded, rollout)
            for number in range(1, self.users + 1)
        ]

    def _active(self, day: date) -> list[Data]:
        busy = _activity(day)
        if not busy:
            return []
        dice = Dice(self.seed, "day", day.isoformat())
        return [
            user.on(day, dice)
            for user in self._members
            if user.since <= day
            and dice.roll() < user.eagerness * busy
            and user.works(day)
        ]


def _activity(day: date) -> float:
    date_in_year = (day.month, day.day)
    if date_in_year in _HOLIDAYS:
        return 0
    busy = _WEEKDAYS[day.weekday()]
    for (first, last), part in _QUIET.items():
        if first <= date_in_year <= last:
            busy *= part
    return busy


def _summary(users: list[Data]) -> Data:
    return {
        "total_active_users": len(users),
        "total_messages": sum(user["messages"] for user in users),
    }


def _entry(day: date, users: list[Data]) -> Data:
    return {
        "day": day.isoformat(),
        "active_users": len(users),
        "messages": sum(user["messages"] for user in users),
        "ides": _engaged(users, "ides", "ide_name"),
        "languages": _engaged(users, "languages", "language_name"),
    }


def _engaged(users: list[Data], array: str, name: str) -> list[Data]:
    counts: dict[str, int] = {}
    for user in users:
        for item in user[array]:
            counts[item] = counts.get(item, 0) + 1
    ordered = sorted(counts.items(), key=lambda count: (-count[1], count[0]))
    return [{name: item, "engaged_users": count} for item, count in ordered]


def _together(before: Data, user: Data) -> Data:
    return {
        "email": user["email"],
        "messages": before["messages"] + user["messages"],
        "last_active": user["last_active"],
        "ides": list(dict.fromkeys(before["ides"] + user["ides"])),
        "languages": list(dict.fromkeys(before["languages"] + user["languages"])),
    }
