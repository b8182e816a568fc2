"""A synthetic organisation: the same seed gives the same figures, on any machine.

Pure: what happened on a day depends on the organisation and on that day alone, not on
when one asks. Weekdays are busy, weekends and holidays are not; the organisation grows;
everybody has tools of their own and is a light or a heavy user.
"""

from __future__ import annotations

import random
from bisect import bisect
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Any, TypeAlias

Data: TypeAlias = dict[str, Any]

FOUNDED = date(2024, 7, 1)
"""The day the first users begin; there is nothing before it."""
_GROWTH_DAYS = 800
"""The last users begin this many days later."""

_IDES = {
    "VS Code": 50,
    "IntelliJ IDEA": 18,
    "PyCharm": 11,
    "WebStorm": 7,
    "GoLand": 4,
    "Rider": 3,
    "Android Studio": 3,
    "IntelliJ CE": 2,
    "PhpStorm": 2,
}
_LANGUAGES = {
    "TypeScript": 24,
    "Python": 22,
    "JavaScript": 16,
    "Java": 12,
    "Go": 7,
    "C#": 5,
    "Kotlin": 4,
    "SQL": 4,
    "Rust": 3,
    "PHP": 2,
    "C++": 1,
}
_WEEKDAYS = (0.95, 1.0, 1.0, 0.97, 0.85, 0.06, 0.03)
"""How much of a full day's activity Monday to Sunday have."""
_HOLIDAYS = {(1, 1), (12, 25)}


class _Dice:
    """Repeatable random numbers, from nothing but what Python promises to keep."""

    def __init__(self, *seed: object) -> None:
        self.roll = random.Random(":".join(map(str, seed))).random

    def pick(self, weights: dict[str, int], most: int) -> list[str]:
        """Pick up to that many different names, likelier ones first to be picked."""
        names, bounds = list(weights), list(accumulate(weights.values()))
        picked = {
            names[bisect(bounds, self.roll() * bounds[-1])]: None for _ in range(most)
        }
        return list(picked)


@dataclass(frozen=True)
class _User:
    email: str
    since: date
    eagerness: float
    messages: float
    ides: list[str]
    languages: list[str]

    @classmethod
    def invent(cls, seed: int, number: int) -> _User:
        dice = _Dice(seed, "user", number)
        return cls(
            email=f"developer-{number:04}@example.com",
            since=FOUNDED + timedelta(days=int(dice.roll() ** 0.7 * _GROWTH_DAYS)),
            eagerness=0.2 + 0.75 * dice.roll(),
            messages=2 + 60 * dice.roll() ** 3,
            ides=dice.pick(_IDES, 2),
            languages=dice.pick(_LANGUAGES, 4),
        )

    def on(self, day: date, dice: _Dice) -> Data:
        return {
            "email": self.email,
            "messages": 1 + int(self.messages * (0.3 + 1.4 * dice.roll())),
            "last_active": day.isoformat(),
            "ides": self._used(self.ides, dice),
            "languages": self._used(self.languages, dice),
        }

    @staticmethod
    def _used(names: list[str], dice: _Dice) -> list[str]:
        return [name for i, name in enumerate(names) if i == 0 or dice.roll() < 0.4]  # noqa: PLR2004  # now and then


@dataclass(frozen=True)
class Organisation:
    """An organisation of so many users, invented from a seed."""

    users: int = 50
    seed: int = 1

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
    def _members(self) -> list[_User]:
        return [_User.invent(self.seed, n) for n in range(1, self.users + 1)]

    def _active(self, day: date) -> list[Data]:
        if (day.month, day.day) in _HOLIDAYS:
            return []
        dice = _Dice(self.seed, "day", day.isoformat())
        busy = _WEEKDAYS[day.weekday()]
        return [
            user.on(day, dice)
            for user in self._members
            if user.since <= day and dice.roll() < user.eagerness * busy
        ]


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
