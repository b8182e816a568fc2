"""What the API last said of an organisation, and what a loader has of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

Row = dict[str, Any]

BREAKDOWNS = {
    "ides": ("daily_ides", "ide_name"),
    "languages": ("daily_languages", "language_name"),
}


@dataclass(frozen=True)
class User:
    """A user as the API lists them on a day."""

    email: str
    messages: int
    ides: list[str] | None
    languages: list[str] | None


@dataclass
class Answer:
    """What the API last said of a day."""

    at: datetime
    users: list[User] = field(default_factory=list)
    daily: tuple[int, int] | None = None
    """People and messages; None where `daily` was not synced."""
    users_at: datetime | None = None
    """When `users` was last synced, if that was apart from `daily`."""
    ides: dict[str, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)


@dataclass
class History:
    """Its answers, its summaries, and rows that are listed no longer."""

    organization: str
    answers: dict[date, Answer]
    summaries: list[Row]
    stale: dict[str, list[Row]]

    def rows(self) -> dict[str, list[Row]]:
        """Return the rows of each table, stale ones included."""
        tables: dict[str, list[Row]] = {
            "daily": [],
            "daily_ides": [],
            "daily_languages": [],
            "users": [],
            "period_summaries": list(self.summaries),
        }
        for day, answer in self.answers.items():
            stamp: Row = {"day": day, "_sdc_extracted_at": answer.at}
            if answer.daily:
                users, messages = answer.daily
                tables["daily"].append(
                    {**stamp, "active_users": users, "messages": messages},
                )
            for kind, (table, column) in BREAKDOWNS.items():
                counts: dict[str, int] = getattr(answer, kind)
                tables[table] += [
                    {**stamp, column: name, "engaged_users": count}
                    for name, count in counts.items()
                ]
            listed_at = {"_sdc_extracted_at": answer.users_at or answer.at}
            tables["users"] += [
                {**stamp, **vars(user), "last_active": day, **listed_at}
                for user in answer.users
            ]
        for table, rows in self.stale.items():
            tables[table] += rows
        own = {"organization": self.organization}
        return {table: [own | row for row in rows] for table, rows in tables.items()}
