"""A response as it came: its pause, its words, and its body as JSON."""

from __future__ import annotations

import codecs
import email.utils
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from tap_zencoder.redact import redacted

LONGEST_RETRY_AFTER = 300.0
"""Seconds. A server that asks for a longer pause gets this one."""
NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What is raised where there is no JSON, or none of the type asked for."""
Members = dict[str, msgspec.Raw]
_PAUSES = ("Retry-After", "X-RateLimit-Reset", "RateLimit-Reset")
_EARLIEST_MOMENT = 1e9
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|-?(?:NaN|Infinity)', re.DOTALL)
_HALF = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(\\u[dD][89a-fA-F]..)|\\.")
_PAGES = re.compile(
    "pag(?:e|in)|next|cursor|offset|more|total|remaining|truncated|continuation",
    re.IGNORECASE,
)
_NEXT_LINK = re.compile(r"""\brel\s*=\s*["']?next\b""", re.IGNORECASE)
_NOTHING = {"", "0", "0.0", "null", "false", "[]", "{}"}


class _Spoken(msgspec.Struct):
    """Both shapes of an error: the data endpoint's and the token endpoint's."""

    status: str = ""
    message: str = ""
    errors: list[str] = []


class Response(NamedTuple):
    """What came back.

    ``headers`` ignore case, ``received`` is when, with a zone, and ``secrets`` are what
    the body may echo and no message may quote.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    received: datetime
    secrets: tuple[str, ...] = ()

    @property
    def is_of_the_api(self) -> bool:
        """Whether the body is an error as one of the two endpoints words it."""
        return bool(self._spoken.status or self._spoken.errors)

    @property
    def message(self) -> str:
        """The server's own sentence about an error, fit for a log, or ""."""
        words = self._spoken.message or " ".join(self._spoken.errors)
        return redacted(words, self.secrets)

    @property
    def names_a_pause(self) -> bool:
        return any(name in self.headers for name in _PAUSES)

    @property
    def retry_after(self) -> float | None:
        """The pause that the server asks for, in seconds, or None."""
        given = (self.headers[name] for name in _PAUSES if name in self.headers)
        pauses = (_seconds(value, self.received) for value in given)
        known = [min(max(s, 0), LONGEST_RETRY_AFTER) for s in pauses if s is not None]
        return known[0] if known else None

    @property
    def _spoken(self) -> _Spoken:
        try:
            return msgspec.json.decode(self.body, type=_Spoken)
        except NOT_JSON:
            return _Spoken()


def decode(body: bytes, kind: Any) -> Any:
    """Return JSON as a type, or raise one of `NOT_JSON`."""
    str(body, "utf-8")  # what is not decoded further down would not be checked
    return msgspec.json.decode(body.removeprefix(codecs.BOM_UTF8), type=kind)


def repaired(body: bytes) -> bytes:
    """Return a body with U+FFFD for each bad character, and null for NaN."""
    text, pieces, done = body.decode("utf-8", "replace"), [], 0
    for token in _TOKEN.finditer(text):
        sound = "null"
        if token[0].startswith('"'):
            sound = _HALF.sub(lambda m: "\\ufffd" if m[1] else m[0], token[0])
        if sound != token[0]:
            pieces += [text[done : token.start()], sound]
            done = token.end()
    return "".join([*pieces, text[done:]]).encode()


def sign_of_pages(unknown: Members, link: str, users: bytes) -> str | None:
    """Return the path of an undocumented member that says that there is more, or None.

    Members of objects count, too. A total that equals the number of users is no sign.
    """
    if _NEXT_LINK.search(link):
        return "the header Link"
    members = dict(unknown)
    for path, raw in unknown.items():
        if bytes(raw).startswith(b"{"):
            inner = msgspec.json.decode(members.pop(path), type=Members)
            members |= {f"{path}.{name}": value for name, value in inner.items()}
    for path, raw in members.items():
        text = bytes(raw).decode().strip('" ').lower()
        if _PAGES.search(path) and text not in _NOTHING:
            is_total = "total" in path.lower()
            if not is_total or text.removesuffix(".0") != _length(users):
                return path
    return None


def _length(array: bytes) -> str:
    try:
        return str(len(msgspec.json.decode(array, type=list[msgspec.Raw])))
    except msgspec.ValidationError:
        return ""


def _seconds(value: str, now: datetime) -> float | None:
    """Return a pause in seconds, which may be a moment, or None if it is neither."""
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = email.utils.parsedate_to_datetime(value)
        except (ValueError, TypeError, OverflowError):
            return None
        seconds = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    # What is too long for a pause is a moment, in seconds since 1970.
    pause = seconds - now.timestamp() if seconds > _EARLIEST_MOMENT else seconds
    return None if pause != pause else pause  # noqa: PLR0124  # NaN
