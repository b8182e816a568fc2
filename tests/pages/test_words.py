"""Numbers, days and changes, as a reader reads them."""

from __future__ import annotations

from datetime import date

import pytest

from report import words

OCTOBER = date(2026, 10, 5)


@pytest.mark.parametrize(
    ("last", "text"),
    [
        (date(2026, 10, 5), "5 Oct 2026"),
        (date(2026, 10, 11), "5\N{EN DASH}11 Oct 2026"),
        (date(2026, 11, 1), "5 Oct \N{EN DASH} 1 Nov 2026"),
        (date(2027, 1, 3), "5 Oct 2026 \N{EN DASH} 3 Jan 2027"),
    ],
)
def test_a_span_is_written_without_what_its_ends_share(last: date, text: str) -> None:
    assert words.days(OCTOBER, last) == text


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [
        (41, 37, "4 more"),
        (36, 37, "1 fewer"),
        (37.04, 37.0, "no change"),
        (1234, 0, "1,234 more"),
        (12.34, 13.0, "0.7 fewer"),
    ],
)
def test_a_change_is_said_in_words(now: float, before: float, text: str) -> None:
    assert words.change(now, before) == text


def test_an_earlier_span_shares_the_year_of_the_later() -> None:
    end = date(2026, 10, 11)
    assert words.days_before(OCTOBER, end, date(2026, 11, 1)) == "5\N{EN DASH}11 Oct"
    assert words.days_before(OCTOBER, end, date(2027, 1, 3)).endswith("2026")


def test_a_name_cannot_turn_the_sentence_around_it() -> None:
    name = words.isolated("\N{RIGHT-TO-LEFT OVERRIDE}x\N{POP DIRECTIONAL ISOLATE}y")
    assert name[0] == "\N{FIRST STRONG ISOLATE}"
    assert name.index("\N{POP DIRECTIONAL ISOLATE}") == len(name) - 1


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (1.0, "100%"),
        (249 / 250, "over 99%"),
        (0.5, "50%"),
        (1 / 250, "under 1%"),
        (0.0, "0%"),
    ],
)
def test_only_all_is_a_hundred_percent(share: float, text: str) -> None:
    assert words.percent(share) == text
