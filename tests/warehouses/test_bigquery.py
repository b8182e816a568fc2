"""The loader for BigQuery, into an emulator: not more than that."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from support.runs import STREAMS

from warehouses import documents
from warehouses.emulated import BigQuery, bigquery_emulator
from warehouses.test_loading import load_twice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouses.stores import Row


class Loaded(NamedTuple):
    """A dataset that was loaded twice, and the rows that are due in it."""

    store: BigQuery
    due: dict[str, list[Row]]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    folder = tmp_path_factory.mktemp("bigquery")
    with bigquery_emulator(folder) as address:
        store = BigQuery(address, folder)
        yield Loaded(store, load_twice(store))


@pytest.fixture
def store(loaded: Loaded) -> BigQuery:
    return loaded.store


@pytest.mark.parametrize("stream", STREAMS)
def test_every_row_arrives_and_days_sent_again_replace_what_was_there(
    loaded: Loaded, stream: str
) -> None:
    assert loaded.store.by_key(stream) == loaded.due[stream]


def test_no_temporary_table_is_left(store: BigQuery) -> None:
    assert store.tables() == set(STREAMS)


@pytest.mark.parametrize("stream", STREAMS)
def test_the_columns_are_as_the_page_says(store: BigQuery, stream: str) -> None:
    types = store.types(stream)
    own = {name: kind for name, kind in types.items() if name[:5] != "_sdc_"}
    assert own == documents.columns("BigQuery")[stream]
