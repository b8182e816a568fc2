from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from support.responses import NOW, response


@pytest.mark.parametrize(
    "name", ["Retry-After", "X-RateLimit-Reset", "ratelimit-reset"]
)
@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("0", 0.0),
        ("-3", 0.0),
        ("86400", 300.0),
        ("9" * 5000, 300.0),
        ("inf", 300.0),
        (str(int(NOW.timestamp()) + 20), 20.0),
        (str(int(NOW.timestamp()) - 20), 0.0),
        ("Tue, 10 Mar 2026 12:00:30 GMT", 30.0),
        ("Tue, 10 Mar 2026 11:00:00 GMT", 0.0),
        ("Tue, 10 Mar 2026 12:00:30 -0000", 30.0),
        ("Tue, 99 Mar 2026 12:00:30 GMT", None),
        ("soon", None),
        ("nan", None),
        ("", None),
    ],
)
def test_a_server_may_say_how_long_to_wait(
    name: str, header: str, seconds: float | None
) -> None:
    assert response(429, b"", **{name: header}).retry_after == seconds


def test_without_a_header_there_is_no_pause() -> None:
    assert response(429, b"", date=str(NOW + timedelta(seconds=7))).retry_after is None


def test_a_header_that_says_nothing_does_not_hide_another() -> None:
    answer = response(429, b"", retry_after="soon", ratelimit_reset="7")
    assert answer.retry_after == 7


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"status": "error", "message": "Not found"}, "Not found"),
        ({"errors": ["One.", "Two."], "errorCode": "E"}, "One. Two."),
        ({"status": "error"}, ""),
        ({"message": 7}, ""),
        ({"errors": "text"}, ""),
        (b"<html>", ""),
        (b"", ""),
        (b"[" * 100_000, ""),
    ],
)
def test_the_sentence_of_either_endpoint_is_its_message(
    body: Any, message: str
) -> None:
    assert response(400, body).message == message
