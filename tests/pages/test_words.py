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
    ("now", "before", "unit", "digits", "text"),
    [
        (41, 37, "", 0, "4 more than"),
        (36, 37, "", 0, "1 fewer than"),
        (37.2, 36.9, "", 0, "the same as"),
        (1234, 0, "", 0, "1,234 more than"),
        (12.34, 13.0, "", 1, "0.7 less than"),
        (81.4, 80.4, "points", 0, "1 point more than"),
        (78.0, 80.0, "points", 0, "2 points less than"),
    ],
)
def test_a_change_is_said_in_words(
    now: float, before: float, unit: str, digits: int, text: str
) -> None:
    assert words.change(now, before, unit, digits) == text


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
