"""What is selected in a catalog is what is written, however a catalog says it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.runs import KEYS, STREAMS, YESTERDAY, Run, bookmarks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from tap_zencoder.sandbox import Sandbox

    RunTap = Callable[..., Run]
    Sync = Callable[..., Run]
    Change = Callable[[dict[str, Any]], object]

DISCOVERED = json.loads(Path(__file__).parents[1].joinpath("catalog.json").read_text())
HASH = {"users": {"email": "md5(email)"}}


@pytest.fixture
def sync(run_tap: RunTap, sandbox: Sandbox) -> Sync:
    """Sync a few days, with the catalog's entry of users, or those of more, changed."""

    def run(
        change: Change,
        state: dict[str, Any] | None = None,
        of_streams: Collection[str] = ("users",),
        **settings: Any,
    ) -> Run:
        catalog = copy.deepcopy(DISCOVERED)
        for entry in catalog["streams"]:
            if entry["tap_stream_id"] in of_streams:
                change(entry)
        days = {"start_date": "2026-03-04", "lookback_days": 1}
        given = {**sandbox.settings(), **days, **settings}
        return run_tap(given, catalog=catalog, state=state)

    return run


def of(entry: dict[str, Any], *place: str) -> dict[str, Any]:
    """Return the metadata of a place in a catalog entry."""
    [found] = [m for m in entry["metadata"] if m["breadcrumb"] == list(place)]
    metadata: dict[str, Any] = found["metadata"]
    return metadata


def of_column(entry: dict[str, Any], name: str) -> dict[str, Any]:
    return of(entry, "properties", name)


def keys(run: Run) -> dict[str, list[str]]:
    assert run.status == 0, run.log
    return {
        m["stream"]: m["key_properties"] for m in run.messages if m["type"] == "SCHEMA"
    }


STREAM_DESELECTED: dict[str, Change] = {
    "false in the metadata": lambda e: of(e).update(selected=False),
    "text in the metadata": lambda e: of(e).update(selected="false"),
    "capitals in the metadata": lambda e: of(e).update(selected="False"),
    "0 in the metadata": lambda e: of(e).update(selected="0"),
    "false in the entry": lambda e: e.update(selected=False),
    "text in the entry": lambda e: e.update(selected="false"),
    "false in the schema": lambda e: e["schema"].update(selected=False),
    "false by default": lambda e: (
        of(e).pop("selected"),
        of(e).update({"selected-by-default": "false"}),
    ),
}


@pytest.mark.parametrize("deselect", STREAM_DESELECTED.values(), ids=STREAM_DESELECTED)
def test_a_stream_that_is_deselected_in_any_way_is_left_out(
    sync: Sync, deselect: Change
) -> None:
    run = sync(deselect)
    assert list(keys(run)) == [name for name in STREAMS if name != "users"]
    assert b"example.com" not in run.output


COLUMN_DESELECTED: dict[str, Change] = {
    "false in the metadata": lambda e: of_column(e, "ides").update(selected=False),
    "text in the metadata": lambda e: of_column(e, "ides").update(selected="no"),
    "false in the schema": lambda e: e["schema"]["properties"]["ides"].update(
        selected=False
    ),
}


@pytest.mark.parametrize("deselect", COLUMN_DESELECTED.values(), ids=COLUMN_DESELECTED)
def test_a_column_that_is_deselected_in_any_way_is_left_out(
    sync: Sync, deselect: Change
) -> None:
    rows = sync(deselect).records("users")
    assert rows
    assert not any("ides" in row for row in rows)


@pytest.mark.parametrize("other", ["languages", None])
def test_a_column_that_is_not_in_the_catalog_is_not_sent(
    sync: Sync, other: str | None
) -> None:
    """Alone, and beside one that is deselected."""

    def change(entry: dict[str, Any]) -> None:
        del entry["schema"]["properties"]["last_active"]
        if other is not None:
            of_column(entry, other)["selected"] = False

    rows = sync(change).records("users")
    columns = ["day", "email", "messages", "ides", "languages", "additional_fields"]
    assert rows
    for row in rows:
        assert list(row) == [name for name in columns if name != other]


