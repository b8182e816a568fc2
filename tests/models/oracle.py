"""What every mart should hold, figure by figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from models.activity import DAY
from models.history import BREAKDOWNS, Row
from models.oracle_of_checks import Checks


def ratio(part: int | None, whole: int) -> float | None:
    return None if part is None or not whole else part / whole


class Oracle(Checks):
    """The marts of one organisation."""

    def daily(self) -> list[Row]:
        first_seen = list(self.first_seen().values())
        rows = []
        for day in self.days:
            today = len(self.people([day]))
            month = len(self.people(self.until(day, 28)))
            rows.append(
                self.row(
                    day=day,
                    active_users=today,
                    weekly_active_users=len(self.people(self.until(day, 7))),
                    monthly_active_users=month,
                    messages=self.messages([day]),
                    new_users=first_seen.count(day),
                    stickiness=ratio(today, month),
                    is_complete=day <= self.last_complete,
                    is_full_week=day - 6 * DAY in self.days,
                    is_full_month=day - 27 * DAY in self.days,
                ),
            )
        return rows

    def weekly(self) -> list[Row]:
        return self._periods("week", self.week)

    def monthly(self) -> list[Row]:
        return self._periods("month", self.month)

    def _periods(self, name: str, start: Callable[[date], date]) -> list[Row]:
        starts = sorted({start(day) for day in self.days})
        rows: list[Row] = []
        earlier: set[str] = set()
        before: set[str] = set()
        for period in starts:
            following = (
                start(period + 40 * DAY) if name == "month" else period + 7 * DAY
            )
            days = [period + n * DAY for n in range((following - period).days)]
            now = self.people(days)
            user_days = sum(len(self.active.get(day, ())) for day in days)
            complete = days[0] >= self.days[0] and days[-1] <= self.last_complete
            rows.append(
                self.row(
                    **{name: period},
                    active_users=len(now),
                    new_users=len(now - earlier),
                    retained_users=len(now & before),
                    returned_users=len((now & earlier) - before),
                    churned_users=len(before - now),
                    retention=ratio(len(now & before), len(before)),
                    messages=self.messages(days),
                    messages_per_user=ratio(self.messages(days), len(now)),
                    active_days_per_user=ratio(user_days, len(now)),
                    is_complete=complete,
                    is_comparable=bool(rows) and rows[-1]["is_complete"],
                ),
            )
            earlier |= now
            before = now
        return rows

    def cohorts(self) -> list[Row]:
        weeks = {row["week"]: row for row in self.weekly()}
        cohorts: dict[date, set[str]] = {}
        for email, day in self.first_seen().items():
            cohorts.setdefault(self.week(day), set()).add(email)
        rows = []
        for cohort, people in cohorts.items():
            for week in (week for week in weeks if week >= cohort):
                days = [week + n * DAY for n in range(7)]
                is_over = days[-1] <= self.last_complete
                active = len(people & self.people(days)) if is_over else None
                rows.append(
                    self.row(
                        cohort_week=cohort,
                        weeks_since=(week - cohort).days // 7,
                        week=week,
                        users=len(people),
                        active_users=active,
                        retention=ratio(active, len(people)),
                        is_comparable=weeks[cohort]["is_comparable"],
                    ),
                )
        return rows

    def ides(self) -> list[Row]:
        return self._breakdown("ides")

    def languages(self) -> list[Row]:
        return self._breakdown("languages")

    def _breakdown(self, kind: str) -> list[Row]:
        column = BREAKDOWNS[kind][1]
        rows = []
        for week in self.weekly():
            days = [week["week"] + n * DAY for n in range(7)]
            pairs = [pair for day in days for pair in self.used(kind, day)]
            for name in {name for _, name in pairs}:
                users = len({email for email, used in pairs if used == name})
                rows.append(
                    self.row(
                        week=week["week"],
                        **{column: name},
                        users=users,
                        user_days=sum(used == name for _, used in pairs),
                        share=ratio(users, week["active_users"]),
                        is_complete=week["is_complete"],
                    ),
                )
        return rows

    def users(self) -> list[Row]:
        rows = []
        for email in self.first_seen():
            seen = [day for day in self.days if email in self.active.get(day, ())]
            lately = [day for day in seen if (self.days[-1] - day).days < 28]
            rows.append(
                self.row(
                    email=email,
                    first_day=seen[0],
                    last_day=seen[-1],
                    days_since_active=(self.days[-1] - seen[-1]).days,
                    active_days=len(lately),
                    messages=sum(self.active[day][email] for day in lately),
                    segment=self._segment(len(lately)),
                    as_of=self.days[-1],
                ),
            )
        return rows

    def _segment(self, days: int) -> str:
        if days >= self.rules.power_days:
            return "power"
        if days >= self.rules.regular_days:
            return "regular"
        return "occasional" if days else "dormant"

    def seats(self, addresses: Iterable[str]) -> list[Row]:
        users = {row["email"]: row for row in self.users()}
        return [
            self.row(
                email=email,
                is_used=email in users,
                days_since_active=users.get(email, {}).get("days_since_active"),
            )
            for email in {address.strip().lower() for address in addresses}
        ]


MARTS = {
    "daily": ("day",),
    "weekly": ("week",),
    "monthly": ("month",),
    "cohorts": ("cohort_week", "weeks_since"),
    "ides": ("week", "ide_name"),
    "languages": ("week", "language_name"),
    "users": ("email",),
    "checks": ("day", "period", "check_name"),
}
