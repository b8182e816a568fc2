"""The SDK: its own suite for taps passes, and it calls what is overridden."""

from __future__ import annotations

import json
import os
import signal
from functools import cached_property
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any

import pytest
import singer_sdk
from singer_sdk.testing import SuiteConfig, get_tap_test_class
from support.runs import STREAMS, TODAY, without_times

from tap_zencoder import tap
from tap_zencoder.sandbox import Organisation, Sandbox
from tap_zencoder.singer import SingerStream
from tap_zencoder.tap import TapZencoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.runs import Run

    from tap_zencoder.sandbox import Request

    RunTap = Callable[..., Run]

CATALOG = Path(__file__).parents[1] / "catalog.json"


# The classes are made when the tests are collected, before there is a sandbox: its
# address comes into this dictionary with the first test.
_CONFIG = {"api_key": "not-known-yet", "start_date": "2026-03-02"}


def _add_a_field(envelope: dict[str, Any], _: Request) -> dict[str, Any]:
    """Have additional_fields in every row: the suite wants to see values."""
    data = envelope["data"]
    arrays = [i for day in data["daily"] for i in (*day["ides"], *day["languages"])]
    for known in (data["summary"], *data["users"], *data["daily"], *arrays):
        known["lines"] = 1
    return envelope


class _Served:
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def sandbox(cls) -> Iterator[None]:
        with (
            pytest.MonkeyPatch.context() as patched,
            Sandbox(Organisation(users=12, seed=7), today=lambda: TODAY) as sandbox,
        ):
            sandbox.answers = _add_a_field
            patched.setattr(tap, "utc_today", lambda: TODAY)
            for name, value in {"api_key": "", **sandbox.settings()}.items():
                patched.setitem(_CONFIG, name, value)
            yield


_SUITE: Any = get_tap_test_class(
    TapZencoder,
    config=_CONFIG,
    suite_config=SuiteConfig(ignore_no_records=False),
)


class TestAsTheSdkTestsTaps(_Served, _SUITE):  # type: ignore[misc]
    pass


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


def test_the_catalog_changes_only_on_purpose(
    run_tap: RunTap,
) -> None:
    discovered = json.loads(run_tap(None, "--discover").output)
    assert discovered == json.loads(CATALOG.read_text()), (
        "If this is meant: tap-zencoder --discover > tests/catalog.json"
    )
