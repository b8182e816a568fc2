"""From the models' rows, which are text, to the figures of an organisation."""

from __future__ import annotations

from datetime import date

from report.figures import (
    Breakdown,
    Check,
    Day,
    Depth,
    Figures,
    Flow,
    Headline,
    Month,
    Newcomers,
    SeatUse,
    Segments,
    Team,
    Use,
    Week,
)
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
        months=[_month(row) for row in rows("monthly")],
        ides=breakdown("ides"),
        languages=breakdown("languages"),
        depth=[_depth(row) for row in rows("depth")],
        segments=[_segments(row) for row in rows("segments")],
        newcomers=[_newcomers(row) for row in rows("newcomers")],
        teams=[_team(row) for row in rows("teams")],
        headline=next(map(_headline, rows("organizations")), Headline()),
        has_seats=models.has_seats,
        has_people=models.has_people,
        weekend=frozenset(models.weekend),
        seats=[_seat_use(row) for row in rows("seat_use")],
        checks=[_check(row) for row in rows("checks")],
        minimum_group=models.minimum_group,
        power_days=models.power_days,
        regular_days=models.regular_days,
        made_on=made_on,
        is_assumed=any(_flag(row, "is_assumed") for row in rows("daily")),
    )


def _flag(row: Row, name: str) -> bool:
    return row[name] == "1"


def _int(row: Row, name: str) -> int:
    return int(float(row[name]))


def _number(row: Row, name: str) -> float | None:
    return float(row[name]) if name in row else None


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


def _month(row: Row) -> Month:
    return Month(_date(row, "month"), _int(row, "active_users"), _flow(row))


def _segments(row: Row) -> Segments:
    return Segments(
        week=_date(row, "week"),
        power=_maybe(row, "shown_power_users"),
        regular=_maybe(row, "shown_regular_users"),
        occasional=_maybe(row, "shown_occasional_users"),
        dormant=_int(row, "dormant_users"),
    )


def _newcomers(row: Row) -> Newcomers:
    return Newcomers(
        month=_date(row, "month"),
        users=_int(row, "users"),
        with_four_days=_int(row, "users_with_four_days"),
        days_to_fourth=_number(row, "median_days_to_fourth_day"),
        active_in_week_4=_maybe(row, "active_in_week_4"),
        active_in_week_12=_maybe(row, "active_in_week_12"),
    )


def _team(row: Row) -> Team:
    return Team(
        week=_date(row, "week"),
        name=row["team"],
        teams=_int(row, "teams"),
        members=_maybe(row, "members"),
        active=_int(row, "active_users"),
        share=_number(row, "share"),
        often=_maybe(row, "shown_often_users"),
        is_at_least=_flag(row, "is_at_least"),
        has_people_without=_flag(row, "has_people_without_team"),
    )


def _headline(row: Row) -> Headline:
    return Headline(
        in_28_days=_maybe(row, "monthly_active_users"),
        peak=_maybe(row, "peak_monthly_active_users"),
        often=_maybe(row, "often_users"),
        seats=_maybe(row, "seats"),
        seats_used=_maybe(row, "seats_active_in_28_days"),
        idle=_maybe(row, "idle_seats"),
        without_seat=_maybe(row, "users_without_seat"),
        bought=_maybe(row, "seats_bought"),
        price_of_idle=_number(row, "price_of_idle_seats"),
    )


def _use(row: Row) -> Use:
    at_least = _flag(row, "is_at_least")
    return Use(_date(row, "week"), row.get("name", ""), _int(row, "users"), at_least)


def _depth(row: Row) -> Depth:
    return Depth(
        week=_date(row, "week"),
        lower_quartile=float(row["lower_quartile_messages"]),
        median=float(row["median_messages"]),
        upper_quartile=float(row["upper_quartile_messages"]),
        top_tenth_share=_number(row, "top_tenth_share"),
    )


def _seat_use(row: Row) -> SeatUse:
    return SeatUse(
        first=row["first_status"],
        last=row["last_status"],
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
