"""The figures of one organisation, typed, without days and weeks that are not over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from report.source import Models, Row

_LAST_WORKING_DAY = 4
"""Friday."""


@dataclass(frozen=True)
class Day:
    """How many people were active on a day, and in the 7 and 28 days that end with it.

    The windows are None before so many days have been synced.
    """

    day: date
    users: int
    users_in_7_days: int | None
    users_in_28_days: int | None


@dataclass(frozen=True)
class Week:
    """A week that is over. Who came and left is known if the one before is, too."""

    start: date
    active: int
    new: int
    retained: int
    returned: int
    churned: int
    messages_per_user: float | None
    is_comparable: bool

    @property
    def end(self) -> date:
        """Its last day."""
        return self.start + timedelta(days=6)

    @property
    def active_before(self) -> int:
        """How many people were active in the week before."""
        return self.retained + self.churned


@dataclass(frozen=True)
class Cohort:
    """The people whose first week this was, and how many were active so much later."""

    week: date
    users: int
    active: dict[int, int]
    """By weeks since; what is not over is left out."""
    is_comparable: bool
    """Whether it is known that they are new."""


@dataclass(frozen=True)
class Use:
    """How many people used an IDE or a language in a week."""

    week: date
    name: str
    users: int
    user_days: int


@dataclass(frozen=True)
class Check:
    """How often a figure was compared, and how often two parts of the API differed."""

    period: str
    name: str
    compared: int
    differing: int
    last_differing_day: date | None


@dataclass(frozen=True)
class Seats:
    """How many licensed addresses there are, and how many of them were used when."""

    seats: int
    ever_used: int
    used_in_28_days: int
    used_in_7_days: int


@dataclass(frozen=True)
class Figures:
    """What the page knows of an organisation."""

    name: str
    days: list[Day]
    weeks: list[Week]
    cohorts: list[Cohort]
    ides: list[Use]
    languages: list[Use]
    active_days: dict[int, int]
    """How many people were active on so many of the last 28 days."""
    seats: Seats | None
    checks: list[Check]
    minimum_group: int
    power_days: int
    regular_days: int

    @property
    def is_empty(self) -> bool:
        """Whether nobody was active on any day that is over."""
        return not any(day.users for day in self.days)

    def working_days(self, week: Week) -> list[Day]:
        """Return Monday to Friday of a week, without those on which nobody worked."""
        return [
            day
            for day in self.days
            if week.start <= day.day <= week.end
            and day.day.weekday() <= _LAST_WORKING_DAY
            and day.users
        ]

    def enough(self, people: int) -> bool:
        """Say whether a group is large enough to say something about it."""
        return people >= self.minimum_group


def figures(models: Models, organization: str) -> Figures:
    """Read the rows of one organisation."""

    def rows(table: str) -> list[Row]:
        return models.table(table, organization)

    return Figures(
        name=organization,
        days=[_day(row) for row in rows("daily") if _flag(row, "is_complete")],
        weeks=[_week(row) for row in rows("weekly") if _flag(row, "is_complete")],
        cohorts=_cohorts(rows("cohorts")),
        ides=[_use(row) for row in rows("ides")],
        languages=[_use(row) for row in rows("languages")],
        active_days=_active_days(rows("habits")),
        seats=_seats(rows("seats")) if models.has_seats else None,
        checks=[_check(row) for row in rows("checks")],
        minimum_group=models.minimum_group,
        power_days=models.power_days,
        regular_days=models.regular_days,
    )


def _flag(row: Row, name: str) -> bool:
    return row[name] == "1"


def _int(row: Row, name: str) -> int:
    return int(float(row[name]))


def _date(row: Row, name: str) -> date:
    return date.fromisoformat(row[name][:10])


def _day(row: Row) -> Day:
    week, month = _flag(row, "is_full_week"), _flag(row, "is_full_month")
    return Day(
        day=_date(row, "day"),
        users=_int(row, "active_users"),
        users_in_7_days=_int(row, "weekly_active_users") if week else None,
        users_in_28_days=_int(row, "monthly_active_users") if month else None,
    )


def _week(row: Row) -> Week:
    per_user = row.get("messages_per_user")
    return Week(
        start=_date(row, "week"),
        active=_int(row, "active_users"),
        new=_int(row, "new_users"),
        retained=_int(row, "retained_users"),
        returned=_int(row, "returned_users"),
        churned=_int(row, "churned_users"),
        messages_per_user=None if per_user is None else float(per_user),
        is_comparable=_flag(row, "is_comparable"),
    )


def _cohorts(rows: list[Row]) -> list[Cohort]:
    cohorts: dict[date, Cohort] = {}
    for row in rows:
        week = _date(row, "cohort_week")
        comparable = _flag(row, "is_comparable")
        cohort = Cohort(week, _int(row, "users"), {}, comparable)
        cohort = cohorts.setdefault(week, cohort)
        if "active_users" in row:
            cohort.active[_int(row, "weeks_since")] = _int(row, "active_users")
    return list(cohorts.values())


def _use(row: Row) -> Use:
    week, name = _date(row, "week"), row.get("name", "")
    return Use(week, name, _int(row, "users"), _int(row, "user_days"))


def _active_days(rows: list[Row]) -> dict[int, int]:
    return {_int(row, "active_days"): _int(row, "users") for row in rows}


def _seats(rows: list[Row]) -> Seats:
    if not rows:
        return Seats(0, 0, 0, 0)
    [row] = rows
    return Seats(
        seats=_int(row, "seats"),
        ever_used=_int(row, "ever_used"),
        used_in_28_days=_int(row, "used_in_28_days"),
        used_in_7_days=_int(row, "used_in_7_days"),
    )


def _check(row: Row) -> Check:
    day = "last_differing_day"
    return Check(
        period=row["period"],
        name=row["check_name"],
        compared=_int(row, "compared"),
        differing=_int(row, "differing"),
        last_differing_day=_date(row, day) if day in row else None,
    )
