"""From the models' rows, which are text, to the figures of an organisation."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from report.figures import (
    Breakdown,
    Check,
    Cohort,
    Day,
    Depth,
    Figures,
    Flow,
    Habit,
    SeatUse,
    Use,
    Week,
)

if TYPE_CHECKING:
    from report.source import Models, Row


def figures(models: Models, organization: str, made_on: date) -> Figures:
    """Read the rows of one organisation."""

    def rows(table: str) -> list[Row]:
        return models.table(table, organization)

    def breakdown(kind: str) -> Breakdown:
        hidden = {_date(r, "week"): _int(r, "names") for r in rows(f"hidden_{kind}")}
        return Breakdown([_use(row) for row in rows(kind)], hidden)

    return Figures(
        name=organization,
        days=[_day(row) for row in rows("daily")],
        weeks=[_week(row) for row in rows("weekly")],
        cohorts=_cohorts(rows("cohorts")),
        ides=breakdown("ides"),
        languages=breakdown("languages"),
        depth=[_depth(row) for row in rows("depth")],
        habits=[_habit(row) for row in rows("habits")],
        has_seats=bool(rows("seats")) if models.has_seats else None,
        seats=[_seat_use(row) for row in rows("seat_use")],
        checks=[_check(row) for row in rows("checks")],
        minimum_group=models.minimum_group,
        power_days=models.power_days,
        regular_days=models.regular_days,
        made_on=made_on,
        weekend=frozenset(models.weekend),
        is_assumed=any(_flag(row, "is_assumed") for row in rows("daily")),
    )


def _flag(row: Row, name: str) -> bool:
    return row[name] == "1"


def _int(row: Row, name: str) -> int:
    return int(float(row[name]))


def _maybe(row: Row, name: str) -> int | None:
    return _int(row, name) if name in row else None


def _date(row: Row, name: str) -> date:
    return date.fromisoformat(row[name][:10])


def _day(row: Row) -> Day:
    return Day(
        day=_date(row, "day"),
        users=_maybe(row, "active_users"),
        users_in_7_days=_maybe(row, "weekly_active_users"),
        users_in_28_days=_maybe(row, "monthly_active_users"),
        incomplete_reason=row.get("incomplete_reason", ""),
    )


def _week(row: Row) -> Week:
    return Week(_date(row, "week"), _int(row, "active_users"), _flow(row))


def _flow(row: Row) -> Flow | None:
    if "new_users" not in row:
        return None
    return Flow(
        new=_int(row, "new_users"),
        retained=_int(row, "retained_users"),
        returned=_int(row, "returned_users"),
        churned=_int(row, "churned_users"),
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
    at_least = _flag(row, "is_at_least")
    return Use(_date(row, "week"), row.get("name", ""), _int(row, "users"), at_least)


def _depth(row: Row) -> Depth:
    names = ("lower_quartile_messages", "median_messages", "upper_quartile_messages")
    return Depth(_date(row, "week"), *(float(row[name]) for name in names))


def _habit(row: Row) -> Habit:
    first, last = _int(row, "first_active_days"), _int(row, "last_active_days")
    return Habit(first, last, _int(row, "users"))


def _seat_use(row: Row) -> SeatUse:
    return SeatUse(
        first=_maybe(row, "first_days_since"),
        last=_maybe(row, "last_days_since"),
        has_never_used=_flag(row, "has_never_used"),
        seats=_int(row, "seats"),
        is_at_least=_flag(row, "is_at_least"),
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
