"""Organisations that are hard to show: young, empty, tiny, and with hostile names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from models.history import Answer, History, Row, User

from tap_zencoder.sandbox import Organisation

LAST = date(2026, 11, 25)
SCRIPT = "</script><script>window.ran = alert(1)</script>"
RIGHT_TO_LEFT = "\N{RIGHT-TO-LEFT OVERRIDE}עורך <b>קוד</b>"
LONG = "Visual-Studio-Code-Insiders-" * 12 + "X"
FORMULA = '=HYPERLINK("https://example.com")'
RENAMED = {
    "VS Code": SCRIPT,
    "Android Studio": LONG,
    "TypeScript": RIGHT_TO_LEFT,
    "Java": FORMULA,
    "Python": '"onload="alert(1)&quot;',
}
NIGHT = datetime(2026, 11, 26, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Known:
    """An organisation, and the days of it that have been synced."""

    name: str
    organisation: Organisation
    days: int
    hostile: bool = False

    def history(self) -> History:
        """Return what a loader has of it."""
        answers = {}
        for number in range(self.days):
            day = LAST - timedelta(days=number)
            answers[day] = self._answer(self.organisation.day(day))
        return History(self.name, dict(sorted(answers.items())), self._summaries(), {})

    def users_in(self, first: date, days: int) -> set[str]:
        """Return who was active in so many days from the first."""
        return {
            user["email"]
            for number in range(days)
            for user in self.organisation.day(first + timedelta(days=number))["users"]
        }

    def _answer(self, data: dict[str, list[Row]]) -> Answer:
        answer = Answer(NIGHT.replace(tzinfo=None), daily=(0, 0))
        answer.users = [
            User(
                user["email"],
                user["messages"],
                [self._name(ide) for ide in user["ides"]],
                [self._name(language) for language in user["languages"]],
            )
            for user in data["users"]
        ]
        for entry in data["daily"]:
            answer.daily = (entry["active_users"], entry["messages"])
            for ide in entry["ides"]:
                answer.ides[self._name(ide["ide_name"])] = ide["engaged_users"]
            for language in entry["languages"]:
                name = self._name(language["language_name"])
                answer.languages[name] = language["engaged_users"]
        return answer

    def _name(self, name: str) -> str:
        return RENAMED.get(name, name) if self.hostile else name

    def _summaries(self) -> list[Row]:
        summary = self.organisation.period(7, NIGHT.date())
        return [
            {
                "day": NIGHT.date(),
                "period": "7d",
                **summary["period"],
                **summary["summary"],
                "_sdc_extracted_at": NIGHT.replace(tzinfo=None),
            }
        ]


BEGUN = LAST - timedelta(days=182)
NORTH = Known("north", Organisation(60, seed=1, founded=BEGUN), 183)
HOSTILE = Known(
    f"{SCRIPT} {LONG}", Organisation(60, seed=2, founded=BEGUN), 100, hostile=True
)
YOUNG = Known("young", Organisation(40, seed=3), 4)
TINY = Known("tiny", Organisation(4, seed=4), 60)
EMPTY = Known("empty", Organisation(0), 30)
ALL = [NORTH, HOSTILE, YOUNG, TINY, EMPTY]


def seats() -> list[Row]:
    """Return who of NORTH has a seat: some are new, some were never used."""
    return [
        {
            "organization": NORTH.name,
            "email": f"developer-{number:04}@example.com",
            "assigned_on": LAST - timedelta(days=9 if number > 67 else 300),
        }
        for number in range(1, 74)
        if number % 9
    ]


def people() -> list[Row]:
    """Return who of NORTH is in which team, one of which is small."""
    teams = ("Core", "Data", "Mobile", "Search", "Web")
    return [
        {
            "organization": NORTH.name,
            "email": f"developer-{number:04}@example.com",
            "team": "Security" if number < 5 else teams[number % 5],
        }
        for number in range(1, 61)
        if number % 11
    ]


GIVEN: dict[str, Any] = {
    "zencoder_seats_table": "licences",
    "zencoder_people_table": "people",
    "zencoder_seats_bought": {NORTH.name: 75},
    "zencoder_seat_price": 20,
}
