"""What was loaded is what the tap sent: every row, every type, nothing twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from support.expected import FORTNIGHT
from support.runs import (
    DAY_STREAMS,
    KEYS,
    STREAMS,
    TODAY,
    YESTERDAY,
    Table,
    bookmarks,
)

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
)
from warehouses.stores import KINDS, JsonLines, Postgres

if TYPE_CHECKING:
    from collections.abc import Callable

    from warehouses.stores import Row, Store

MONTH = Window(TODAY - timedelta(days=28), YESTERDAY)
ODD = NewFieldsOrganisation(seed=7)
SETTLED = SettledOrganisation(seed=7)
# Days that are loaded first, and those that come later, some of them again.
EARLY = Window(FORTNIGHT.first, FORTNIGHT.last - timedelta(days=3))
RESENT = Window(EARLY.last - timedelta(days=3), FORTNIGHT.last)


def table(*messages: bytes) -> Table:
    """Return a target in memory that has loaded the messages of some syncs."""
    loaded = Table()
    for of_one_sync in messages:
        loaded.load(of_one_sync)
    return loaded


def held(store: Store, *messages: bytes) -> dict[str, list[Row]]:
    """Return the rows of the same target, in the types of a store."""
    loaded = table(*messages)
    return {s: [store.stored(row) for row in loaded.of(s)] for s in STREAMS}


def load_twice(store: Store, first: Organisation = ODD) -> dict[str, list[Row]]:
    """Load early days, then all with settled figures; return what is due by then."""
    early = extracted(first, EARLY)
    state = store.loader().load(early)
    again = extracted(SETTLED, FORTNIGHT, state, lookback_days=3)
    state = store.loader().load(again)
    assert state is not None
    assert bookmarks(state)["users"] == str(YESTERDAY)
    return held(store, early, again)


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
    month = table(extracted(ODD, MONTH))
    users = month.of("users")
    assert {row["email"] for row in users} == {a.lower() for a in ODD_ADDRESSES}
    assert {row["additional_fields"] is None for row in users} == {True, False}
    active = {row["active_users"] > 0 for row in month.of("daily")}
    assert active == {True, False}, "no day is without activity"


def test_every_row_arrives_as_the_tap_sent_it(loaded: Store) -> None:
    for stream, rows in held(loaded, extracted(ODD, MONTH)).items():
        assert rows
        arrived = loaded.by_key(stream)
        assert arrived == rows
        # 1 == True == 1.0 in Python, but not in a table.
        assert [types_in(row) for row in arrived] == [types_in(row) for row in rows]


def test_every_message_that_the_api_counted_arrives(loaded: Store) -> None:
    said = [user for day in MONTH for user in ODD.day(day)["users"]]
    arrived = loaded.rows("users")
    assert len(arrived) == len(said)
    for figures in (arrived, loaded.rows("daily")):
        total = sum(row["messages"] for row in figures)
        assert total == sum(user["messages"] for user in said)


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
    due = load_twice(store, OddOrganisation(seed=7))
    for stream in STREAMS:
        assert store.by_key(stream) == due[stream]
    settled = [user for day in RESENT for user in SETTLED.day(day)["users"]]
    resent = [
        row for row in store.rows("users") if str(row["day"]) >= str(RESENT.first)
    ]
    assert sum(row["messages"] for row in resent) == sum(u["messages"] for u in settled)


def test_the_latest_lines_of_files_are_the_rows(
    new_store: Callable[[str], Store],
) -> None:
    store = new_store("jsonl")
    assert isinstance(store, JsonLines)
    due = load_twice(store)["users"]
    syncs = [day for window in (EARLY, RESENT) for day in window]
    assert len(store.lines("users")) == sum(len(ODD.day(d)["users"]) for d in syncs)
    latest = documents.statement("JSON Lines", "the latest lines")
    file = store.folder / "users.jsonl"
    question = latest.replace("users.jsonl", str(file)).strip(" ;\n")
    figures = duckdb.execute(
        f"SELECT day::VARCHAR, email, messages FROM ({question})",  # noqa: S608
    ).fetchall()
    assert sorted(figures) == [(r["day"], r["email"], r["messages"]) for r in due]


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
    messages = extracted(organisation, EARLY, stream_maps=maps)
    assert b"\\u0000" in messages
    store.loader().load(messages)
    due = held(store, messages.replace(b"\\u0000", b"\\ufffd"))
    for stream in DAY_STREAMS:
        assert due[stream]
        assert store.by_key(stream) == due[stream]


def test_a_load_that_was_killed_is_completed_by_the_next(store: Store) -> None:
    organisation = OddOrganisation(seed=7)
    whole = extracted(organisation, FORTNIGHT)
    messages = whole.splitlines(keepends=True)
    users = [number for number, line in enumerate(messages) if b'"users"' in line[:40]]
    half = b"".join(messages[: users[len(users) // 2]])
    due = held(store, whole)

    loader = store.loader(batch_size_rows=10, flush_all_streams=True)
    state = loader.load_until(half, lambda: store.arrived("users") > 0)
    assert 0 < len(store.rows("users")) < len(due["users"])
    store.loader().load(extracted(organisation, FORTNIGHT, state))
    for stream in STREAMS:
        assert store.by_key(stream) == due[stream]


def promises(state: dict[str, Any] | None, sent: dict[str, list[Row]]) -> list[Row]:
    """Return the rows that a state says are loaded."""
    reached = bookmarks(state) if state else {}
    return [
        {"stream": stream, **row}
        for stream, rows in sent.items()
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
    whole = extracted(organisation, FORTNIGHT)
    messages = whole.splitlines(keepends=True)
    half = b"".join(messages[: len(messages) // 2])
    loader = store.loader(batch_size_rows=batch, flush_all_streams=flush_all)
    told = loader.load_until(half, lambda: store.arrived("users") > 0)
    there = [
        {"stream": stream, **row}
        for stream in STREAMS
        for row in (store.rows(stream) if store.arrived(stream) else [])
    ]
    assert [row for row in promises(told, held(store, whole)) if row not in there] == []


@pytest.mark.parametrize("kind", ["duckdb", "postgres"])
def test_a_user_who_is_no_longer_listed_can_be_found_by_when_rows_were_extracted(
    new_store: Callable[[str], Store], kind: str
) -> None:
    store: Any = new_store(kind)
    before, after = OddOrganisation(seed=7), LeftOrganisation(seed=7)
    first = extracted(before, FORTNIGHT)
    state = store.loader().load(first)
    store.loader().load(extracted(after, FORTNIGHT, state, lookback_days=5))
    query = documents.statement(
        "Rows that are no longer listed", "DuckDB, PostgreSQL, Snowflake"
    )
    outdated = [(str(r["day"]), r["email"]) for r in store.ask(query.strip(" ;\n"))]
    days = [str(day) for day in list(FORTNIGHT)[-6:]]
    gone = [
        (row["day"], row["email"])
        for row in table(first).of("users")
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
    first = extracted(organisation, Window(busy, busy))
    state = store.loader().load(first)
    second = extracted(organisation, Window(quiet, quiet), state)
    state = store.loader().load(second)
    due = held(store, first, second)
    for stream in DAY_STREAMS:
        assert store.by_key(stream) == due[stream]
    before, zeros = store.by_key("daily")
    assert before["messages"] > 0
    assert (zeros["active_users"], zeros["messages"]) == (0, 0)
    assert state is not None
    assert bookmarks(state)["daily"] == str(quiet)
