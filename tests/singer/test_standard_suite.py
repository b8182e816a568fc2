"""The SDK's own suite for taps, and the catalog as it is meant to be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class
from support.runs import TODAY

from tap_zencoder import tap
from tap_zencoder.sandbox import Organisation, Sandbox
from tap_zencoder.tap import TapZencoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_zencoder.sandbox import Request

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


def test_the_catalog_changes_only_on_purpose(
    run_tap: Callable[..., Any],
) -> None:
    discovered = json.loads(run_tap(None, "--discover").output)
    assert discovered == json.loads(CATALOG.read_text()), (
        "If this is meant: tap-zencoder --discover > tests/catalog.json"
    )
