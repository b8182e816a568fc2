"""The loader for Snowflake: what it says, and what an emulator makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from support.expected import FORTNIGHT
from support.runs import KEYS, STREAMS, YESTERDAY, bookmarks

from warehouses import documents
from warehouses.emulated import Snowflake
from warehouses.loading import extracted
from warehouses.test_loading import EARLY, ODD, SETTLED, held

if TYPE_CHECKING:
    from pathlib import Path

    from warehouses.stores import Row

RESERVED = {"start", "end"}
# What Snowflake calls the types that the loader asks for.
TYPES = {"NUMBER(38,0)": "DECIMAL", "VARCHAR(16777216)": "VARCHAR"}


class Said(NamedTuple):
    store: Snowflake
    first: list[str]
    second: list[str]
    due: dict[str, list[Row]]


def test_the_second_load_finds_the_tables_as_the_first_made_them(said: Said) -> None:
    changes = [s for s in said.second if s.startswith(("CREATE TABLE", "ALTER"))]
    assert changes == []


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Said:
    """Give a database loaded twice, and what the loader said each time."""
    folder: Path = tmp_path_factory.mktemp("snowflake")
    store = Snowflake(folder)
    early = extracted(ODD, EARLY)
    state = store.loader().load(early)
    first = store.statements()
    again = extracted(SETTLED, FORTNIGHT, state, lookback_days=3)
    state = store.loader().load(again)
    assert state is not None
    assert bookmarks(state)["users"] == str(YESTERDAY)
    return Said(store, first, store.statements(), held(store, early, again))


@pytest.fixture
def store(said: Said) -> Snowflake:
    return said.store


def one(statements: list[str], beginning: str) -> str:
    [found] = [s for s in statements if s.startswith(beginning)]
    return found


def quoted(name: str) -> str:
    return f'"{name.upper()}"' if name in RESERVED else name


@pytest.mark.parametrize("stream", STREAMS)
def test_every_row_arrives_and_days_sent_again_replace_what_was_there(
    said: Said, stream: str
) -> None:
    assert said.store.by_key(stream) == said.due[stream]


@pytest.mark.parametrize("stream", STREAMS)
def test_the_columns_are_as_the_page_says(store: Snowflake, stream: str) -> None:
    types = store.types(stream)
    own = {name: kind for name, kind in types.items() if name[:5] != "_sdc_"}
    assert own == documents.columns("Snowflake")[stream]


@pytest.mark.parametrize("stream", STREAMS)
def test_the_loader_makes_a_table_with_its_key(
    said: Said,
    stream: str,
) -> None:
    made = one(said.first, f'CREATE TABLE "TAP_ZENCODER"."{stream.upper()}" (')
    assert made.endswith(f"PRIMARY KEY ({', '.join(KEYS[stream])}) )")
    for name, kind in documents.columns("Snowflake")[stream].items():
        null = " NOT NULL" if name in KEYS[stream] else ""
        assert f" {quoted(name)} {TYPES.get(kind, kind)}{null}, " in made


@pytest.mark.parametrize("stream", STREAMS)
def test_the_loader_merges_every_column_by_the_key(
    said: Said,
    stream: str,
) -> None:
    merge = one(
        said.second, f'merge into "WAREHOUSE"."TAP_ZENCODER"."{stream.upper()}" d '
    )
    key = " and ".join(f"d.{name} = s.{name}" for name in KEYS[stream])
    assert f") s on {key} when matched then update set " in merge
    assert f"PARTITION BY {', '.join(KEYS[stream])} ORDER BY SEQ8() DESC) = 1" in merge
    update, _, insert = merge.partition(" when not matched then insert (")
    for name, kind in documents.columns("Snowflake")[stream].items():
        column = quoted(name)
        # The path within the file is as the tap wrote it: there, case matters.
        path = f'"{name}"' if name in RESERVED else name
        assert f"$1:{path}::{TYPES.get(kind, kind)} as {column}, " in merge
        assert f"d.{column} = s.{column}, " in update
        assert f"{column}, " in insert
        assert f"s.{column}, " in insert
