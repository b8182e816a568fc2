"""How headless Chromium shows the pages, in four windows each."""

from __future__ import annotations

from typing import Any

import pytest

from pages.organisations import ALL, LONG, RIGHT_TO_LEFT, SCRIPT

Seen = list[dict[str, Any]]


def test_every_page_was_looked_at_on_a_phone_and_a_desktop(seen: Seen) -> None:
    assert len(seen) == (len(ALL) + 1) * 4
    assert {look["width"] for look in seen} == {390, 1280}


def test_a_page_asks_for_nothing_says_nothing_and_runs_nothing(seen: Seen) -> None:
    for look in seen:
        assert [url.partition(":")[0] for url in look["requests"]] == ["file"], look
        assert look["console"] == look["dialogs"] == []
        assert look["scripts"] == 0
        assert not look["ran"]


def test_a_page_is_the_same_without_javascript(seen: Seen) -> None:
    assert all(look["without_scripts"] for look in seen)


def test_the_numbers_can_be_saved_without_javascript(seen: Seen) -> None:
    lines = {look["csv"] for look in seen if look["file"] == "page-north.html"}
    assert lines == {"Day,People on the day,In 7 days,In 28 days"}


def test_a_page_has_no_fault_of_accessibility(seen: Seen) -> None:
    for look in seen:
        assert look["violations"] == [], (look["file"], look["scheme"])


def test_nothing_is_cut_off_with_all_tables_open(seen: Seen) -> None:
    for look in seen:
        assert look["cut_off"] == [], (look["file"], look["width"])


def test_light_and_dark_differ_and_every_chart_is_drawn_once(seen: Seen) -> None:
    north = [look for look in seen if look["file"] == "page-north.html"]
    assert len({look["background"] for look in north}) == 2
    assert {look["drawings"] for look in north} == {6}


def test_hostile_names_are_shown_as_they_are(seen: Seen) -> None:
    shown = [look for look in seen if "script" in look["file"]]
    assert len(shown) == 4
    for look in shown:
        assert SCRIPT in look["title"]
        assert SCRIPT in look["legends"]
        assert LONG in look["legends"]
        assert RIGHT_TO_LEFT in look["legends"]


@pytest.mark.parametrize("name", ["page-north.html"])
def test_a_page_is_there_at_once(seen: Seen, name: str) -> None:
    fastest = min(look["paint"] for look in seen if look["file"] == name)
    assert fastest < 1000  # on a machine that does other work
