"""Stream maps: what they rename, hash and leave out, and what they may not do."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from support.expected import FORTNIGHT, expected
from support.runs import DAY_STREAMS, KEYS, STREAMS, Run, bookmarks, catalog_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_zencoder.sandbox import Sandbox

    RunTap = Callable[..., Run]
    Sync = Callable[..., Run]

HASH = {"users": {"email": "md5(email)"}}
RECIPE = {
    stream: {
        "organization": "'north'",
        "__key_properties__": ["organization", *KEYS[stream]],
    }
    for stream in STREAMS
}


@pytest.fixture
def sync(run_tap: RunTap, sandbox: Sandbox) -> Sync:
    """Sync a few days with stream maps; the keywords are settings."""

    def run(maps: Any, catalog: Any = None, **settings: Any) -> Run:
        days = {"start_date": "2026-03-06", **settings}
        given = {**sandbox.settings(), **days, "stream_maps": maps}
        return run_tap(given, catalog=catalog)

    return run


def keys(run: Run) -> dict[str, list[str]]:
    return {
        m["stream"]: m["key_properties"] for m in run.messages if m["type"] == "SCHEMA"
    }


SELECTIONS: dict[str, set[str]] = {
    "all": set(STREAMS),
    "without people": set(STREAMS) - {"users"},
    "daily": {"daily"},
    "users": {"users"},
}


class Mapped(NamedTuple):
    """Stream maps, and what is written with them."""

    maps: dict[str, Any]
    users: str = "users"
    """The name of the stream of users."""
    key: tuple[str, ...] = ()
    """The columns before the streams' own in each key."""
    organised: tuple[str, ...] = ()
    """The streams whose rows have an organisation."""
    has_others: bool = True
    hides: bool = True
    """Addresses."""


MAPS = {
    "hash": Mapped(HASH),
    "organisations": Mapped(
        RECIPE, key=("organization",), organised=STREAMS, hides=False
    ),
    "both": Mapped(
        {**RECIPE, "users": {**RECIPE["users"], **HASH["users"]}},
        key=("organization",),
        organised=STREAMS,
    ),
    "wildcard": Mapped(
        {"daily*": {"organization": "'north'"}},
        organised=("daily", "daily_ides", "daily_languages"),
        hides=False,
    ),
    "alias": Mapped(
        {"users": {"__alias__": "people", **HASH["users"]}}, users="people"
    ),
    "copy": Mapped(
        {"people": {"__source__": "users", **HASH["users"]}, "users": None},
        users="people",
    ),
    "else": Mapped({**HASH, "__else__": None}, has_others=False),
}


@pytest.mark.parametrize("maps", MAPS)
@pytest.mark.parametrize("selection", SELECTIONS)
def test_maps_apply_to_what_is_selected_and_stop_nothing_else(
    sync: Sync, maps: str, selection: str
) -> None:
    mapped, selected = MAPS[maps], SELECTIONS[selection]
    run = sync(mapped.maps, catalog_of(*selected))
    due = {
        mapped.users if stream == "users" else stream: [*mapped.key, *KEYS[stream]]
        for stream in selected
        if mapped.has_others or stream == "users"
    }
    assert keys(run) == due
    for stream, key in due.items():
        rows = run.records(stream)
        assert len({tuple(row[name] for name in key) for row in rows}) == len(rows)
        organisation = "north" if stream in mapped.organised else None
        assert {row.get("organization") for row in rows} == {organisation}
    has_addresses = "users" in selected and not mapped.hides
    assert (b"example.com" in run.output) is has_addresses


@pytest.mark.parametrize(
    ("maps", "named"),
    [
        (
            {"daily": {"__alias__": "usage"}, "users": {"__alias__": "usage"}},
            "usage",
        ),
        ({"users": {"__alias__": "daily"}}, "daily"),
        ({"daily_*": {"__alias__": "parts"}}, "parts"),
        ({"users": {"__key_properties__": None}}, "__key_properties__"),
        ({"users": {"__key_properties__": []}}, "__key_properties__"),
    ],
)
def test_maps_that_make_streams_one_or_leave_them_without_a_key_are_refused(
    sync: Sync, maps: Any, named: str
) -> None:
    run = sync(maps)
    assert "stream_maps" in run.error
    assert named in run.error
    assert run.output == b""


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
def test_maps_that_make_keys_of_a_day_equal_are_an_error(sync: Sync, case: str) -> None:
    """Rows would overwrite each other, and half of the people be gone."""
    stream, maps, key = WITHIN_A_DAY[case]
    run = sync(maps, start_date=WEEK)
    assert f"rows of {stream} for {WEEK}" in run.error
    assert f"the key ({key})" in run.error
    assert all(not run.records(name) for name in (*DAY_STREAMS, stream))


