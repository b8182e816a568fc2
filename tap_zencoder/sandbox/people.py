"""The people of a synthetic organisation: when they join, how they work, with what.

Team after team begins, each over weeks. Some people leave, some of them come back, and
others are hired later. Everybody has their own tools and is a light or a heavy user.
"""

from __future__ import annotations

import random
from bisect import bisect
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from math import isqrt
from typing import Any, NamedTuple


class Team(NamedTuple):
    """A team, and how likely its people work with what."""

    begins: float
    """After which part of the rollout; its people join over a quarter of it."""
    ides: dict[str, int]
    languages: dict[str, int]


_PILOT = Team(
    0,
    {"VS Code": 80, "PyCharm": 20},
    {"Python": 50, "TypeScript": 25, "Go": 15, "Rust": 10},
)
_WEB = Team(
    0.25,
    {"VS Code": 68, "WebStorm": 24, "PhpStorm": 8},
    {"TypeScript": 50, "JavaScript": 34, "PHP": 6, "Python": 5, "SQL": 5},
)
_SERVICES = Team(
    0.5,
    {"IntelliJ IDEA": 45, "VS Code": 25, "GoLand": 12, "Rider": 9, "IntelliJ CE": 9},
    {"Java": 40, "Python": 20, "Go": 15, "C#": 10, "SQL": 10, "C++": 5},
)
_MOBILE = Team(  # starts with an IDE that nobody else has
    0.75,
    {"Android Studio": 100},
    {"Kotlin": 60, "Java": 30, "C++": 10},
)
_TEAMS = (_PILOT, *[_WEB] * 4, *[_SERVICES] * 3, *[_MOBILE] * 2)
_HIRED_LATER = 0.2
_HIRING_DAYS = 400
"""For so long after the rollout, single people join."""
_LEAVE = 0.3
_COME_BACK = 0.6
"""Of those who leave."""
_HALF_A_YEAR, _VACATION = 182, 14
"""Everybody is away for two weeks in each half-year, each with their own start."""
_LEARNING_DAYS = 90
"""A beginner sends half as many messages as later."""


class Dice:
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
class User:
    """Somebody, who is away from the day they leave until they return, if ever."""

    email: str
    since: date
    leaves: date
    returns: date
    vacation: int
    eagerness: float
    messages: float
    ides: list[str]
    languages: list[str]

    @classmethod
    def invent(cls, seed: int, number: int, founded: date, rollout: int) -> User:
        """Make up the user of that number, for a rollout of so many days."""
        dice = Dice(seed, "user", number)
        team = _TEAMS[int(dice.roll() * len(_TEAMS))]
        joins = rollout * (team.begins + 0.25 * dice.roll())
        if dice.roll() < _HIRED_LATER:
            joins = rollout + _HIRING_DAYS * dice.roll()
        since = founded + timedelta(days=int(joins))
        leaves = returns = date.max
        if dice.roll() < _LEAVE:
            leaves = since + timedelta(days=30 + int(400 * dice.roll()))
            if dice.roll() < _COME_BACK:
                returns = leaves + timedelta(days=28 + int(90 * dice.roll()))
        return cls(
            email=f"developer-{number:04}@example.com",
            since=since,
            leaves=leaves,
            returns=returns,
            vacation=int(dice.roll() * _HALF_A_YEAR),
            eagerness=0.1 + 0.88 * dice.roll(),
            messages=2 + 60 * dice.roll() ** 3,
            ides=dice.pick(team.ides, 2),
            languages=dice.pick(team.languages, 4),
        )

    def works(self, day: date) -> bool:
        """Say whether somebody who has joined is neither gone nor on vacation."""
        if self.leaves <= day < self.returns:
            return False
        return (day.toordinal() + self.vacation) % _HALF_A_YEAR >= _VACATION

    def on(self, day: date, dice: Dice) -> dict[str, Any]:
        """Return the API's object for a day on which the user was active."""
        learned = min((day - self.since).days / _LEARNING_DAYS, 1)
        most = self.messages * (0.5 + 0.5 * learned)
        return {
            "email": self.email,
            "messages": 1 + int(most * (0.3 + 1.4 * dice.roll())),
            "last_active": day.isoformat(),
            "ides": self._used(self.ides, dice),
            "languages": self._used(self.languages, dice),
        }

    @staticmethod
    def _used(names: list[str], dice: Dice) -> list[str]:
        return [name for i, name in enumerate(names) if i == 0 or dice.roll() < 0.4]  # noqa: PLR2004  # now and then


def rollout_days(users: int) -> int:
    """Return how long it takes until the last team has begun: longer for more."""
    return min(16 * isqrt(users), 800)
