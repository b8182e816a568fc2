"""Everything that the programs under test wrote on stderr, for one last look at it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tap_zencoder.sandbox.service import API_KEY, CLIENT_ID, CLIENT_SECRET

if TYPE_CHECKING:
    from collections.abc import Iterable

ADDRESS = re.compile(r"\S+(?:@|%40)[\w-]+\.\w+")

_logs: list[str] = []
_secrets = {API_KEY, CLIENT_ID, CLIENT_SECRET}


def kept(log: str | bytes) -> str:
    """Return a log as text, and keep it."""
    text = log.decode() if isinstance(log, bytes) else log
    _logs.append(text)
    return text


def add_secrets(secrets: Iterable[str]) -> None:
    """Look for these as well, such as tokens."""
    _secrets.update(secrets)


def indiscreet() -> list[str]:
    """Return each line kept that has an address or a secret in it."""
    secret = re.compile("|".join(map(re.escape, _secrets)))
    return [
        line
        for log in _logs
        for line in log.splitlines()
        if secret.search(line) or ADDRESS.search(line)
    ]
