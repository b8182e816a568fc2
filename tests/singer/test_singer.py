"""What the SDK does for us holds, and it still calls what is overridden."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from functools import cached_property
from types import FunctionType
from typing import TYPE_CHECKING, Any

import pytest
import singer_sdk
from support.expected import FORTNIGHT, expected
from support.runs import STREAMS, without_times

from tap_zencoder.singer import SingerStream
from tap_zencoder.tap import TapZencoder

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.runs import Run

    from tap_zencoder.sandbox import Sandbox

    RunTap = Callable[..., Run]


def overrides(owner: type, base: type) -> set[str]:
    """Return the names that a class of ours takes over from one of the SDK."""
    known = {name for ancestor in base.__mro__ for name in vars(ancestor)}
    kinds = (FunctionType, classmethod, staticmethod, property, cached_property)
    names = {name for name, member in vars(owner).items() if isinstance(member, kinds)}
    return {name for name in names & known if not name.startswith("__")}


def use_tap(config: dict[str, Any], catalog: dict[str, Any]) -> None:
    """Use a tap in every way that the SDK's own code or tests use it."""
    tap = TapZencoder(config=config, catalog=catalog, state={})
    tap.run_sync_dry_run(streams=[tap.streams["daily"]])
    with pytest.raises(SystemExit):
        os.kill(os.getpid(), signal.SIGTERM)
    tap.print_about("json")


def test_the_sdk_calls_each_method_that_is_overridden(
    monkeypatch: pytest.MonkeyPatch,
    fortnight: dict[str, Any],
    run_tap: RunTap,
) -> None:
    """But those that we call ourselves, where the SDK's must not be called at all."""
    catalog = json.loads(run_tap(None, "--discover").output)
    called: set[str] = set()

    def watch(owner: type, name: str) -> None:
        member = vars(owner)[name]
        function = getattr(member, "fget", None) or getattr(member, "__func__", member)

        def watching(*words: Any, **options: Any) -> Any:
            called.add(name)
            return function(*words, **options)

        kind = {property: property, classmethod: classmethod}.get(type(member))
        monkeypatch.setattr(owner, name, kind(watching) if kind else watching)

    watched = [
        (SingerStream, overrides(SingerStream, singer_sdk.Stream)),
        (TapZencoder, overrides(TapZencoder, singer_sdk.Tap)),
    ]
    for owner, names in watched:
        for name in names:
            watch(owner, name)
    monkeypatch.setattr(TapZencoder, "stopped_with", None)
    monkeypatch.setattr("threading.Timer.start", lambda _: None)
    handlers = {s: signal.getsignal(s) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        use_tap(fortnight, catalog)
    finally:
        for signum, handler in handlers.items():
            signal.signal(signum, handler)
    by_us_alone = {"sync_all", "get_records"}
    assert called == set().union(*(names for _, names in watched)) - by_us_alone


def test_two_private_methods_of_the_sdk_are_overridden() -> None:
    names = overrides(SingerStream, singer_sdk.Stream) | overrides(
        TapZencoder, singer_sdk.Tap
    )
    private = {name for name in names if name.startswith("_")}
    assert private == {"_handle_termination", "_validate_config"}


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


@pytest.mark.parametrize(
    "altered",
    [
        {},
        {"stream_maps": {stream: {} for stream in STREAMS}},
        {"flattening_enabled": True, "flattening_max_depth": 1},
    ],
)
def test_all_rows_of_a_day_were_extracted_when_its_answer_came(
    run_tap: RunTap,
    fortnight: dict[str, Any],
    altered: dict[str, Any],
) -> None:
    messages = run_tap({**fortnight, **altered}).messages
    times: dict[str, set[str]] = {}
    for message in messages:
        if message["type"] == "RECORD" and message["stream"] != "period_summaries":
            times.setdefault(message["record"]["day"], set()).add(
                message["time_extracted"]
            )
    assert {len(of_day) for of_day in times.values()} == {1}
    assert len(set().union(*times.values())) == len(times)


def test_records_that_go_straight_out_are_those_of_the_sdk(
    run_tap: RunTap,
    fortnight: dict[str, Any],
) -> None:
    """A map that changes nothing sends every record the SDK's own way."""
    same: dict[str, Any] = {stream: {} for stream in ("users", "daily", "daily_ides")}
    straight, mapped = run_tap(fortnight), run_tap({**fortnight, "stream_maps": same})
    assert straight.status == mapped.status == 0
    assert without_times(straight) == without_times(mapped)
