"""What the programs under test wrote on stderr, for a look at it after each test."""

from __future__ import annotations

import re

from tap_zencoder.sandbox.service import API_KEY, CLIENT_ID, CLIENT_SECRET, TOKEN_PREFIX

ADDRESS = re.compile(r"\S+(?:@|%40)[\w-]+\.\w+")

_logs: list[str] = []
_secrets: set[str] = set()


def kept(log: str | bytes) -> str:
    """Return a log as text, and keep it for the look after the test."""
    text = log.decode() if isinstance(log, bytes) else log
    _logs.append(text)
    return text


def add_secret(secret: object) -> None:
    """Look for this as well, until the end of the test."""
    if secret:
        _secrets.add(str(secret))


def leaks() -> list[str]:
    """Return each line kept with an address or a secret in it, and forget them all."""
    secrets = {API_KEY, CLIENT_ID, CLIENT_SECRET, TOKEN_PREFIX, *_secrets}
    pattern = re.compile("|".join(map(re.escape, secrets)))
    lines = [line for log in _logs for line in log.splitlines()]
    _logs.clear()
    _secrets.clear()
    return [line for line in lines if pattern.search(line) or ADDRESS.search(line)]
