"""The seam holds: what is overridden is still what the SDK calls."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import pytest
import singer_sdk
from test_streams import FORTNIGHT, expected

from tap_zencoder.sdk import BookmarkedStream, ZencoderTapBase

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Run

    from tap_zencoder.sandbox import Sandbox

    RunTap = Callable[..., Run]


@pytest.mark.parametrize(
    ("owner", "base"),
    [(BookmarkedStream, singer_sdk.Stream), (ZencoderTapBase, singer_sdk.Tap)],
)
def test_every_private_method_that_is_overridden_is_one_of_the_sdk(
    owner: type,
    base: type,
) -> None:
    overridden = {name for name in vars(owner) if re.fullmatch("_[a-z]+_.*", name)}
    overridden -= {"_abc_impl"}
    known = {name for ancestor in base.__mro__ for name in vars(ancestor)}
    assert overridden
    assert overridden <= known


@pytest.fixture
def fortnight(sandbox: Sandbox) -> dict[str, Any]:
    return {**sandbox.settings(), "start_date": FORTNIGHT.first.isoformat()}


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


def test_flattening_expands_what_the_api_added(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
) -> None:
    flattening = {"flattening_enabled": True, "flattening_max_depth": 1}
    run = run_tap({**fortnight, **flattening})
    assert run.status == 0
    due = expected(sandbox.organisation, FORTNIGHT)["users"]
    flat = run.records("users")
    assert [row["email"] for row in flat] == [row["email"] for row in due]
    assert [row["messages"] for row in flat] == [row["messages"] for row in due]


def test_records_that_go_straight_out_are_those_of_the_sdk(
    run_tap: RunTap,
    fortnight: dict[str, Any],
) -> None:
    """A map that changes nothing sends every record the SDK's own way."""
    same: dict[str, Any] = {stream: {} for stream in ("users", "daily", "daily_ides")}
    straight, mapped = run_tap(fortnight), run_tap({**fortnight, "stream_maps": same})
    assert straight.status == mapped.status == 0
    for one, other in zip(straight.messages, mapped.messages, strict=True):
        one.pop("time_extracted", None)
        other.pop("time_extracted", None)
        assert one == other
