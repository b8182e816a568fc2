"""What the marts about licensed seats should hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from models.history import Row
from models.oracle import Oracle, ratio
from models.oracle_of_groups import is_small, merged

STATUSES = (
    "active in 28 days",
    "active in 7 days",
    "too new to judge",
    "never used",
    "not for 28 days",
)
_WINDOW = 28
Given = Mapping[str, date | None]
"""When each licensed address was assigned, if that is known."""


def seats(oracle: Oracle, given: Given) -> list[Row]:
    users = {row["email"]: row["days_since_active"] for row in oracle.users()}
    rows = [
        oracle.row(
            email=email,
            has_seat=True,
            assigned_on=assigned_on,
            is_used=email in users,
            days_since_active=users.get(email),
            status=_status(oracle, users.get(email), assigned_on),
        )
        for email, assigned_on in given.items()
    ]
    without = {e: n for e, n in users.items() if n < _WINDOW and e not in given}
    return rows + [
        oracle.row(
            email=email,
            has_seat=False,
            assigned_on=None,
            is_used=True,
            days_since_active=days,
            status="active without a seat",
        )
        for email, days in without.items()
        if given
    ]


def _status(oracle: Oracle, days: int | None, assigned_on: date | None) -> str:
    as_of = oracle.last_complete
    if days is not None and days < _WINDOW:
        return STATUSES[1] if days < 7 else STATUSES[0]  # a week
    if assigned_on and as_of and assigned_on > as_of - timedelta(days=_WINDOW):
        return STATUSES[2]
    return STATUSES[3] if days is None else STATUSES[4]


def seat_use(oracle: Oracle, given: Given) -> list[Row]:
    people = {row["email"]: row["days_since_active"] for row in oracle.users()}
    as_of, minimum = oracle.last_complete, oracle.rules.minimum_group
    if not given or not people or as_of is None:
        return []
    if not oracle.are_complete(oracle.until(as_of, _WINDOW)):
        return []
    if _tells_few(oracle, set(given), people):
        floor = len(given) // minimum * minimum
        return [_row(oracle, 0, 4, floor, None, None)] if floor else []
    statuses = [row["status"] for row in seats(oracle, given) if row["has_seat"]]
    spans = ((7, 27), (0, 6))
    active = [sum(a <= n <= b for n in people.values()) for a, b in spans]
    licensed = [statuses.count(status) for status in STATUSES]
    rest = [n - seats_ for n, seats_ in zip(active, licensed, strict=False)]
    counts = list(zip(licensed, [*rest, None, None, None], strict=True))
    return [
        _row(oracle, first, last, users, ratio(users, len(given)), others)
        for first, last, users, others in merged(counts, minimum)
    ]


def _tells_few(oracle: Oracle, seats: set[str], people: dict[str, int]) -> bool:
    """Return whether seats less people, or people less seats, are a small group."""
    totals = [{e for e, n in people.items() if n <= last} for last in (6, 27)]
    weeks = [row["week"] for row in oracle.weekly() if row["is_complete"]]
    last_week = [weeks[-1] + timedelta(days=n) for n in range(7)] if weeks else []
    minimum = oracle.rules.minimum_group
    return any(
        (not total - seats and is_small(len(seats - total), minimum))
        or (not seats - total and is_small(len(total - seats), minimum))
        for total in (*totals, set(people), oracle.people(last_week))
    )


def _row(
    oracle: Oracle,
    first: int,
    last: int,
    seats: int,
    share: float | None,
    others: int | None,
) -> Row:
    return oracle.row(
        as_of=oracle.last_complete,
        first_status=STATUSES[first],
        last_status=STATUSES[last],
        seats=seats,
        share=share,
        users_without_seat=others if last <= 1 else None,
        is_at_least=share is None,
    )
