"""The look at the logs after each test sees what it looks for."""

from __future__ import annotations

import pytest
from support import logs

from tap_zencoder.sandbox.service import API_KEY, TOKEN_PREFIX


@pytest.mark.parametrize(
    ("line", "leaks"),
    [
        ("all is well", False),
        ("of joe@example.com", True),
        ('"a, b"@example.com', True),
        ("of joe%40example.com", True),
        (f"Bearer {TOKEN_PREFIX}x", True),
        (API_KEY, True),
        ("the secret is q7!", True),
    ],
)
def test_a_leak_is_found_and_then_forgotten(line: str, *, leaks: bool) -> None:
    logs.add_secret("q7!")
    logs.kept(f"INFO one\nINFO {line}\nINFO two")
    assert logs.leaks() == ([f"INFO {line}"] if leaks else [])
    assert logs.leaks() == []
