"""The loader for BigQuery, into an emulator: not more than that."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from conftest import STREAMS, YESTERDAY, bookmarks

from tap_zencoder.window import Window
from warehouses import documents
from warehouses.emulated import BigQuery, bigquery_emulator
from warehouses.loading import extracted
from warehouses.stores import sorted_by_key
from warehouses.test_loading import DAY_STREAMS, FORTNIGHT, ODD, SETTLED, due

if TYPE_CHECKING:
    from collections.abc import Iterator

EARLY = Window(FORTNIGHT.first, FORTNIGHT.last - timedelta(days=3))
RESENT = Window(EARLY.last - timedelta(days=3), FORTNIGHT.last)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BigQuery]:
    """Give a dataset loaded twice, the second time with settled figures."""
    folder = tmp_path_factory.mktemp("bigquery")
    with bigquery_emulator(folder) as address:
        store = BigQuery(address, folder)
        state = store.loader().load(extracted(ODD, EARLY))
        again = extracted(SETTLED, FORTNIGHT, state, lookback_days=3)
        state = store.loader().load(again)
        assert state is not None
        assert bookmarks(state)["users"] == str(YESTERDAY)
        yield store


@pytest.mark.parametrize("stream", STREAMS)
def test_every_row_arrives_and_days_sent_again_replace_what_was_there(
    store: BigQuery,
    stream: str,
) -> None:
    truth = due(store, SETTLED, RESENT)[stream]
    if stream in DAY_STREAMS:
        kept = Window(EARLY.first, RESENT.first - timedelta(days=1))
        truth += due(store, ODD, kept)[stream]
    assert store.by_key(stream) == sorted_by_key(stream, truth)


def test_no_temporary_table_is_left(store: BigQuery) -> None:
    assert store.tables() == set(STREAMS)


@pytest.mark.parametrize("stream", STREAMS)
def test_the_columns_are_as_the_page_says(store: BigQuery, stream: str) -> None:
    types = store.types(stream)
    own = {name: kind for name, kind in types.items() if name[:5] != "_sdc_"}
    assert own == documents.columns("BigQuery")[stream]
