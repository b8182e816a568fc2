"""Files, objects and ClickHouse: after a sync, the same again, and a later one."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import requests
from support.expected import FORTNIGHT
from support.runs import DAY_STREAMS, KEYS, STREAMS, YESTERDAY, bookmarks

from warehouses import documents
from warehouses.clickhouse import ClickHouse, clickhouse
from warehouses.files import BUCKET, S3, Csv, GoogleStorage
from warehouses.loading import extracted
from warehouses.servers import command, free_ports, serving
from warehouses.test_loading import (
    EARLY,
    ODD,
    RESENT,
    SETTLED,
    held,
    types_in,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from warehouses.stores import Row, Store

FILES = ("csv", "s3", "gcs")


class Loaded(NamedTuple):
    """A store, with the rows of each stream and their number after each load.

    ``early`` are the rows that were due after the first load, and ``due`` after all.
    """

    store: Store
    early: dict[str, list[Row]]
    due: dict[str, list[Row]]
    rows: list[dict[str, list[Row]]]
    arrived: list[dict[str, int]]


@contextlib.contextmanager
def running(kind: str, folder: Path) -> Iterator[Store]:
    """Give an empty store, and the server it needs."""
    [port] = free_ports(1)
    if kind == "csv":
        yield Csv(folder)
    elif kind == "clickhouse":
        with clickhouse(folder) as address:
            yield ClickHouse(address, folder)
    elif kind == "s3":
        words = [*command("emulators", "moto_server"), "-H", "127.0.0.1"]
        words += ["-p", str(port)]
        with serving(words, port, folder) as address:
            requests.put(f"{address}/{BUCKET}", timeout=60)
            yield S3(address, folder)
    else:
        words = [*command("emulators", "gcp-storage-emulator"), "start"]
        words += ["-H", "127.0.0.1", "--port", str(port), "--in-memory", "--quiet"]
        words += ["--default-bucket", BUCKET]
        with serving(words, port, folder) as address:
            yield GoogleStorage(address, folder)


@pytest.fixture(scope="module", params=[*FILES, "clickhouse"])
def loaded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Loaded]:
    """Give a store that was loaded three times: once, the same again, and later."""
    with running(request.param, tmp_path_factory.mktemp(request.param)) as store:
        early = extracted(ODD, EARLY)
        loaded = Loaded(store, held(store, early), {}, [], [])

        def load(messages: bytes, streams: Collection[str]) -> dict[str, Any] | None:
            time.sleep(1)  # files are named after the second of the run
            state = store.loader().load(messages)
            loaded.rows.append({stream: store.by_key(stream) for stream in streams})
            loaded.arrived.append({stream: store.arrived(stream) for stream in streams})
            return state

        load(early, DAY_STREAMS)
        state = load(early, DAY_STREAMS)
        later = extracted(SETTLED, FORTNIGHT, state, lookback_days=3)
        state = load(later, STREAMS)
        assert state is not None
        assert bookmarks(state)["users"] == str(YESTERDAY)
        loaded.due.update(held(store, early, later))
        yield loaded


@pytest.mark.parametrize("stream", sorted(DAY_STREAMS))
def test_every_row_arrives_and_loading_it_again_changes_nothing(
    loaded: Loaded, stream: str
) -> None:
    due = loaded.early[stream]
    assert due
    for rows in loaded.rows[:2]:
        assert rows[stream] == due
        assert [types_in(r) for r in rows[stream]] == [types_in(r) for r in due]


@pytest.mark.parametrize("stream", STREAMS)
def test_the_rows_of_a_later_sync_are_those_that_count(
    loaded: Loaded, stream: str
) -> None:
    assert loaded.rows[2][stream] == loaded.due[stream]


@pytest.mark.parametrize("loaded", FILES, indirect=True)
def test_files_have_every_row_that_was_ever_sent(loaded: Loaded) -> None:
    once, again, later = (arrived["users"] for arrived in loaded.arrived)
    assert once == sum(len(ODD.day(day)["users"]) for day in EARLY)
    assert again == 2 * once
    assert later == again + sum(len(SETTLED.day(day)["users"]) for day in RESENT)


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("loaded", ["clickhouse"], indirect=True)
def test_clickhouse_keeps_one_row_for_each_key(loaded: Loaded, stream: str) -> None:
    assert loaded.store.key(stream) == set(KEYS[stream])
    assert loaded.arrived[2][stream] == len(loaded.rows[2][stream])


TITLES = {"s3": "Parquet on S3", "clickhouse": "ClickHouse"}


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("loaded", TITLES, indirect=True)
def test_the_columns_are_as_the_page_says(loaded: Loaded, stream: str) -> None:
    title = TITLES["s3" if isinstance(loaded.store, S3) else "clickhouse"]
    types = loaded.store.types(stream)
    own = {name: kind for name, kind in types.items() if name[:5] != "_sdc_"}
    assert own == documents.columns(title)[stream]
