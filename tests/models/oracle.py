"""What every mart should hold, figure by figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from math import ceil
from statistics import median, quantiles

from models.activity import DAY
from models.history import BREAKDOWNS, Row
from models.oracle_of_checks import Checks
from models.oracle_of_groups import merged, shown

_WINDOW = 28


def ratio(part: int | None, whole: int | None) -> float | None:
    return None if part is None or not whole else part / whole


class Oracle(Checks):
    """The marts of one organisation."""

    def daily(self) -> list[Row]:
        first_seen = list(self.first_seen().values())
        rows = []
        for day in self.days:
            known = day in self.complete
            today = len(self.people([day])) if known else None
            month = self._people_in(self.until(day, _WINDOW))
            rows.append(
                self.row(
                    day=day,
                    active_users=today,
                    weekly_active_users=self._people_in(self.until(day, 7)),
                    monthly_active_users=month,
                    messages=self.messages([day]) if known else None,
                    new_users=first_seen.count(day) if known else None,
                    stickiness=ratio(today, month),
                    is_complete=known,
                    incomplete_reason=self.incomplete_reason(day),
                    is_assumed=self.is_assumed,
                ),
            )
        return rows

    def _people_in(self, days: list[date]) -> int | None:
        return len(self.people(days)) if self.are_complete(days) else None

    def weekly(self) -> list[Row]:
        return self._periods("week", self.week)

    def monthly(self) -> list[Row]:
        return self._periods("month", self.month)

    def _periods(self, name: str, start: Callable[[date], date]) -> list[Row]:
        rows: list[Row] = []
        for period in sorted({start(day) for day in self.days}):
            days = self._days_from(name, start, period)
            before = self._days_from(name, start, start(period - DAY))
            known = self.are_complete(days)
            comparable = known and self.are_complete(before)
            figures = self._figures(days) if known else dict.fromkeys(_FIGURES)
            compared = (
                self._compared(days, before) if comparable else dict.fromkeys(_COMPARED)
            )
            flags = {"is_complete": known, "is_comparable": comparable}
            rows.append(self.row(**{name: period}, **figures, **compared, **flags))
        return rows

    def _days_from(
        self, name: str, start: Callable[[date], date], first: date
    ) -> list[date]:
        following = start(first + 40 * DAY) if name == "month" else first + 7 * DAY
        return [first + n * DAY for n in range((following - first).days)]

    def _figures(self, days: list[date]) -> Row:
        now, messages = len(self.people(days)), self.messages(days)
        user_days = sum(len(self.active.get(day, ())) for day in days)
        figures = now, messages, ratio(messages, now), ratio(user_days, now)
        return dict(zip(_FIGURES, figures, strict=True))

    def _compared(self, days: list[date], days_before: list[date]) -> Row:
        now, before = self.people(days), self.people(days_before)
        earlier = self.people(day for day in self.active if day < days[0])
        compared = (
            len(now - earlier),
            len(now & before),
            len((now & earlier) - before),
            len(before - now),
            ratio(len(now & before), len(before)),
        )
        return dict(zip(_COMPARED, compared, strict=True))

    def cohorts(self) -> list[Row]:
        weeks = {row["week"]: row for row in self.weekly()}
        cohorts: dict[date, set[str]] = {}
        for email, day in self.first_seen().items():
            cohorts.setdefault(self.week(day), set()).add(email)
        return [
            self._cohort_row(weeks[cohort], people, week)
            for cohort, people in cohorts.items()
            for week in weeks
            if cohort in weeks and weeks[cohort]["is_complete"] and week >= cohort
        ]

    def _cohort_row(self, first: Row, people: set[str], week: date) -> Row:
        days = [week + n * DAY for n in range(7)]
        known = self.are_complete(days)
        active = len(people & self.people(days)) if known else None
        return self.row(
            cohort_week=first["week"],
            weeks_since=(week - first["week"]).days // 7,
            week=week,
            users=len(people),
            active_users=active,
            retention=ratio(active, len(people)),
            is_comparable=first["is_comparable"],
        )

    def ides(self) -> list[Row]:
        return self._breakdown("ides")

    def languages(self) -> list[Row]:
        return self._breakdown("languages")

    def _breakdown(self, kind: str) -> list[Row]:
        rows = []
        for week in self.weekly():
            if not week["is_complete"]:
                continue
            days = [week["week"] + n * DAY for n in range(7)]
            pairs = [pair for day in days for pair in self.used(kind, day)]
            users = {n: len({e for e, used in pairs if used == n}) for _, n in pairs}
            seen = shown(users, week["active_users"], self.rules.minimum_group)
            rows += [
                self.row(
                    week=week["week"],
                    **{BREAKDOWNS[kind][1]: name},
                    users=count,
                    user_days=sum(used == name for _, used in pairs),
                    share=ratio(count, week["active_users"]),
                    shown_users=seen[name][0],
                    shown_share=ratio(seen[name][0], week["active_users"]),
                    is_at_least=seen[name][1],
                )
                for name, count in users.items()
            ]
        return rows

    def depth(self) -> list[Row]:
        rows = []
        for week in self.weekly():
            if (week["active_users"] or 0) < self.rules.minimum_group:
                continue
            sent: Counter[str] = Counter()
            for n in range(7):
                sent.update(self.active.get(week["week"] + n * DAY, {}))
            lower, half, upper = quantiles(sent.values(), n=4, method="inclusive")
            tenth = ceil(len(sent) / 10)
            most = sum(sorted(sent.values())[-tenth:])
            few = tenth < self.rules.minimum_group
            rows.append(
                self.row(
                    week=week["week"],
                    active_users=len(sent),
                    lower_quartile_messages=lower,
                    median_messages=half,
                    upper_quartile_messages=upper,
                    top_tenth_share=None if few else ratio(most, sent.total()),
                )
            )
        return rows

    def users(self) -> list[Row]:
        rows = []
        as_of = self.last_complete
        for email, first in self.first_seen().items():
            if as_of is None or first > as_of:
                continue
            seen = [
                day for day in self.active if email in self.active[day] and day <= as_of
            ]
            window = self.until(as_of, _WINDOW)
            known = self.are_complete(window)
            lately = [day for day in seen if day in window]
            messages = sum(self.active[day][email] for day in lately)
            rows.append(
                self.row(
                    email=email,
                    first_day=first,
                    last_day=max(seen),
                    days_since_active=(as_of - max(seen)).days,
                    active_days=len(lately) if known else None,
                    messages=messages if known else None,
                    segment=self.segment(len(lately)) if known else None,
                    as_of=as_of,
                ),
            )
        return rows

    def segment(self, days: int) -> str:
        if days >= self.rules.power_days:
            return "power"
        if days >= self.rules.regular_days:
            return "regular"
        return "occasional" if days else "dormant"

    def often(self, week: date) -> dict[str, int] | None:
        """Return on how many of 28 days until its end people were active, if known."""
        days = self.until(week + 6 * DAY, _WINDOW)
        if not self.are_complete(days):
            return None
        return Counter(email for day in days for email in self.active.get(day, ()))

    def segments(self) -> list[Row]:
        rows = []
        for week in [row["week"] for row in self.weekly()]:
            counts = self.often(week)
            if not counts:
                continue
            segments = Counter(map(self.segment, counts.values()))
            kinds = ("occasional", "regular", "power")
            ever = [day for day in self.first_seen().values() if day <= week + 6 * DAY]
            seen = dict.fromkeys(kinds)
            parts = [(segments[kind], None) for kind in kinds]
            for first, _, users, _ in merged(parts, self.rules.minimum_group):
                seen[kinds[first]] = users
            rows.append(
                self.row(
                    week=week,
                    **{f"{kind}_users": segments[kind] for kind in reversed(kinds)},
                    dormant_users=len(ever) - len(counts),
                    **{f"shown_{kind}_users": seen[kind] for kind in reversed(kinds)},
                )
            )
        return rows

    def newcomers(self) -> list[Row]:
        weeks = {row["week"]: row["is_complete"] for row in self.weekly()}
        rows = []
        for month in self.monthly():
            began = {
                email: first
                for email, first in self.first_seen().items()
                if self.month(first) == month["month"] and month["is_comparable"]
            }
            if not began:
                continue
            fourth = [
                days[3] - began[email]
                for email in began
                for days in [sorted(d for d in self.active if email in self.active[d])]
                if len(days) > 3  # the fourth
            ]
            enough = len(fourth) >= self.rules.minimum_group
            rows.append(
                self.row(
                    month=month["month"],
                    users=len(began),
                    users_with_four_days=len(fourth),
                    median_days_to_fourth_day=median(d.days for d in fourth)
                    if enough
                    else None,
                    active_in_week_4=self._active_later(began, 4, weeks),
                    active_in_week_12=self._active_later(began, 12, weeks),
                )
            )
        return rows

    def _active_later(
        self, began: dict[str, date], later: int, weeks: dict[date, bool]
    ) -> int | None:
        starts = {
            email: self.week(day) + later * 7 * DAY for email, day in began.items()
        }
        if not all(weeks.get(start) for start in starts.values()):
            return None
        return sum(
            email in self.people(start + n * DAY for n in range(7))
            for email, start in starts.items()
        )


_FIGURES = ("active_users", "messages", "messages_per_user", "active_days_per_user")
_COMPARED = (
    "new_users",
    "retained_users",
    "returned_users",
    "churned_users",
    "retention",
)
MARTS = {
    "daily": ("day",),
    "weekly": ("week",),
    "monthly": ("month",),
    "cohorts": ("cohort_week", "weeks_since"),
    "ides": ("week", "ide_name"),
    "languages": ("week", "language_name"),
    "depth": ("week",),
    "segments": ("week",),
    "newcomers": ("month",),
    "users": ("email",),
    "checks": ("day", "period", "check_name"),
}