@pytest.mark.parametrize(
    ("stream", "maps"),
    [
        ("users", {"users": {"day": "day[:8] + '01'"}}),
        ("daily", {"daily": {"day": "'any day'"}}),
        ("users", {"users": {"__key_properties__": ["email"]}}),
        (
            "users",
            {"users": {"month": "day[:7]", "__key_properties__": ["month", "email"]}},
        ),
    ],
)
def test_maps_that_make_keys_of_days_equal_are_an_error(
    sync: Sync, stream: str, maps: Any
) -> None:
    run = sync(maps, start_date=WEEK)
    found = re.search(rf"rows of {stream} for (\S+) get the key", run.error)
    assert found
    assert found[1] > WEEK
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
def test_maps_that_keep_keys_apart_are_no_error(sync: Sync, maps: Any) -> None:
    run = sync(maps, start_date=WEEK)
    assert len(run.records("daily_ides")) > 5


def test_what_is_written_of_a_day_is_compared_with_what_a_sync_writes_alone(
    sync: Sync,
) -> None:
    """Not with what the sync before wrote: its days come again, to be replaced."""
    maps = {"users": {"day": "day[:10]", "email": "md5(email)"}}
    runs = [sync(maps, start_date=WEEK) for _ in range(2)]
    assert runs[0].records("users") == runs[1].records("users")


def test_another_column_made_of_the_address_may_be_in_the_key(
    sync: Sync,
) -> None:
    maps = {
        "users": {
            "person": "md5(email)",
            "email": None,
            "__key_properties__": ["day", "person"],
        }
    }
    run = sync(maps)
    assert keys(run)["users"] == ["day", "person"]
    assert b"example.com" not in run.output


def test_stream_maps_rename_filter_and_hash(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
) -> None:
    stream_maps = {
        "users": {
            "__alias__": "people",
            "__filter__": "messages > 5",
            "email": "sha256(config['salt'] + email)",
        },
        "daily": "__NULL__",
    }
    salt = {"stream_map_config": {"salt": "pepper"}}
    run = run_tap({**fortnight, "stream_maps": stream_maps, **salt})
    assert run.status == 0
    due = expected(sandbox.organisation, FORTNIGHT)["users"]
    assert run.records("people") == [
        {**row, "email": hashlib.sha256(f"pepper{row['email']}".encode()).hexdigest()}
        for row in due
        if row["messages"] > 5
    ]
    assert run.records("users") == run.records("daily") == []
    assert b"@example.com" not in run.output


def test_flattening_leaves_what_the_api_added_as_the_text_it_is(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
) -> None:
    def add_lines(envelope: dict[str, Any], _: object) -> dict[str, Any]:
        for user in envelope["data"]["users"]:
            user["lines"] = {"accepted": 7}
        return envelope

    sandbox.answers = add_lines
    flattening = {"flattening_enabled": True, "flattening_max_depth": 3}
    run = run_tap({**fortnight, **flattening})
    assert run.status == 0
    due = expected(sandbox.organisation, FORTNIGHT)["users"]
    added = {"additional_fields": '{"lines":{"accepted":7}}'}
    flat = run.records("users")
    for row in flat:
        row["ides"], row["languages"] = map(json.loads, (row["ides"], row["languages"]))
    assert flat == [{**row, **added} for row in due]


def test_a_map_can_take_out_what_the_api_added(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
) -> None:
    def add_lines(envelope: dict[str, Any], _: object) -> dict[str, Any]:
        for user in envelope["data"]["users"]:
            user["lines"] = user["messages"] * 3
        return envelope

    sandbox.answers = add_lines
    maps = {"users": {"lines": "int(json.loads(additional_fields)['lines'])"}}
    run = run_tap({**fortnight, "stream_maps": maps})
    assert run.records("users")
    assert all(row["lines"] == row["messages"] * 3 for row in run.records("users"))


def test_a_key_may_be_left_out_where_a_map_names_another(sync: Sync) -> None:
    """But not so that rows have the same key."""
    run = sync({"users": {"email": None, "__key_properties__": ["day", "messages"]}})
    assert run.status == 0, run.log
    assert run.records("users")
    assert all("email" not in row for row in run.records("users"))
    run = sync({"users": {"email": None, "__key_properties__": ["day"]}})
    assert "rows of users for 2026-03-06" in run.error
    assert "the key (day)" in run.error


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("md5(pepper + email)", "NameNotDefined"),
        ("md5(config['short'] + email)", "KeyError"),
        ("email if config['pepper'][31] else ''", "IndexError"),
        ("int(email)", "ValueError"),
        ("config[email]", "KeyError"),
        ("email and bool", "TypeError"),
        ("salt = 'pepper'", "StreamMapConfigError"),
    ],
)
def test_a_stream_map_that_cannot_be_applied_is_one_sentence(
    sync: Sync, expression: str, why: str
) -> None:
    """With the kind of the error, and nothing that the expression or a row holds."""
    salt = {"stream_map_config": {"pepper": "short-pepper"}}
    error = sync({"users": {"email": expression}}, **salt).error
    assert "stream_maps" in error
    assert f"a row of users ({why})" in error
    for secret in ("developer", "short", "pepper"):
        assert secret not in error


def test_a_map_that_names_no_stream_is_not_quoted(sync: Sync, sandbox: Sandbox) -> None:
    """And nothing is requested."""
    run = sync({"__people": {"__source__": "users", "email": "md5('pepper' + email)"}})
    assert "stream_maps" in run.error
    assert "pepper" not in run.log
    assert sandbox.requests == []
