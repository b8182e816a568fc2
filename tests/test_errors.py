from __future__ import annotations

import pytest

from tap_zencoder.errors import quoted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no such user: joe@example.com", "no such user: ***"),
        ("(o'brien+x@example.com), gone", "*** gone"),
        ('"joe smith"@example.com is gone', "*** is gone"),
        ("joe%40example.com is gone", "*** is gone"),
        ('{"user":"joe@example.com"} is gone', "*** is gone"),
        ("two\nlines\x1b[31m and\ttabs", "two lines [31m and tabs"),
        ("x" * 300, "x" * 200 + "..."),
        ("the key is s3cret!", "the key is ***!"),
    ],
)
def test_foreign_text_is_made_fit_for_a_log(text: str, shown: str) -> None:
    assert quoted(text, ["s3cret", ""]) == shown


def test_an_address_that_would_be_cut_in_two_is_not_shown() -> None:
    for length in range(1950, 2010):
        assert "joe" not in quoted("@" * length + " joe.smith@example.com")
        assert "joe" not in quoted(" " * length + "joe.smith@example.com")


@pytest.mark.parametrize("text", ["x" * 10_000_000, '"' * 10_000_000, "@" * 10_000_000])
def test_a_text_of_any_length_is_quoted_at_once(text: str) -> None:
    assert len(quoted(text)) <= 203
