"""Bodies that are JSON but for something that can be replaced."""

from __future__ import annotations

import codecs
import json
import re
from typing import Any, NamedTuple

import msgspec

from tap_zencoder.redact import redacted

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_BOM = codecs.BOM_UTF8
_NO_NUMBER = object()
"""Stands where the text has NaN, Infinity or -Infinity."""


class Mended(NamedTuple):
    """JSON, and sentences about what was replaced in it."""

    body: bytes
    sentences: list[str]


def may_need_mending(body: bytes) -> bool:
    """Return whether a body has what is wrong although it reads as JSON at first."""
    return body.startswith(_BOM) or _SURROGATE.search(body) is not None


def mended(body: bytes) -> Mended:
    """Return a body as sound JSON.

    Characters that are none become U+FFFD, a byte order mark is skipped, and NaN and
    the infinities become null.

    Raises ValueError or RecursionError if it is no JSON all the same.
    """
    text = body.removeprefix(_BOM).decode("utf-8", "replace")
    found: list[str] = []
    if "\ufffd" in text:
        found.append("bytes that are not UTF-8")
    numbers: list[str] = []
    value = json.loads(text, parse_constant=lambda _: _NO_NUMBER)
    value = _sound(value, "$", found, numbers)
    sentences = [
        f"The API sent {what}; U+FFFD stands in the place of each."
        for what in dict.fromkeys(found)
    ]
    if numbers:
        sentences.append(
            f"The API sent NaN or an infinity at {redacted(numbers[0])}, which JSON "
            "does not have; it is read as null."
        )
    return Mended(msgspec.json.encode(value), sentences)


def _sound(value: Any, path: str, found: list[str], numbers: list[str]) -> Any:
    if isinstance(value, str):
        return _sound_text(value, found)
    if isinstance(value, dict):
        return {
            _sound_text(name, found): _sound(inner, f"{path}.{name}", found, numbers)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [
            _sound(inner, f"{path}[{index}]", found, numbers)
            for index, inner in enumerate(value)
        ]
    if value is _NO_NUMBER:
        numbers.append(path)
        return None
    return value


def _sound_text(text: str, found: list[str]) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        found.append("half of a surrogate pair")
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
