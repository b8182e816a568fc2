"""What the parts of the API's answers say of one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from models.activity import DAY, Activity
from models.history import BREAKDOWNS, Row


class Checks(Activity):
    """The checks of one organisation."""

    def checks(self) -> list[Row]:
        return [*self._of_days(), *self._of_periods()]

    def _of_days(self) -> Iterable[Row]:
        for day in sorted(self.complete):
            answer = self.history.answers.get(day)
            users, messages = (answer and answer.daily) or (0, 0)
            counted = len(self.people([day])), self.messages([day])
            yield self._check(day, "active_users", users, counted[0])
            yield self._check(day, "messages", messages, counted[1])
            for kind in BREAKDOWNS:
                listed: dict[str, int] = getattr(answer, kind) if answer else {}
                names = Counter(name for _, name in self.used(kind, day))
                if listed:
                    check = self._check(day, kind, sum(listed.values()), names.total())
                    yield check | {"agrees": names == Counter(listed)}

    def _check(self, day: date, name: str, stated: int, counted: int) -> Row:
        return self.row(
            day=day,
            period="1d",
            check_name=name,
            stated=stated,
            counted_at_least=counted,
            counted_at_most=counted,
            agrees=stated == counted,
        )

    def _of_periods(self) -> Iterable[Row]:
        for summary in self.history.summaries:
            certain, possible = self._days_of(summary)
            for name, stated, count in (
                ("active_users", "total_active_users", self._number_of_people),
                ("messages", "total_messages", self.messages),
            ):
                least = count(certain) if certain else None
                most = count(possible) if possible else None
                yield self.row(
                    day=summary["day"],
                    period=summary["period"],
                    check_name=name,
                    stated=summary[stated],
                    counted_at_least=least,
                    counted_at_most=most,
                    agrees=_within(summary[stated], least, most),
                )

    def _number_of_people(self, days: Iterable[date]) -> int:
        return len(self.people(days))

    def _days_of(self, summary: Row) -> tuple[list[date], list[date]]:
        """Return the days that a summary covers, and those that it may cover."""
        day, length = summary["day"], summary["days"]
        if length not in {7, 30, 90}:
            return [], []
        certain = self.until(day - DAY, length - 1)
        possible = self.until(day, length + 1)
        return (
            certain if self.are_complete(certain) else [],
            possible if self.are_complete(possible) else [],
        )


def _within(stated: int, least: int | None, most: int | None) -> bool | None:
    if least is None:
        return None
    return stated >= least and (most is None or stated <= most)