UNUSABLE: dict[str, tuple[Change, str]] = {
    "selected, perhaps": (lambda e: of(e).update(selected="maybe"), "maybe"),
    "a key is not supported": (
        lambda e: of_column(e, "email").update(inclusion="unsupported"),
        "email",
    ),
    "a key is deselected": (
        lambda e: of_column(e, "email").update(inclusion="available", selected=False),
        "email",
    ),
    "a key is not in the schema": (
        lambda e: e["schema"]["properties"].pop("email"),
        "email",
    ),
    "another replication method": (
        lambda e: of(e).update({"replication-method": "LOG_BASED"}),
        "replication method",
    ),
    "text for a figure": (
        lambda e: e["schema"]["properties"]["messages"].update(type="string"),
        "users.messages",
    ),
    "a time for a day": (
        lambda e: e["schema"]["properties"]["day"].update(format="date-time"),
        "users.day",
    ),
    "a list without null": (
        lambda e: e["schema"]["properties"]["ides"].update(type="array"),
        "users.ides",
    ),
}


@pytest.mark.parametrize(("change", "named"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_catalog_that_asks_for_what_cannot_be_is_refused(
    sync: Sync, change: Change, named: str
) -> None:
    run = sync(change)
    assert "The catalog cannot be used" in run.error
    assert named in run.error
    assert run.output == b""


def test_an_address_that_is_deselected_and_still_loaded_is_warned_about(
    sync: Sync,
) -> None:
    def deselect(entry: dict[str, Any]) -> None:
        of_column(entry, "email")["selected"] = False

    [warning] = sync(deselect).warnings
    assert "users.email" in warning
    assert sync(deselect, stream_maps=HASH).warnings == []


KEYS_GIVEN: dict[str, Change] = {
    "in the metadata alone": lambda e: e.pop("key_properties"),
    "null in the entry": lambda e: e.update(key_properties=None),
    "none in the entry": lambda e: e.update(key_properties=[]),
    "set by hand": lambda e: (
        e.pop("key_properties"),
        of(e).update({"table-key-properties": ["day", "email"]}),
    ),
    "nowhere": lambda e: (
        e.pop("key_properties"),
        of(e).pop("table-key-properties"),
    ),
}


@pytest.mark.parametrize("change", KEYS_GIVEN.values(), ids=KEYS_GIVEN)
def test_keys_hold_wherever_a_catalog_has_them_or_not(
    sync: Sync, change: Change
) -> None:
    assert keys(sync(change))["users"] == ["day", "email"]


def test_keys_hold_in_a_catalog_that_has_none(sync: Sync) -> None:
    run = sync(KEYS_GIVEN["nowhere"], of_streams=STREAMS)
    assert {name: tuple(key) for name, key in keys(run).items()} == KEYS


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda e: of(e).update({"replication-method": "FULL_TABLE"}), id="by hand"
        ),
        pytest.param(
            lambda e: e.update(replication_method="FULL_TABLE"), id="in the entry"
        ),
    ],
)
def test_a_stream_that_is_not_incremental_has_no_bookmark_and_ignores_one(
    sync: Sync, change: Change
) -> None:
    assert "users" not in sync(change).states[-1]["bookmarks"]
    state = sync(lambda _: None).states[-1]
    run = sync(change, state)
    assert {row["day"] for row in run.records("users")} >= {"2026-03-04", "2026-03-09"}
    assert {row["day"] for row in run.records("daily")} == {"2026-03-08", "2026-03-09"}
    assert bookmarks(run.states[-1])["daily"] == str(YESTERDAY)


def test_without_an_incremental_stream_there_is_no_bookmark(sync: Sync) -> None:
    def change(entry: dict[str, Any]) -> None:
        entry["replication_method"] = "FULL_TABLE"

    assert sync(change, of_streams=STREAMS).states[-1]["bookmarks"] == {}


@pytest.mark.parametrize("streams", [("users",), STREAMS], ids=["users", "all"])
def test_a_catalog_without_replication_keys_is_incremental(
    sync: Sync, streams: Collection[str]
) -> None:
    def change(entry: dict[str, Any]) -> None:
        del entry["replication_key"], entry["replication_method"]
        of(entry).pop("forced-replication-method", None)

    state = sync(lambda _: None).states[-1]
    run = sync(change, state, streams)
    # The day before, also asked for again, is a Sunday without anybody.
    assert {row["day"] for row in run.records("users")} == {"2026-03-09"}
    assert bookmarks(run.states[-1])["users"] == str(YESTERDAY)


def test_a_type_that_takes_every_value_is_in_the_schema(sync: Sync) -> None:
    def change(entry: dict[str, Any]) -> None:
        entry["schema"]["properties"]["messages"]["type"] = ["null", "number"]
        del entry["schema"]["properties"]["day"]["format"]

    run = sync(change)
    [schema] = [m for m in run.messages if m.get("stream") == "users" and "schema" in m]
    columns = schema["schema"]["properties"]
    assert columns["messages"]["type"] == ["null", "number"]
    assert "format" not in columns["day"]
