"""The rows of a report: objects of the API, stamped with the day, one for each key."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Sequence
from datetime import date
from functools import partial, reduce
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET

from tap_zencoder.api.objects import (
    Added,
    ApiObject,
    DailyUsage,
    Period,
    Summary,
    UserUsage,
)
from tap_zencoder.api.reading import json_text, set_aside
from tap_zencoder.api.reports import UsageReport
from tap_zencoder.days import utc_day


class PeriodSummary(ApiObject, kw_only=True):
    """The totals of one period, as of one sync day."""

    day: Added
    period: str
    start: date
    end: date
    days: int
    total_active_users: int
    total_messages: int
    additional_fields: Added


Columns = Collection[str] | None
"""The columns that are loaded; None for all. A wrong value of another is no error."""
_Count = Callable[[Any, Any], Any]


def daily_rows(
    report: UsageReport, day: date, columns: Columns = None
) -> Sequence[ApiObject]:
    """Return the day's entry of ``data.daily[]``."""
    found = report.objects("daily", DailyUsage, columns and {*columns, "day"})
    entries = [(entry.day, entry) for entry in found]
    return _stamped(_of_day(report, day, entries), day)


def daily_item_rows(
    report: UsageReport,
    day: date,
    array: str,
    kind: type[ApiObject],
    columns: Columns = None,
) -> Sequence[ApiObject]:
    """Return the items of an array in the day's entry of ``data.daily[]``."""
    arrays = _of_day(report, day, report.items_of_days(array, kind, columns))
    return _stamped([item for items in arrays for item in items], day)


def user_rows(
    report: UsageReport, day: date, columns: Columns = None
) -> Sequence[ApiObject]:
    """Return ``data.users[]``, stamped with the day that was asked for.

    Not with ``data.period``, whose dates do not show which days it covers.
    ``last_active`` becomes a ``YYYY-MM-DD`` day or None, however the API words it.
    """
    users = report.objects("users", UserUsage, columns)
    with report.place("users[]") as found:
        # A day has few values of it, and most often they are days already.
        days = {stamp: _day_or_none(stamp) for stamp in {u.last_active for u in users}}
        for user in users if any(stamp != days[stamp] for stamp in days) else ():
            stamp = user.last_active
            user.last_active = days[stamp]
            is_loaded = columns is None or "last_active" in columns
            if stamp and not days[stamp] and is_loaded:
                set_aside(user, "last_active", stamp, found)
    return _stamped(users, day)


def period_row(report: UsageReport) -> PeriodSummary:
    """Return ``data.period`` and ``data.summary`` as one row."""
    period, summary = report.object("period", Period), report.object("summary", Summary)
    new = {"period": period.additional_fields, "summary": summary.additional_fields}
    return PeriodSummary(
        day=period.end.isoformat(),
        period=report.query.value,
        start=period.start,
        end=period.end,
        days=period.days,
        total_active_users=summary.total_active_users,
        total_messages=summary.total_messages,
        additional_fields=json_text(
            {name: msgspec.Raw(text.encode()) for name, text in new.items() if text}
        ),
    )


class Merged(NamedTuple):
    """Rows with one per key, and how those of one key became one; "" if none did."""

    rows: Sequence[ApiObject]
    how: str = ""


def merge_duplicates(
    rows: Sequence[ApiObject],
    keys: Sequence[str],
    total_messages: Callable[[], float | None] = lambda: None,
) -> Merged:
    """Return the rows with one per key, where the first of that key stood.

    Rows of the same key are parts of one: counts are added, lists united, and of other
    values the greatest is kept. Rows that are the same throughout count once. But if
    their total is known and another of `_READINGS` alone fits it, that one holds. Rows
    without a name are of different things, and always added. What an additional field
    means nobody knows, so it is never added: the later row's stands.
    """
    key_of: Callable[[ApiObject], Any] = attrgetter(*keys)
    if len(set(map(key_of, rows))) == len(rows):
        return Merged(rows)
    parts: dict[Any, list[ApiObject]] = {}
    for row in rows:
        parts.setdefault(key_of(row), []).append(row)
    if all(len(of_key) == 1 or _is_nameless(of_key[0]) for of_key in parts.values()):
        return Merged([_added(of_key) for of_key in parts.values()])
    readings = [
        Merged([_one_row(of_key, merge) for of_key in parts.values()], how)
        for how, merge in _READINGS.items()
    ]
    usual, total = readings[0], total_messages()
    fitting = [reading for reading in readings if _messages(reading) == total]
    return fitting[0] if len(fitting) == 1 else usual


def _one_row(of_key: list[ApiObject], merge: _Merge) -> ApiObject:
    return _added(of_key) if _is_nameless(of_key[0]) else merge(of_key)


def _is_nameless(row: ApiObject) -> bool:
    return any(getattr(row, name) == none for name, none in row.names.items())


def _added_once(rows: list[ApiObject]) -> ApiObject:
    different: list[ApiObject] = []
    for row in rows:
        if row not in different:
            different.append(row)
    return _added(different)


def _added(rows: list[ApiObject]) -> ApiObject:
    return reduce(partial(_merged_row, count=operator.add), rows)


def _greatest(rows: list[ApiObject]) -> ApiObject:
    return reduce(partial(_merged_row, count=max), rows)


_Merge = Callable[[list[ApiObject]], ApiObject]
_READINGS: dict[str, _Merge] = {
    "counts added, lists united": _added_once,
    "counts added also where rows are the same, as the answer's total has it": _added,
    "the greatest counts kept, as the answer's total has it": _greatest,
}


def _messages(merged: Merged) -> int:
    return sum(getattr(row, "messages", 0) for row in merged.rows)


def _of_day(
    report: UsageReport, day: date, entries: list[tuple[date, Any]]
) -> list[Any]:
    """Return the entries of a day, and leave others to their own day's request."""
    if any(other != day for other, _ in entries):
        report.surprises.append(
            "The API answered with figures of a day that was not asked for; they are "
            "left to that day's own request.",
        )
    return [entry for of_day, entry in entries if of_day == day]


def _day_or_none(stamp: str | None) -> str | None:
    try:
        return utc_day(stamp) if stamp else None  # nothing may be "" as well
    except ValueError:
        return None


def _stamped(rows: Sequence[ApiObject], day: date) -> Sequence[ApiObject]:
    stamp = day.isoformat()
    for row in rows:
        row.day = stamp
        if row.additional_fields is UNSET:
            row.additional_fields = None
    return rows


def _merged_row(one: ApiObject, other: ApiObject, count: _Count) -> ApiObject:
    names = [n for n in one.__struct_fields__ if n != "additional_fields"]
    merged = {n: _merged(getattr(one, n), getattr(other, n), count) for n in names}
    fields: dict[str, msgspec.Raw] = {}
    for text in (one.additional_fields, other.additional_fields):
        if isinstance(text, str):
            fields |= msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    additional = json_text(fields) or one.additional_fields
    return type(one)(**merged, additional_fields=additional)


def _merged(one: Any, other: Any, count: _Count) -> Any:
    if one is None or other is None or one is UNSET:
        return other if one is None else one
    if isinstance(one, int):
        return count(one, other)
    if isinstance(one, list):
        items = [*one, *(item for item in other if item not in one)]
        names = {n for i in items if isinstance(i, ApiObject) for n in i.names}
        return merge_duplicates(items, sorted(names)).rows if names else items
    return max(one, other)  # text and dates, keys among them
