"""How headless Chromium shows the pages, and a showcase, on screens and paper."""

from __future__ import annotations

from typing import Any

import pytest

from pages.organisations import ALL, SCRIPT

Seen = list[dict[str, Any]]
PAGES = len(ALL) + 2
"""The showcase has two."""


@pytest.fixture(scope="session")
def north(seen: Seen) -> dict[str, Any]:
    return next(page for page in seen if page["file"] == "page-north.html")


def test_every_page_was_looked_at_in_every_kind_of_window(seen: Seen) -> None:
    assert len(seen) == PAGES
    for page in seen:
        kinds = {(window["kind"], window["width"]) for window in page["windows"]}
        assert {("light", 320), ("dark", 390), ("forced", 768), ("print", 703)} <= kinds


def test_a_page_asks_for_nothing_says_nothing_and_runs_nothing(seen: Seen) -> None:
    for page in seen:
        assert [url.partition(":")[0] for url in page["requests"]] == ["file"]
        assert page["console"] == page["dialogs"] == []
        assert page["scripts"] == 0
        assert not page["ran"]


def test_a_page_is_the_same_without_javascript(seen: Seen) -> None:
    assert all(page["shots"][0] == page["shots"][1] for page in seen)


def test_the_numbers_can_be_saved_without_javascript(seen: Seen) -> None:
    saved = {page["file"]: page["csv"] for page in seen}
    columns = "Day,People on the day,In 7 days,In 28 days"
    assert saved["page-north.html"] == {
        "north-renewal.csv": "Organisation,Seats,Number,Share"
    }
    assert saved["one.html"] == {"people.csv": columns}


def test_a_page_has_no_fault_of_accessibility(seen: Seen) -> None:
    assert {
        page["file"]: page["violations"] for page in seen if page["violations"]
    } == {}


def test_nothing_is_cut_off_small_or_out_of_proportion_at_any_width(seen: Seen) -> None:
    faults = {
        (page["file"], window["kind"], window["width"]): window["faults"]
        for page in seen
        for window in page["windows"]
        if window["faults"]
    }
    assert faults == {}


def test_no_printed_page_is_left_half_empty(north: dict[str, Any]) -> None:
    assert north["piece"] < 0.5


def test_light_dark_and_paper_differ_and_every_chart_is_drawn_once(
    north: dict[str, Any],
) -> None:
    grounds = {(w["kind"], w["background"]) for w in north["windows"]}
    assert len(grounds) == len({ground for _, ground in grounds}) == 4
    assert {window["drawings"] for window in north["windows"]} == {4}


def test_hostile_names_are_shown_as_they_are(seen: Seen) -> None:
    [hostile] = [page for page in seen if "script" in page["file"]]
    assert SCRIPT in hostile["title"]
    assert {SCRIPT} <= set(hostile["rows"])


def test_a_page_is_there_at_once(north: dict[str, Any]) -> None:
    assert north["paint"] < 1000  # on a machine that does other work
