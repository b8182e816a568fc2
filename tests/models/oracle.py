"""What every mart should hold, figure by figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from statistics import quantiles

from models.activity import DAY
from models.history import BREAKDOWNS, Row
from models.oracle_of_checks import Checks
from models.oracle_of_groups import is_small, merged, shown

_WINDOW = 28
_SPANS_OF_SEATS = ((0, 6), (7, 27), (28, None))


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
            minimum = self.rules.minimum_group
            seen = shown(users, week["active_users"], minimum)
            bound = week["active_users"] - minimum
            rows += [
                self.row(
                    week=week["week"],
                    **{BREAKDOWNS[kind][1]: name},
                    users=count,
                    user_days=sum(used == name for _, used in pairs),
                    share=ratio(count, week["active_users"]),
                    shown_users=seen[name],
                    shown_share=ratio(seen[name], week["active_users"]),
                    is_at_least=None if seen[name] is None else count > bound,
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
            lower, median, upper = quantiles(sent.values(), n=4, method="inclusive")
            rows.append(
                self.row(
                    week=week["week"],
                    active_users=len(sent),
                    lower_quartile_messages=lower,
                    median_messages=median,
                    upper_quartile_messages=upper,
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
                    segment=self._segment(len(lately)) if known else None,
                    as_of=as_of,
                ),
            )
        return rows

    def _segment(self, days: int) -> str:
        if days >= self.rules.power_days:
            return "power"
        if days >= self.rules.regular_days:
            return "regular"
        return "occasional" if days else "dormant"

    def habits(self) -> list[Row]:
        days = [row["active_days"] for row in self.users() if row["active_days"]]
        regular, power = self.rules.regular_days, self.rules.power_days
        half, more = (power - regular) // 2, (_WINDOW + 1 - power) // 4
        cuts = {1, regular, regular + half, power, power + more, power + 2 * more}
        firsts = sorted(cuts)
        lasts = [first - 1 for first in firsts[1:]] + [_WINDOW]
        spans = list(zip(firsts, lasts, strict=True))
        counts = [(sum(a <= n <= b for n in days), None) for a, b in spans]
        return [
            self.row(
                as_of=self.last_complete,
                first_active_days=spans[first][0],
                last_active_days=spans[last][1],
                users=users,
                share=ratio(users, len(days)),
            )
            for first, last, users in merged(counts, self.rules.minimum_group)
            if days
        ]

    def seats(self, addresses: Iterable[str]) -> list[Row]:
        users = {row["email"]: row for row in self.users()}
        return [
            self.row(
                email=email,
                is_used=email in users,
                days_since_active=users.get(email, {}).get("days_since_active"),
            )
            for email in {address.strip().lower() for address in addresses}
            if email
        ]

    def seat_use(self, addresses: Iterable[str]) -> list[Row]:
        seats = {
            row["email"]: row["days_since_active"] for row in self.seats(addresses)
        }
        people = {row["email"]: row["days_since_active"] for row in self.users()}
        as_of, minimum = self.last_complete, self.rules.minimum_group
        if not seats or not people or as_of is None:
            return []
        if not self.are_complete(self.until(as_of, _WINDOW)):
            return []
        if len(seats) >= minimum and self._tells_few(set(seats), people):
            floor = len(seats) // minimum * minimum
            return [self._seat_row(0, 3, floor, None, is_at_least=True)]
        if self._tells_few(set(seats), people):
            return []
        counts: list[tuple[int, int | None]] = []
        for first, last in _SPANS_OF_SEATS:
            within = {e for e, n in people.items() if first <= n <= (last or n)}
            licensed = len(within & set(seats))
            counts.append((licensed, len(within) - licensed))
        counts.append((len(set(seats) - set(people)), None))
        return [
            self._seat_row(
                first, last, users, ratio(users, len(seats)), is_at_least=False
            )
            for first, last, users in merged(counts, minimum)
        ]

    def _tells_few(self, seats: set[str], people: dict[str, int]) -> bool:
        """Return whether seats less people, or people less seats, are a small group."""
        totals = [{e for e, n in people.items() if n <= last} for last in (6, 27)]
        weeks = [row["week"] for row in self.weekly() if row["is_complete"]]
        last_week = [weeks[-1] + n * DAY for n in range(7)] if weeks else []
        return any(
            (
                not total - seats
                and is_small(len(seats - total), self.rules.minimum_group)
            )
            or (
                not seats - total
                and is_small(len(total - seats), self.rules.minimum_group)
            )
            for total in (*totals, set(people), self.people(last_week))
        )

    def _seat_row(
        self,
        first: int,
        last: int,
        seats: int,
        share: float | None,
        *,
        is_at_least: bool,
    ) -> Row:
        ends = [*_SPANS_OF_SEATS, (None, None)]
        return self.row(
            as_of=self.last_complete,
            first_days_since=ends[first][0],
            last_days_since=ends[last][1],
            has_never_used=last == len(_SPANS_OF_SEATS),
            seats=seats,
            share=share,
            is_at_least=is_at_least,
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
    "habits": ("first_active_days",),
    "users": ("email",),
    "checks": ("day", "period", "check_name"),
}
