"""What every response of Zencoder's servers has in common."""

from __future__ import annotations

import email.utils
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from tap_zencoder.errors import (
    ContractError,
    RateLimitError,
    RequestRejectedError,
    TransientError,
    ZencoderError,
)
from tap_zencoder.redact import redacted

OK = 200
NO_CONTENT = 204
BAD_REQUEST = 400
UNAUTHORIZED = 401
FORBIDDEN = 403
NOT_FOUND = 404
TOO_MANY_REQUESTS = 429
LONGEST_RETRY_AFTER = 300.0
"""Seconds. A server that asks for a longer pause gets this one."""
NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises where there is no JSON, or none of the type asked for."""

_TRANSIENT = {408, TOO_MANY_REQUESTS, *range(500, 600)}
_REDIRECTS = range(300, 400)
_ENCODINGS = {"identity", "gzip", "x-gzip", "deflate"}
_PAUSES = ("Retry-After", "X-RateLimit-Reset", "RateLimit-Reset")
_LIMIT = re.compile(r"rate.?limit|too many|quota|throttl", re.IGNORECASE)
_EARLIEST_MOMENT = 1e9
CHECK_ADDRESSES = "Check api_url and auth_url"


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
    return f"The server rejected {subject} (HTTP {response.status}{words})."


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
        raise transient_error(response, message)
    if status in _REDIRECTS:
        raise RequestRejectedError(
            f"The server answered {subject} with a redirect (HTTP {status}). Redirects "
            f"are not followed, so that credentials stay where they were sent. "
            f"{CHECK_ADDRESSES}.",
        )
    rejection = rejection_message(subject, response, message)
    explained = message and status == BAD_REQUEST
    raise RequestRejectedError(
        rejection if explained else f"{rejection} {CHECK_ADDRESSES}."
    )


def transient_error(response: Response, message: str = "") -> TransientError:
    """Return the error for a response that says to try again."""
    words = f": {message}" if message else ""
    is_limit = response.status in {TOO_MANY_REQUESTS, FORBIDDEN}
    kind = RateLimitError if is_limit else TransientError
    return kind(f"HTTP {response.status}{words}", _retry_after(response))


def is_limit(response: Response, message: str) -> bool:
    """Return whether an HTTP 403 is about how often the API was asked."""
    asks_for_pause = any(name in response.headers for name in _PAUSES)
    return asks_for_pause or _LIMIT.search(message) is not None


def not_json_error(subject: object, response: Response) -> ZencoderError:
    """Return the error for a body that is no JSON, or not all of it."""
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding not in _ENCODINGS:
        return ContractError(
            f"The answer for {subject} is compressed with {redacted(encoding)}, which "
            "was not asked for. A proxy or gateway on the way may do that."
        )
    size = f"{len(response.body)} bytes" if response.body else "empty"
    return TransientError(f"an answer that is not JSON ({size})")


def _retry_after(response: Response) -> float | None:
    values = (response.headers.get(name, "") for name in _PAUSES)
    known = [s for s in (_seconds(v, response) for v in values) if not math.isnan(s)]
    return min(max(known[0], 0), LONGEST_RETRY_AFTER) if known else None


def _seconds(value: str, response: Response) -> float:
    """Return a pause in seconds, which may be given as a moment, or NaN for neither."""
    try:
        seconds = float(value)
    except ValueError:
        return _seconds_until(value, response)
    # What is too long for a pause is a moment, in seconds since 1970.
    is_moment = seconds > _EARLIEST_MOMENT
    return seconds - _now(response).timestamp() if is_moment else seconds


def _seconds_until(http_date: str, response: Response) -> float:
    moment = _moment(http_date)
    return math.nan if moment is None else (moment - _now(response)).total_seconds()


def _now(response: Response) -> datetime:
    """Return what time it was by the server's own clock, if it has one."""
    return _moment(response.headers.get("Date", "")) or response.received


def _moment(http_date: str) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(http_date)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
