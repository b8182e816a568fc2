"""What is selected, mapped and named is what is written, in all ways together."""

from __future__ import annotations

import copy
import itertools
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.runs import KEYS, STREAMS, YESTERDAY, Run, check_records

from tap_zencoder.errors import CatalogError, SettingsError
from tap_zencoder.singer import tap
from tap_zencoder.tap import TapZencoder

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_zencoder.sandbox import Sandbox

DISCOVERED = json.loads(Path(__file__).parents[1].joinpath("catalog.json").read_text())
HASH = {"users": {"email": "md5(email)"}}
RECIPE = {
    stream: {
        "organization": "'north'",
        "__key_properties__": ["organization", *KEYS[stream]],
    }
    for stream in STREAMS
}


@pytest.fixture
def sync(
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> Callable[..., Run]:
    """Sync one day in this process, with a catalog and stream maps."""
    monkeypatch.setattr(tap, "utc_today", lambda: YESTERDAY)
    monkeypatch.setattr(logging.getLogger("tap-zencoder"), "propagate", True)

    def run(catalog: Any = None, maps: Any = None) -> Run:
        config = {**sandbox.settings(), "start_date": "2026-03-06"}
        if maps is not None:
            config["stream_maps"] = maps
        TapZencoder(config=config, catalog=catalog).sync_all()
        output = capsysbinary.readouterr().out
        check_records(output)
        return Run(0, output, "")

    return run


def catalog(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Return the discovered catalog with the entry of users changed."""
    changed: dict[str, Any] = copy.deepcopy(DISCOVERED)
    [users] = [s for s in changed["streams"] if s["tap_stream_id"] == "users"]
    change(users)
    return changed


def of(entry: dict[str, Any], *place: str) -> dict[str, Any]:
    """Return the metadata of a place in a catalog entry."""
    [found] = [m for m in entry["metadata"] if m["breadcrumb"] == list(place)]
    metadata: dict[str, Any] = found["metadata"]
    return metadata


def of_column(entry: dict[str, Any], name: str) -> dict[str, Any]:
    return of(entry, "properties", name)


def schemas(run: Run) -> dict[str, list[str]]:
    return {
        m["stream"]: m["key_properties"] for m in run.messages if m["type"] == "SCHEMA"
    }


@pytest.mark.parametrize(
    "deselect",
    [
        lambda e: of(e).update(selected=False),
        lambda e: of(e).update(selected="false"),
        lambda e: of(e).update(selected="False"),
        lambda e: of(e).update(selected="0"),
        lambda e: e.update(selected=False),
        lambda e: e.update(selected="false"),
        lambda e: e["schema"].update(selected=False),
        lambda e: (
            of(e).pop("selected"),
            of(e).update({"selected-by-default": "false"}),
        ),
    ],
    ids=itertools.count(),
)
def test_a_stream_that_is_deselected_in_any_way_is_left_out(
    sync: Callable[..., Run], deselect: Callable[[dict[str, Any]], object]
) -> None:
    run = sync(catalog(deselect))
    assert list(schemas(run)) == [name for name in STREAMS if name != "users"]
    assert b"example.com" not in run.output


@pytest.mark.parametrize(
    "deselect",
    [
        lambda e: of_column(e, "ides").update(selected=False),
        lambda e: of_column(e, "ides").update(selected="no"),
        lambda e: e["schema"]["properties"]["ides"].update(selected=False),
        lambda e: e["schema"]["properties"].pop("ides"),
    ],
    ids=itertools.count(),
)
def test_a_column_that_is_deselected_in_any_way_is_left_out(
    sync: Callable[..., Run], deselect: Callable[[dict[str, Any]], object]
) -> None:
    rows = sync(catalog(deselect)).records("users")
    assert rows
    assert not any("ides" in row for row in rows)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda e: of(e).update(selected="maybe"),
            "users is selected 'maybe', neither true nor false",
        ),
        (
            lambda e: of_column(e, "email").update(inclusion="unsupported"),
            "users leaves out email, part of its key: hash it with a stream map",
        ),
        (
            lambda e: of_column(e, "email").update(
                inclusion="available", selected=False
            ),
            "users leaves out email, part of its key",
        ),
        (
            lambda e: e["schema"]["properties"].pop("email"),
            "users leaves out email, part of its key",
        ),
        (
            lambda e: e["schema"]["properties"]["messages"].update(type="string"),
            "users.messages does not take what the tap sends, which is integer",
        ),
        (
            lambda e: e["schema"]["properties"]["day"].update(format="date-time"),
            "users.day does not take what the tap sends",
        ),
        (
            lambda e: e["schema"]["properties"]["ides"].update(type="array"),
            "users.ides does not take what the tap sends, which is null or array",
        ),
        (
            lambda e: of(e).update({"replication-method": "LOG_BASED"}),
            "the replication method of users must be INCREMENTAL or FULL_TABLE",
        ),
    ],
    ids=itertools.count(),
)
def test_a_catalog_that_asks_for_what_cannot_be_is_refused(
    sync: Callable[..., Run], change: Callable[[dict[str, Any]], object], problem: str
) -> None:
    with pytest.raises(CatalogError) as refusal:
        sync(catalog(change))
    assert problem in str(refusal.value)


def test_an_address_that_is_deselected_and_still_loaded_is_warned_about(
    sync: Callable[..., Run], caplog: pytest.LogCaptureFixture
) -> None:
    deselected = catalog(lambda e: of_column(e, "email").update(selected=False))
    sync(deselected)
    words = "Loading users.email although it is not selected"
    assert words in caplog.text
    caplog.clear()
    sync(deselected, HASH)
    assert words not in caplog.text


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e.pop("key_properties"),
        lambda e: e.update(key_properties=None),
        lambda e: e.update(key_properties=[]),
        lambda e: (
            e.pop("key_properties"),
            of(e).update({"table-key-properties": ["day", "email"]}),
        ),
    ],
    ids=itertools.count(),
)
def test_keys_hold_wherever_a_catalog_has_them_or_not(
    sync: Callable[..., Run], change: Callable[[dict[str, Any]], object]
) -> None:
    assert schemas(sync(catalog(change)))["users"] == ["day", "email"]


def test_a_replication_method_set_by_hand_is_followed(sync: Callable[..., Run]) -> None:
    by_hand = catalog(lambda e: of(e).update({"replication-method": "FULL_TABLE"}))
    last = sync(by_hand).states[-1]
    assert "users" not in last["bookmarks"]
    assert "daily" in last["bookmarks"]


def test_a_type_that_takes_every_value_is_in_the_schema(
    sync: Callable[..., Run],
) -> None:
    def change(entry: dict[str, Any]) -> None:
        entry["schema"]["properties"]["messages"]["type"] = ["null", "number"]
        del entry["schema"]["properties"]["day"]["format"]

    run = sync(catalog(change))
    [schema] = [m for m in run.messages if m.get("stream") == "users" and "schema" in m]
    columns = schema["schema"]["properties"]
    assert columns["messages"]["type"] == ["null", "number"]
    assert "format" not in columns["day"]


SELECTIONS: dict[str, set[str]] = {
    "all": set(STREAMS),
    "without people": set(STREAMS) - {"users"},
    "daily": {"daily"},
    "users": {"users"},
}
MAPS: dict[str, Any] = {
    "hash": HASH,
    "organisations": RECIPE,
    "both": {**RECIPE, "users": {**RECIPE["users"], **HASH["users"]}},
    "wildcard": {"daily*": {"organization": "'north'"}},
    "alias": {"users": {"__alias__": "people", **HASH["users"]}},
    "copy": {"people": {"__source__": "users", **HASH["users"]}, "users": None},
    "no keys": {"users": {"__key_properties__": None, **HASH["users"]}},
    "else": {**HASH, "__else__": None},
}


@pytest.mark.parametrize("maps", MAPS)
@pytest.mark.parametrize("selection", SELECTIONS)
def test_maps_apply_to_what_is_selected_and_stop_nothing_else(
    sync: Callable[..., Run], maps: str, selection: str
) -> None:
    selected = SELECTIONS[selection]
    chosen = copy.deepcopy(DISCOVERED)
    for entry in chosen["streams"]:
        of(entry)["selected"] = entry["tap_stream_id"] in selected
    run = sync(chosen, MAPS[maps])
    renamed = {"users": "people"} if maps in {"alias", "copy"} else {}
    due = selected & {"users"} if maps == "else" else selected
    assert set(schemas(run)) == {renamed.get(name, name) for name in due}
    for name in due:
        key = schemas(run)[renamed.get(name, name)]
        own = [] if maps not in {"organisations", "both"} else ["organization"]
        assert key == [*own, *KEYS[name]]
        rows = run.records(renamed.get(name, name))
        assert len({tuple(row[k] for k in key) for row in rows}) == len(rows)
        if maps in {"organisations", "both"}:
            assert {row["organization"] for row in rows} == {"north"}
    if maps not in {"organisations", "wildcard"}:
        assert b"example.com" not in run.output


@pytest.mark.parametrize(
    ("maps", "problem"),
    [
        (
            {"users": {"__key_properties__": ["email"]}},
            "the key of users lacks day, so that rows would overwrite each other",
        ),
        (
            {"users": {"email": "'hidden'"}},
            "the key of users lacks email",
        ),
        (
            {"users": {"hash": "md5(email)", "__key_properties__": ["day", "ides"]}},
            "the key of users lacks email",
        ),
        (
            {"daily": {"__alias__": "usage"}, "users": {"__alias__": "usage"}},
            "daily and users would both be written as usage",
        ),
        (
            {"users": {"__alias__": "daily"}},
            "would both be written as daily",
        ),
        (
            {"daily_*": {"__alias__": "parts"}},
            "daily_ides and daily_languages would both be written as parts",
        ),
    ],
)
def test_maps_that_make_rows_or_streams_one_are_refused(
    sync: Callable[..., Run], maps: Any, problem: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        sync(maps=maps)
    assert problem in str(refusal.value)


def test_another_column_made_of_the_address_may_be_in_the_key(
    sync: Callable[..., Run],
) -> None:
    maps = {
        "users": {
            "person": "md5(email)",
            "email": None,
            "__key_properties__": ["day", "person"],
        }
    }
    run = sync(maps=maps)
    assert schemas(run)["users"] == ["day", "person"]
    assert b"example.com" not in run.output
