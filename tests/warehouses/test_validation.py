"""What loaders make of wrong types, with `validate_records` and without.

The tap sends none: it checks every type when it reads an answer. A stream map may.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.runs import TODAY, YESTERDAY

from tap_zencoder.days import Window
from tap_zencoder.sandbox import Organisation
from warehouses.loading import extracted

if TYPE_CHECKING:
    from collections.abc import Callable

    from warehouses.stores import Row, Store

WEEK = Window(TODAY - timedelta(days=7), YESTERDAY)
WRONG: dict[str, Row] = {
    "text for a number": {"messages": "many"},
    "a fraction": {"messages": 7.5},
    "digits as text": {"messages": "12"},
    "no number": {"messages": None},
    "a number for a text": {"additional_fields": 5},
    "a date in words": {"last_active": "soon"},
    "a text for a list": {"ides": "Vim"},
}
# What is stored where nothing is checked; the database refuses the others.
STORED: dict[str, dict[str, Any]] = {
    "postgres": {
        "digits as text": 12,
        "no number": None,
        "a number for a text": "5",
        "a text for a list": ["V", "i", "m"],
    },
    "duckdb": {
        "a fraction": 8,
        "digits as text": 12,
        "no number": None,
        "a number for a text": "5",
        "a date in words": "soon",
    },
}


def spoilt(changes: dict[int, Row]) -> tuple[bytes, list[Row]]:
    """Return a week's messages with some rows of `users` changed, and those rows."""
    messages = extracted(Organisation(12, seed=7), WEEK).splitlines(keepends=True)
    start = b'{"type":"RECORD","stream":"users"'
    numbers = [n for n, line in enumerate(messages) if line.startswith(start)]
    rows = []
    for place, change in changes.items():
        message = json.loads(messages[numbers[place]])
        rows.append({**message["record"], **change})
        message["record"] = rows[-1]
        messages[numbers[place]] = json.dumps(message).encode() + b"\n"
    return b"".join(messages), rows


@pytest.mark.parametrize("name", ["digits as text", "a text for a list"])
@pytest.mark.parametrize("kind", STORED)
def test_a_loader_that_validates_stops_at_a_wrong_type(
    new_store: Callable[[str], Store], kind: str, name: str
) -> None:
    messages, _ = spoilt({3: WRONG[name]})
    with pytest.raises(AssertionError, match=r"not of type|schema validation"):
        new_store(kind).loader(validate_records=True).load(messages)


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind in STORED for name in WRONG if name not in STORED[kind]],
)
def test_without_validation_the_database_refuses_some_wrong_types(
    new_store: Callable[[str], Store], kind: str, name: str
) -> None:
    messages, _ = spoilt({3: WRONG[name]})
    with pytest.raises(AssertionError, match=r"Error|invalid input"):
        new_store(kind).loader().load(messages)


@pytest.mark.parametrize("kind", STORED)
def test_without_validation_some_wrong_types_are_stored(
    new_store: Callable[[str], Store], kind: str
) -> None:
    store = new_store(kind)
    names = STORED[kind]
    messages, changed = spoilt(
        {place: WRONG[name] for place, name in enumerate(names, start=3)}
    )
    store.loader().load(messages)
    by_key = {(str(row["day"]), row["email"]): row for row in store.rows("users")}
    for row, (name, value) in zip(changed, names.items(), strict=True):
        [column] = WRONG[name]
        assert by_key[row["day"], row["email"]][column] == value


def test_without_validation_duckdb_loses_a_first_row_of_a_wrong_type(
    new_store: Callable[[str], Store],
) -> None:
    """The loader writes CSV, of which DuckDB takes such a row for the header."""
    arrived = []
    for change in ({}, WRONG["text for a number"]):
        store = new_store("duckdb")
        store.loader().load(spoilt({0: change})[0])
        arrived.append(store.arrived("users"))
    assert arrived[1] == arrived[0] - 1
