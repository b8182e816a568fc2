"""The rows of a report: objects of the API, stamped with the day, one for each key.

Each function raises ContractError where a value cannot be read that its rows need.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from operator import attrgetter
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from tap_zencoder.api import objects
from tap_zencoder.api.objects import ApiObject, DailyUsage, Summary, UserUsage
from tap_zencoder.api.reports import UsageReport, json_text
from tap_zencoder.api.responses import Members
from tap_zencoder.days import CLOCK_SLACK, utc_day
from tap_zencoder.errors import ContractError

Row = TypeVar("Row", bound=ApiObject)
_ITEMS = "daily[].%s[]"
_NULL = msgspec.Raw(b"null")


def daily_rows(report: UsageReport, day: date) -> Sequence[ApiObject]:
    """Return one row, for the day's entry of ``data.daily[]``, or for the summary."""
    own = [entry for entry in report.daily if entry.day == day.isoformat()]
    report.check("daily[]")
    [row] = merged(report, own or [_of_summary(report, day)], "day", "daily[]")
    arrays = {
        name: [replace(item, additional_fields=UNSET) for item in items]
        for name, kind in DailyUsage.items.items()
        if (items := merged(report, getattr(row, name) or (), kind.key, _ITEMS % name))
    }
    return [replace(row, **arrays)]


def _item_rows(report: UsageReport, day: date, array: str) -> Sequence[ApiObject]:
    """Return the items of an array in the day's entry of ``data.daily[]``."""
    entries, stamp = report.daily, day.isoformat()
    report.check(f"daily[].{array}")
    rows = [
        replace(item, day=stamp, additional_fields=item.additional_fields or None)
        for entry in entries
        if entry.day == stamp
        for item in getattr(entry, array) or ()
    ]
    return merged(report, rows, DailyUsage.items[array].key, _ITEMS % array)


ide_rows = partial(_item_rows, array="ides")
language_rows = partial(_item_rows, array="languages")


def user_rows(report: UsageReport, day: date) -> Sequence[ApiObject]:
    """Return ``data.users[]``, stamped with the day that was asked for.

    Not with ``data.period``, whose dates do not show which days it covers.
    ``last_active`` is a ``YYYY-MM-DD`` day.
    """
    users, stamp = report.users, day.isoformat()
    report.check("users[]")
    for user in users:
        user.day = stamp
    # A day has few values of it, and most often they are days already.
    days = {moment: _day_or_none(moment) for moment in {u.last_active for u in users}}
    for user in users if any(days[moment] != moment for moment in days) else ():
        moment, user.last_active = user.last_active, days[user.last_active]
        if moment and not user.last_active:
            kept = _members(user.additional_fields or "{}")
            kept["last_active"] = msgspec.Raw(msgspec.json.encode(moment))
            user.additional_fields = json_text(kept)
            error = report.error("users[].last_active", "a date was expected")
            report.set_aside("users[].last_active", error)
    return merged(report, users, UserUsage.key, "users[]")


def period_rows(report: UsageReport, today: date) -> Sequence[ApiObject]:
    """Return ``data.period`` and ``data.summary`` as one row."""
    period = report.object("period", objects.Period)
    summary = report.object("summary", Summary)
    new = {"period": period.additional_fields, "summary": summary.additional_fields}
    kept = {name: msgspec.Raw(text.encode()) for name, text in new.items() if text}
    end = report.date(period.end, "period.end")
    if date.fromisoformat(end) > today + CLOCK_SLACK:
        raise report.error("period.end", "it is in the future")
    row = objects.PeriodSummary(
        day=end,
        period=report.query.value,
        start=report.date(period.start, "period.start"),
        end=end,
        days=period.days,
        total_active_users=summary.total_active_users,
        total_messages=summary.total_messages,
        additional_fields=json_text(kept) if kept else None,
    )
    return [row]


def merged(
    report: UsageReport, rows: Sequence[Row], key: str, place: str
) -> Sequence[Row]:
    """Return the rows with one for each key, where the first of that key stood.

    Equal rows count once. Of others, counts are added, lists united, and the greatest
    of other values kept; of additional fields, which nobody knows, the last.
    """
    key_of = attrgetter(key)
    if len(set(map(key_of, rows))) == len(rows):
        return rows
    sentence = (
        f"The API sent entries with the same {key}. Equal ones count once; of others, "
        "counts are added and lists united."
    )
    report.notes.setdefault(sentence, "")
    of_keys: dict[str, dict[bytes, Row]] = {}
    for row in rows:
        of_keys.setdefault(key_of(row), {})[msgspec.json.encode(row)] = row
    return [_one(report, [*of.values()], place) for of in of_keys.values()]


def _one(report: UsageReport, rows: list[Row], place: str) -> Row:
    if len(rows) == 1:
        return rows[0]
    names = rows[0].__struct_fields__
    values = {
        name: _together(report, [getattr(row, name) for row in rows], f"{place}.{name}")
        for name in names
    }
    return replace(rows[0], **values)


def _together(report: UsageReport, values: list[Any], place: str) -> Any:
    known = [value for value in values if value is not None and value is not UNSET]
    if not known:
        return values[0]
    if place.endswith(".additional_fields"):
        return json_text(
            {n: raw for text in known for n, raw in _members(text).items()}
        )
    if isinstance(known[0], int):
        if abs(sum(known)) > objects.LARGEST:
            raise report.error(place, "the sum is too large for a whole number")
        return sum(known)
    if isinstance(known[0], list):
        items = [item for value in known for item in value]
        if items and isinstance(items[0], ApiObject):
            return merged(report, items, items[0].key, f"{place}[]")
        return list(dict.fromkeys(items))
    return max(known)  # text, keys among it


def _of_summary(report: UsageReport, day: date) -> DailyUsage:
    """Return the day as the summary has it; a quiet day needs none."""
    try:
        is_quiet = not report.users and not report.daily
    except ContractError:
        is_quiet = False
    try:
        summary = report.object("summary", Summary)
    except ContractError:
        if not is_quiet or _counts(report.data.get("summary", _NULL)):
            raise
        kept = {"summary": report.data.get("summary", _NULL)}
        summary = Summary(total_active_users=0, total_messages=0)
        if bytes(kept["summary"]) != b"null":
            summary.additional_fields = json_text(kept)
    items: Any = [] if is_quiet and not summary.total_active_users else None
    return DailyUsage(
        day=day.isoformat(),
        active_users=summary.total_active_users,
        messages=summary.total_messages,
        ides=items,
        languages=items,
        additional_fields=summary.additional_fields,
    )


def _counts(summary: msgspec.Raw) -> bool:
    """Return whether a summary that cannot be read has a figure that is not 0."""
    totals: Any = msgspec.json.decode(summary)
    known = totals if isinstance(totals, dict) else {}
    figures = (known.get(name) for name in ("total_active_users", "total_messages"))
    return any(isinstance(figure, int | float) and figure for figure in figures)


def _day_or_none(moment: str | None) -> str | None:
    try:
        return utc_day(moment) if moment else None
    except ValueError:
        return None


def _members(text: Any) -> Members:
    found: Members = msgspec.json.decode(text, type=Members)
    return found
