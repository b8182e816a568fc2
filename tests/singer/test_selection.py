"""What is selected, mapped and named is what is written, in all ways together."""

from __future__ import annotations

import copy
import itertools
import json
import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.runs import (
    DAY_STREAMS,
    KEYS,
    STREAMS,
    YESTERDAY,
    Run,
    bookmarks,
    check_records,
)

from tap_zencoder import tap
from tap_zencoder.errors import CatalogError, SettingsError, StreamsStoppedError
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
    """Sync a few days in this process, with a catalog and stream maps."""
    monkeypatch.setattr(tap, "utc_today", lambda: YESTERDAY)
    monkeypatch.setattr(logging.getLogger("tap-zencoder"), "propagate", True)

    def run(catalog: Any = None, maps: Any = None, **settings: Any) -> Run:
        config = {**sandbox.settings(), "start_date": "2026-03-06", **settings}
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


def test_what_cannot_be_read_stops_its_stream_whether_it_is_selected_or_not(
    sync: Callable[..., Run], sandbox: Sandbox
) -> None:
    def answer(envelope: dict[str, Any], _: object) -> dict[str, Any]:
        for user in envelope["data"]["users"][:1]:
            envelope["data"]["users"].append({**user, "messages": None})
        return envelope

    sandbox.answers = answer
    deselected = catalog(lambda e: of_column(e, "messages").update(selected=False))
    for given in (None, deselected):
        with pytest.raises(StreamsStoppedError, match="Stopped users before 2026-03-0"):
            sync(given)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda e: of(e).update(selected="maybe"),
            "users is selected 'maybe', not true or false",
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
            {"daily": {"__alias__": "usage"}, "users": {"__alias__": "usage"}},
            "two streams would be written as usage",
        ),
        ({"users": {"__alias__": "daily"}}, "two streams would be written as daily"),
        ({"daily_*": {"__alias__": "parts"}}, "two streams would be written as parts"),
        ({"users": {"__key_properties__": None}}, "__key_properties__"),
        ({"users": {"__key_properties__": []}}, "__key_properties__"),
    ],
)
def test_maps_that_make_streams_one_or_leave_them_without_a_key_are_refused(
    sync: Callable[..., Run],
    capsysbinary: pytest.CaptureFixture[bytes],
    maps: Any,
    problem: str,
) -> None:
    with pytest.raises(SettingsError) as refusal:
        sync(maps=maps)
    assert problem in str(refusal.value)
    assert capsysbinary.readouterr().out == b""


WEEK = "2026-03-02"  # a Monday
WITHIN_A_DAY: dict[str, Any] = {
    "a domain": ("users", {"users": {"email": "email.split('@')[1]"}}, "day, email"),
    "a letter": ("users", {"users": {"email": "email[0]"}}, "day, email"),
    "a constant": ("users", {"users": {"email": "'hidden'"}}, "day, email"),
    "other columns": (
        "users",
        {"users": {"__key_properties__": ["day", "last_active"]}},
        "day, last_active",
    ),
    "an item": ("daily_ides", {"daily_ides": {"ide_name": "'any'"}}, "day, ide_name"),
    "an alias": (
        "people",
        {"users": {"__alias__": "people", "email": "email.split('@')[1]"}},
        "day, email",
    ),
    "a copy": (
        "people",
        {"people": {"__source__": "users", "email": "email.split('@')[1]"}},
        "day, email",
    ),
    "a wildcard": ("users", {"us*": {"email": "email.split('@')[1]"}}, "day, email"),
}


@pytest.mark.parametrize("case", WITHIN_A_DAY)
def test_maps_that_make_keys_of_a_day_equal_are_an_error(
    sync: Callable[..., Run], capsysbinary: pytest.CaptureFixture[bytes], case: str
) -> None:
    """Rows would overwrite each other, and half of the people be gone."""
    stream, maps, key = WITHIN_A_DAY[case]
    with pytest.raises(SettingsError) as refusal:
        sync(maps=maps, start_date=WEEK)
    assert f"rows of {stream} for {WEEK} get the key ({key}) of other" in str(
        refusal.value
    )
    assert "@" not in str(refusal.value)
    run = Run(1, capsysbinary.readouterr().out, "")
    assert all(not run.records(name) for name in (*DAY_STREAMS, stream))


@pytest.mark.parametrize(
    ("stream", "maps"),
    [
        ("users", {"users": {"day": "day[:7]"}}),
        ("daily", {"daily": {"day": "'any day'"}}),
        ("users", {"users": {"__key_properties__": ["email"]}}),
        (
            "users",
            {"users": {"month": "day[:7]", "__key_properties__": ["month", "email"]}},
        ),
    ],
)
def test_maps_that_make_keys_of_days_equal_are_an_error(
    sync: Callable[..., Run],
    capsysbinary: pytest.CaptureFixture[bytes],
    stream: str,
    maps: Any,
) -> None:
    with pytest.raises(SettingsError) as refusal:
        sync(maps=maps, start_date=WEEK)
    found = re.search(rf"rows of {stream} for (\S+) get the key", str(refusal.value))
    assert found
    assert found[1] > WEEK
    run = Run(1, capsysbinary.readouterr().out, "")
    days = {row["day"] for row in run.records("daily_languages")}
    assert WEEK in days
    assert max(days) < found[1]
    assert bookmarks(run.states[-1])[stream] < found[1]


@pytest.mark.parametrize(
    "maps",
    [
        HASH,
        {"users": {"__filter__": "email[0] == 'a'", "email": "md5(email)"}},
        {"users": {"email": "email.split('@')[0]"}},
        {"users": {"month": "day[:7]"}},
        {"daily": {"__key_properties__": ["messages", "day"]}},
        {"daily": None, "users": "__NULL__"},
        RECIPE,
    ],
)
def test_maps_that_keep_keys_apart_are_no_error(
    sync: Callable[..., Run], maps: Any
) -> None:
    run = sync(maps=maps, start_date=WEEK)
    assert len(run.records("daily_ides")) > 5


def test_what_is_written_of_a_day_is_compared_with_what_a_sync_writes_alone(
    sync: Callable[..., Run],
) -> None:
    """Not with what the sync before wrote: its days come again, to be replaced."""
    maps = {"users": {"day": "day[:10]", "email": "md5(email)"}}
    runs = [sync(maps=maps, start_date=WEEK) for _ in range(2)]
    assert runs[0].records("users") == runs[1].records("users")


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


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("messages", {"type": "string"}),
        ("day", {"format": "date-time"}),
        ("ides", {"type": "array"}),
    ],
)
def test_a_column_that_does_not_take_what_is_sent_is_refused(
    column: str, change: dict[str, Any]
) -> None:
    """Else SCHEMA messages say what no RECORD after them keeps."""
    catalog = copy.deepcopy(DISCOVERED)
    [users] = [s for s in catalog["streams"] if s["tap_stream_id"] == "users"]
    users["schema"]["properties"][column] |= change
    with pytest.raises(CatalogError, match=f"users.{column}"):
        TapZencoder(config={"api_key": "the-key"}, catalog=catalog)
