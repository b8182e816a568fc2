"""The SDK's own suite for taps, and the catalog as it is meant to be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import TODAY
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from tap_zencoder import tap
from tap_zencoder.sandbox import Organisation, Sandbox
from tap_zencoder.tap import TapZencoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_zencoder.sandbox import Request

CATALOG = Path(__file__).with_name("catalog.json")

# The class is made when the tests are collected, before any fixture: the sandbox starts
# with the first test, on the port that was reserved for it here.
_SANDBOX = Sandbox(Organisation(users=12, seed=7), today=lambda: TODAY)


def _add_a_field(envelope: dict[str, Any], _: Request) -> dict[str, Any]:
    """Have additional_fields in every row: the suite wants to see values."""
    data = envelope["data"]
    arrays = [i for day in data["daily"] for i in (*day["ides"], *day["languages"])]
    for known in (data["summary"], *data["users"], *data["daily"], *arrays):
        known["lines"] = 1
    return envelope


_SANDBOX.answers = _add_a_field

_SdkSuite = get_tap_test_class(
    TapZencoder,
    config={**_SANDBOX.settings(), "start_date": "2026-03-02"},
    suite_config=SuiteConfig(ignore_no_records=False),
)


class TestAsTheSdkTestsTaps(_SdkSuite):  # type: ignore[misc, valid-type]
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def sandbox(cls) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patched, _SANDBOX:
            patched.setattr(tap, "utc_today", lambda: TODAY)
            yield


def test_the_catalog_changes_only_on_purpose(
    run_tap: Callable[..., Any],
) -> None:
    discovered = json.loads(run_tap(None, "--discover").output)
    assert discovered == json.loads(CATALOG.read_text()), (
        "If this is meant: tap-zencoder --discover > tests/catalog.json"
    )
