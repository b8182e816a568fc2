"""The loader for BigQuery, into an emulator: not more than that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.runs import STREAMS, YESTERDAY, bookmarks

from warehouses import documents
from warehouses.emulated import BigQuery, bigquery_emulator
from warehouses.loading import extracted
from warehouses.test_loading import (
    EARLY,
    FORTNIGHT,
    ODD,
    SETTLED,
    due_after_resending,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


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
    assert store.by_key(stream) == due_after_resending(store, ODD)[stream]


def test_no_temporary_table_is_left(store: BigQuery) -> None:
    assert store.tables() == set(STREAMS)


@pytest.mark.parametrize("stream", STREAMS)
def test_the_columns_are_as_the_page_says(store: BigQuery, stream: str) -> None:
    types = store.types(stream)
    own = {name: kind for name, kind in types.items() if name[:5] != "_sdc_"}
    assert own == documents.columns("BigQuery")[stream]
