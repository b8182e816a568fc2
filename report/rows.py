"""From the models' rows, which are text, to the figures of an organisation."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from report.figures import Check, Cohort, Day, Figures, Seats, Use, Week

if TYPE_CHECKING:
    from report.source import Models, Row


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
