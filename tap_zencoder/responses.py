"""What every response of Zencoder's servers has in common, without any I/O."""

from __future__ import annotations

import email.utils
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from tap_zencoder.errors import RequestRejectedError, TransientError, quoted
from tap_zencoder.objects import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

OK = 200
BAD_REQUEST = 400
UNAUTHORIZED = 401
FORBIDDEN = 403
LONGEST_RETRY_AFTER = 300.0
"""Seconds. A server that asks for a longer pause gets this one."""

_PASSING = {408, 429, *range(500, 600)}
_REDIRECTS = range(300, 400)


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


class _Refusal(msgspec.Struct):
    """Both shapes of an error: the data endpoint's and the token endpoint's."""

    message: str = ""
    errors: list[str] = []


def said(response: Response) -> str:
    """Return the server's own sentence about an error, made fit for a log, or ""."""
    try:
        refusal = msgspec.json.decode(response.body, type=_Refusal)
    except UNREADABLE:
        return ""
    return quoted(refusal.message or " ".join(refusal.errors), response.secrets)


def rejected(subject: object, status: int, sentence: str) -> str:
    """Say that a server did not like a request, and why if it told."""
    if sentence:
        return f"The server rejected {subject} (HTTP {status}: {sentence})."
    return f"The server rejected {subject} (HTTP {status}). Check api_url and auth_url."


def refuse_unless_ok(subject: object, response: Response, sentence: str) -> None:
    """Return if a response is a success; ``sentence`` is what may be quoted of it.

    Raises:
        TransientError: It says to try again.
        RequestRejectedError: It is anything else.
    """
    status = response.status
    if status == OK:
        return
    if status in _PASSING:
        raise TransientError(f"HTTP {status}", _retry_after(response))
    if status in _REDIRECTS:
        message = (
            f"The server answered {subject} with a redirect (HTTP {status}). Redirects "
            "are not followed, so that credentials stay where they were sent; check "
            "api_url and auth_url."
        )
        raise RequestRejectedError(message)
    raise RequestRejectedError(rejected(subject, status, sentence))


def not_json(body: bytes) -> TransientError:
    """Return the error for a body that is no JSON, or not all of it."""
    size = f"{len(body)} bytes" if body else "empty"
    return TransientError(f"an answer that is not JSON ({size})")


def _retry_after(response: Response) -> float | None:
    value = response.headers.get("Retry-After", "")
    try:
        seconds = float(value)
    except ValueError:
        seconds = _seconds_until(value, response.received)
    return None if math.isnan(seconds) else min(max(seconds, 0), LONGEST_RETRY_AFTER)


def _seconds_until(http_date: str, now: datetime) -> float:
    try:
        moment = email.utils.parsedate_to_datetime(http_date)
    except (ValueError, TypeError, OverflowError):
        return math.nan
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - now).total_seconds()
