"""What was loaded is what the API said: every row, every type, nothing twice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from conftest import STREAMS, TODAY, YESTERDAY, bookmarks
from test_streams import expected

from tap_zencoder.sandbox import Organisation
from tap_zencoder.window import Window
from warehouses.conftest import KINDS
from warehouses.loading import extracted
from warehouses.organisations import (
    ODD_ADDRESSES,
    NewFieldsOrganisation,
    OddOrganisation,
    SettledOrganisation,
    with_new_fields_apart,
)
from warehouses.stores import KEYS, JsonLines, sorted_by_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from warehouses.stores import Row, Store

MONTH = Window(TODAY - timedelta(days=28), YESTERDAY)
FORTNIGHT = Window(TODAY - timedelta(days=14), YESTERDAY)
DAY_STREAMS = set(STREAMS) - {"period_summaries"}
ODD = NewFieldsOrganisation(seed=7)


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
    assert {row["email"] for row in rows["users"]} == set(ODD_ADDRESSES)
    fields = [with_new_fields_apart(row)["additional_fields"] for row in rows["users"]]
    assert any(fields)
    assert not all(fields)
    assert len(rows["daily"]) < len(list(MONTH)), "no day is without activity"


@pytest.mark.parametrize("stream", STREAMS)
def test_every_row_arrives_as_the_api_sent_it(loaded: Store, stream: str) -> None:
    truth = due(loaded, ODD, MONTH)[stream]
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


@pytest.mark.parametrize("stream", STREAMS)
def test_a_table_has_the_key_of_its_stream(loaded: Store, stream: str) -> None:
    assert loaded.key(stream) == set(KEYS[stream])


def test_days_sent_again_replace_what_was_there(store: Store) -> None:
    before, after = Organisation(12, seed=7), SettledOrganisation(12, seed=7)
    early = Window(FORTNIGHT.first, FORTNIGHT.last - timedelta(days=3))
    state = store.loader().load(extracted(before, early))
    again = extracted(after, FORTNIGHT, state, lookback_days=3)
    resent = Window(early.last - timedelta(days=3), FORTNIGHT.last)
    assert store.loader().load(again) is not None
    for stream in DAY_STREAMS:
        kept = due(store, before, Window(early.first, resent.first - timedelta(days=1)))
        truth = kept[stream] + due(store, after, resent)[stream]
        assert store.by_key(stream) == sorted_by_key(stream, truth)
    if isinstance(store, JsonLines):
        sent = due(store, before, early), due(store, after, resent)
        assert len(store.lines("users")) == sum(len(rows["users"]) for rows in sent)


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


def test_a_single_row_arrives(store: Store) -> None:
    organisation = Organisation(12, seed=7)
    busy = expected(organisation, FORTNIGHT)["daily"][0]["day"]
    one_day = Window(date.fromisoformat(busy), date.fromisoformat(busy))
    store.loader().load(extracted(organisation, one_day))
    truth = due(store, organisation, one_day)
    for stream in DAY_STREAMS:
        assert store.by_key(stream) == truth[stream]


def test_a_day_without_activity_adds_no_row_and_moves_the_bookmark(
    store: Store,
) -> None:
    organisation = Organisation(12, seed=7)
    quiet = next(day for day in FORTNIGHT if not organisation.day(day)["daily"])
    before = Window(FORTNIGHT.first, quiet - timedelta(days=1))
    state = store.loader().load(extracted(organisation, before))
    rows = {stream: store.by_key(stream) for stream in DAY_STREAMS}
    assert rows["daily"]
    nothing = extracted(organisation, Window(quiet, quiet), state)
    state = store.loader().load(nothing)
    assert {stream: store.by_key(stream) for stream in DAY_STREAMS} == rows
    assert state is not None
    assert bookmarks(state)["daily"] == str(quiet)
