"""What every response of Zencoder's servers has in common."""

from __future__ import annotations

import email.utils
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from tap_zencoder.errors import RequestRejectedError, TransientError
from tap_zencoder.redact import redacted

OK = 200
BAD_REQUEST = 400
UNAUTHORIZED = 401
FORBIDDEN = 403
LONGEST_RETRY_AFTER = 300.0
"""Seconds. A server that asks for a longer pause gets this one."""
NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises where there is no JSON, or none of the type asked for."""

_TRANSIENT = {408, 429, *range(500, 600)}
_REDIRECTS = range(300, 400)
_CHECK_ADDRESSES = "Check api_url and auth_url"


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


def server_message(response: Response) -> str:
    """Return the server's own sentence about an error, fit for a log, or ""."""
    try:
        refusal = msgspec.json.decode(response.body, type=_Refusal)
    except NOT_JSON:
        return ""
    return redacted(refusal.message or " ".join(refusal.errors), response.secrets)


def rejection_message(subject: object, response: Response, message: str = "") -> str:
    """Return the sentence about a refused request, with the server's own message."""
    words = f": {message}" if message else ""
    explained = message and response.status == BAD_REQUEST
    advice = "" if explained else f" {_CHECK_ADDRESSES}."
    return f"The server rejected {subject} (HTTP {response.status}{words}).{advice}"


def raise_unless_ok(subject: object, response: Response, message: str = "") -> None:
    """Return if a response is a success.

    ``message`` is the server's own sentence, if it may be shown.

    Raises:
        TransientError: The status says to try again.
        RequestRejectedError: It is any other.
    """
    status = response.status
    if status == OK:
        return
    if status in _TRANSIENT:
        words = f": {message}" if message else ""
        raise TransientError(f"HTTP {status}{words}", _retry_after(response))
    if status in _REDIRECTS:
        raise RequestRejectedError(
            f"The server answered {subject} with a redirect (HTTP {status}). Redirects "
            f"are not followed, so that credentials stay where they were sent. "
            f"{_CHECK_ADDRESSES}.",
        )
    raise RequestRejectedError(rejection_message(subject, response, message))


def not_json_error(body: bytes) -> TransientError:
    """Return the error for a body that is no JSON, or not all of it."""
    size = f"{len(body)} bytes" if body else "empty"
    return TransientError(f"an answer that is not JSON ({size})")


def _retry_after(response: Response) -> float | None:
    value = response.headers.get("Retry-After", "")
    try:
        seconds = float(value)
    except ValueError:
        seconds = _seconds_until(value, response)
    return None if math.isnan(seconds) else min(max(seconds, 0), LONGEST_RETRY_AFTER)


def _seconds_until(http_date: str, response: Response) -> float:
    # By the server's own clock, if it has one: ours may be wrong.
    now = _moment(response.headers.get("Date", "")) or response.received
    moment = _moment(http_date)
    return math.nan if moment is None else (moment - now).total_seconds()


def _moment(http_date: str) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(http_date)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
