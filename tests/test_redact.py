from __future__ import annotations

import pytest

from tap_zencoder.redact import redacted


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
    assert redacted(text, ["s3cret", ""]) == shown


@pytest.mark.parametrize("secret", ["7", "q!", "s3cret", "a-secret-of-some-length"])
def test_a_secret_is_masked_however_short(secret: str) -> None:
    assert redacted(f"no client {secret}, sorry", [secret]) == "no client ***, sorry"


def test_a_secret_that_holds_another_is_masked_whole() -> None:
    assert redacted("it is abcdef", ["abc", "abcdef"]) == "it is ***"


def test_an_address_that_would_be_cut_in_two_is_not_shown() -> None:
    for length in range(1950, 2010):
        assert "joe" not in redacted("@" * length + " joe.smith@example.com")
        assert "joe" not in redacted(" " * length + "joe.smith@example.com")


@pytest.mark.parametrize("text", ["x" * 10_000_000, '"' * 10_000_000, "@" * 10_000_000])
def test_a_text_of_any_length_is_redacted_at_once(text: str) -> None:
    assert len(redacted(text)) <= 203
