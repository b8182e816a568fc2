"""The last look at the logs sees what it looks for."""

from __future__ import annotations

import pytest
import written


@pytest.mark.parametrize(
    ("line", "indiscreet"),
    [
        ("all is well", False),
        ("of joe@example.com", True),
        ('"a, b"@example.com', True),
        ("of joe%40example.com", True),
        ("a-token-of-a-sandbox", True),
        ("zak_live_sandbox", True),
    ],
)
def test_what_is_indiscreet_is_found(
    monkeypatch: pytest.MonkeyPatch,
    line: str,
    *,
    indiscreet: bool,
) -> None:
    monkeypatch.setattr(written, "_logs", [])
    monkeypatch.setattr(written, "_secrets", set(written._secrets))
    written.add_secrets(["a-token-of-a-sandbox"])
    written.kept(f"INFO one\nINFO {line}\nINFO two")
    assert written.indiscreet() == ([f"INFO {line}"] if indiscreet else [])
