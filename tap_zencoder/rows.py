"""What happens to rows on their way from the API's objects to the streams."""

from __future__ import annotations

from functools import partial, reduce
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_zencoder.objects import ApiObject, Row


def split_fields(item: Row, kind: type[ApiObject]) -> Row:
    """Return an object of an array as a row: what is unknown in additional_fields."""
    known = kind.__struct_fields__
    row = {name: item[name] for name in known}
    row["additional_fields"] = {k: v for k, v in item.items() if k not in row} or None
    return row


def with_known_items(row: Row, kind: type[ApiObject]) -> Row:
    """Return a row with nothing but known fields inside its arrays.

    An array with more than that is kept whole in ``additional_fields``.
    """
    kept = {
        name: row[name]
        for name, item_kind in kind.nested.items()
        if any(len(item) > len(item_kind.__struct_fields__) for item in row[name] or ())
    }
    if not kept:
        return row
    known = {
        name: [
            {k: item[k] for k in kind.nested[name].__struct_fields__} for item in items
        ]
        for name, items in kept.items()
    }
    unknown = {**(row["additional_fields"] or {}), **kept}
    return {**row, **known, "additional_fields": unknown}


def encode_additional_fields(rows: list[Row]) -> None:
    """Turn the object in ``additional_fields`` of each row into JSON text.

    Text is what every loader can store. An object of no fixed shape is not: streamed to
    BigQuery, it costs the row.
    """
    for row in rows:
        if row["additional_fields"] is not None:
            row["additional_fields"] = msgspec.json.encode(
                row["additional_fields"]
            ).decode()


def merge_duplicates(rows: list[Row], keys: Sequence[str]) -> list[Row]:
    """Return the rows with one per key, where the first of that key stood.

    Rows of the same key are parts of one: numbers are added, lists united, and of other
    values the greatest is kept. Rows that are the same throughout count once.
    """
    key_of = itemgetter(*keys)
    if len(set(map(key_of, rows))) == len(rows):
        return rows
    parts: dict[Any, list[Row]] = {}
    for row in rows:
        of_key = parts.setdefault(key_of(row), [])
        if row not in of_key:
            of_key.append(row)
    return [reduce(partial(_merged_row, keys), of_key) for of_key in parts.values()]


def _merged_row(keys: Sequence[str], one: Row, other: Row) -> Row:
    return {k: v if k in keys else _merged(v, other[k]) for k, v in one.items()}


def _merged(one: Any, other: Any) -> Any:
    if one is None or other is None:
        return other if one is None else one
    if _is_number(one) and _is_number(other):
        return one + other
    if isinstance(one, list) and isinstance(other, list):
        return [*one, *(item for item in other if item not in one)]
    if isinstance(one, dict) and isinstance(other, dict):
        return {k: _merged(one.get(k), other.get(k)) for k in {**one, **other}}
    # Fields that this version does not know may hold anything.
    return max(one, other) if type(one) is type(other) else one


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
