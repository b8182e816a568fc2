"""What was loaded is what the API said: every row, every type, nothing twice."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from support.runs import KEYS, STREAMS, TODAY, YESTERDAY, bookmarks

from tap_zencoder.days import Window
from tap_zencoder.sandbox import Organisation
from warehouses import documents
from warehouses.loading import extracted
from warehouses.organisations import (
    LEFT,
    ODD_ADDRESSES,
    LeftOrganisation,
    NewFieldsOrganisation,
    NulNamesOrganisation,
    NulOrganisation,
    OddOrganisation,
    SettledOrganisation,
    expected,
    key_of,
    with_new_fields_apart,
)
from warehouses.stores import KINDS, JsonLines, Postgres, sorted_by_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from warehouses.stores import Row, Store

MONTH = Window(TODAY - timedelta(days=28), YESTERDAY)
FORTNIGHT = Window(TODAY - timedelta(days=14), YESTERDAY)
DAY_STREAMS = set(STREAMS) - {"period_summaries"}
ODD = NewFieldsOrganisation(seed=7)
SETTLED = SettledOrganisation(seed=7)


def due(
    store: Store,
    organisation: Organisation,
    window: Window,
) -> dict[str, list[Row]]:
    """Say what a store should hold after a sync of the days, in its own types."""
    return {
        stream: sorted_by_key(
            stream,
            [store.stored(with_new_fields_apart(row)) for row in rows],
        )
        for stream, rows in expected(organisation, window).items()
    }


EARLY = Window(FORTNIGHT.first, FORTNIGHT.last - timedelta(days=3))
RESENT = Window(EARLY.last - timedelta(days=3), FORTNIGHT.last)


def due_after_resending(store: Store, organisation: Organisation) -> dict[str, Any]:
    """Say what a store should hold after `EARLY` days, and `RESENT` ones settled."""
    kept = Window(EARLY.first, RESENT.first - timedelta(days=1))
    before, after = due(store, organisation, kept), due(store, SETTLED, RESENT)
    return {
        stream: sorted_by_key(stream, before[stream] + after[stream])
        for stream in DAY_STREAMS
    } | {"period_summaries": after["period_summaries"]}


@pytest.fixture(scope="module", params=KINDS)
def loaded(
    request: pytest.FixtureRequest,
    new_store: Callable[[str], Store],
) -> Store:
    """Give a store with a month of the odd organisation."""
    store: Store = new_store(request.param)
    state = store.loader().load(extracted(ODD, MONTH))
    assert state is not None
    assert set(bookmarks(state)) == set(STREAMS)
    return store


def test_the_month_has_what_makes_loading_hard() -> None:
    rows = expected(ODD, MONTH)
    assert {row["email"] for row in rows["users"]} == set(map(key_of, ODD_ADDRESSES))
    fields = [with_new_fields_apart(row)["additional_fields"] for row in rows["users"]]
    assert any(fields)
    assert not all(fields)
    active = {row["active_users"] > 0 for row in rows["daily"]}
    assert active == {True, False}, "no day is without activity"


def test_every_row_arrives_as_the_api_sent_it(loaded: Store) -> None:
    for stream, truth in due(loaded, ODD, MONTH).items():
        assert truth
        arrived = loaded.by_key(stream)
        assert arrived == truth
        # 1 == True == 1.0 in Python, but not in a table.
        assert [types_in(row) for row in arrived] == [types_in(row) for row in truth]


def types_in(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: types_in(item) for name, item in value.items()}
    if isinstance(value, list):
        return [types_in(item) for item in value]
    return type(value)


def test_a_table_has_the_key_of_its_stream(loaded: Store) -> None:
    assert {stream: loaded.key(stream) for stream in STREAMS} == {
        stream: set(KEYS[stream]) for stream in STREAMS
    }


PAGE_TITLES = {"postgres": "PostgreSQL", "duckdb": "DuckDB"}


@pytest.mark.parametrize("loaded", PAGE_TITLES, indirect=True)
def test_the_columns_are_as_the_page_says(loaded: Store) -> None:
    title = PAGE_TITLES["postgres" if isinstance(loaded, Postgres) else "duckdb"]
    for stream in STREAMS:
        types = loaded.types(stream)
        own = {name: kind for name, kind in types.items() if name[:5] != "_sdc_"}
        assert own == documents.columns(title)[stream]


def test_days_sent_again_replace_what_was_there(store: Store) -> None:
    before = OddOrganisation(seed=7)
    state = store.loader().load(extracted(before, EARLY))
    again = extracted(SETTLED, FORTNIGHT, state, lookback_days=3)
    assert store.loader().load(again) is not None
    for stream, truth in due_after_resending(store, before).items():
        assert store.by_key(stream) == truth
    if isinstance(store, JsonLines):
        sent = due(store, before, EARLY), due(store, SETTLED, RESENT)
        assert len(store.lines("users")) == sum(len(rows["users"]) for rows in sent)
        latest = documents.statement("JSON Lines", "the latest lines")
        file = store.folder / "users.jsonl"
        question = latest.replace("users.jsonl", str(file)).strip(" ;\n")
        figures = duckdb.execute(
            f"SELECT day::VARCHAR, email, messages FROM ({question})",  # noqa: S608
        ).fetchall()
        assert sorted(figures) == [
            (row["day"], row["email"], row["messages"]) for row in store.by_key("users")
        ]


NOT_IN_OBJECTS = {"daily": {"ides": "__NULL__", "languages": "__NULL__"}}


@pytest.mark.parametrize(
    ("organisation", "maps"),
    [
        (NulOrganisation(5, seed=7), {}),
        (NulNamesOrganisation(5, seed=7), NOT_IN_OBJECTS),
    ],
    ids=["in addresses", "in all names"],
)
def test_a_nul_in_a_name_does_not_stop_postgresql(
    new_store: Callable[[str], Store], organisation: Organisation, maps: dict[str, Any]
) -> None:
    """The loader replaces it, but not in objects: there the arrays are left out."""
    store = new_store("postgres")
    sent = json.dumps(expected(organisation, EARLY))
    assert "\\u0000" in sent
    store.loader().load(extracted(organisation, EARLY, stream_maps=maps))
    for stream in DAY_STREAMS:
        left_out = maps.get(stream, {})
        truth = [
            store.stored({k: v for k, v in row.items() if k not in left_out})
            for row in json.loads(sent.replace("\\u0000", "\\ufffd"))[stream]
        ]
        assert store.by_key(stream) == sorted_by_key(stream, truth)


def test_a_load_that_was_killed_is_completed_by_the_next(store: Store) -> None:
    organisation = OddOrganisation(seed=7)
    messages = extracted(organisation, FORTNIGHT).splitlines(keepends=True)
    users = [number for number, line in enumerate(messages) if b'"users"' in line[:40]]
    half = b"".join(messages[: users[len(users) // 2]])
    truth = due(store, organisation, FORTNIGHT)

    loader = store.loader(batch_size_rows=10, flush_all_streams=True)
    state = loader.load_until(half, lambda: store.arrived("users") > 0)
    assert 0 < len(store.rows("users")) < len(truth["users"])
    store.loader().load(extracted(organisation, FORTNIGHT, state))
    for stream in STREAMS:
        assert store.by_key(stream) == truth[stream]


def promises(state: dict[str, Any] | None, truth: dict[str, list[Row]]) -> list[Row]:
    """Return the rows that a state says are loaded."""
    reached = bookmarks(state) if state else {}
    return [
        {"stream": stream, **row}
        for stream, rows in truth.items()
        for row in rows
        if str(row["day"]) <= reached.get(stream, "")
    ]


@pytest.mark.parametrize("batch", [3, 10])
@pytest.mark.parametrize("flush_all", [True, False])
def test_what_a_killed_first_load_says_is_loaded_is_there(
    new_store: Callable[[str], Store], batch: int, *, flush_all: bool
) -> None:
    """target-duckdb takes the first STATE that it sees for one that is loaded."""
    store = new_store("duckdb")
    organisation = OddOrganisation(seed=7)
    messages = extracted(organisation, FORTNIGHT).splitlines(keepends=True)
    half = b"".join(messages[: len(messages) // 2])
    loader = store.loader(batch_size_rows=batch, flush_all_streams=flush_all)
    told = loader.load_until(half, lambda: store.arrived("users") > 0)
    truth = due(store, organisation, FORTNIGHT)
    there = [
        {"stream": stream, **row}
        for stream in STREAMS
        for row in (store.rows(stream) if store.arrived(stream) else [])
    ]
    assert [row for row in promises(told, truth) if row not in there] == []


@pytest.mark.parametrize("kind", ["duckdb", "postgres"])
def test_a_user_who_is_no_longer_listed_can_be_found_by_when_rows_were_extracted(
    new_store: Callable[[str], Store], kind: str
) -> None:
    store: Any = new_store(kind)
    before, after = OddOrganisation(seed=7), LeftOrganisation(seed=7)
    state = store.loader().load(extracted(before, FORTNIGHT))
    store.loader().load(extracted(after, FORTNIGHT, state, lookback_days=5))
    query = documents.statement(
        "Rows that are no longer listed", "DuckDB, PostgreSQL, Snowflake"
    )
    outdated = [(str(r["day"]), r["email"]) for r in store.ask(query.strip(" ;\n"))]
    days = [str(day) for day in list(FORTNIGHT)[-6:]]
    gone = [
        (row["day"], row["email"])
        for row in expected(before, FORTNIGHT)["users"]
        if row["day"] in days and row["email"] == LEFT
    ]
    assert gone
    assert sorted(outdated) == sorted(gone)


def test_a_day_without_activity_adds_a_row_of_zeros_and_moves_the_state(
    store: Store,
) -> None:
    organisation = Organisation(12, seed=7)
    quiet = next(day for day in FORTNIGHT if not organisation.day(day)["daily"])
    busy = quiet - timedelta(days=1)
    state = store.loader().load(extracted(organisation, Window(busy, busy)))
    truth = due(store, organisation, Window(busy, busy))
    for stream in DAY_STREAMS:
        assert store.by_key(stream) == truth[stream]
    state = store.loader().load(extracted(organisation, Window(quiet, quiet), state))
    [zeros] = due(store, organisation, Window(quiet, quiet))["daily"]
    assert (zeros["active_users"], zeros["messages"]) == (0, 0)
    truth["daily"].append(zeros)
    for stream in DAY_STREAMS:
        assert store.by_key(stream) == truth[stream]
    assert state is not None
    assert bookmarks(state)["daily"] == str(quiet)
