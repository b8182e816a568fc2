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


def said(response: Response) -> str:
    """Return the server's own sentence about an error, made fit for a log, or ""."""
    try:
        refusal = msgspec.json.decode(response.body, type=_Refusal)
    except UNREADABLE:
        return ""
    return quoted(refusal.message or " ".join(refusal.errors), response.secrets)


def rejected(subject: object, response: Response, *, may_quote: bool = True) -> str:
    """Say that a server did not like a request, and why if it told."""
    why = said(response) if may_quote else ""
    sentence = f"HTTP {response.status}: {why}" if why else f"HTTP {response.status}"
    advice = "" if why and response.status == BAD_REQUEST else f" {_CHECK_ADDRESSES}."
    return f"The server rejected {subject} ({sentence}).{advice}"


def refuse_unless_ok(
    subject: object,
    response: Response,
    *,
    may_quote: bool = True,
) -> None:
    """Return if a response is a success.

    ``may_quote``: whether its words may be shown.

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
            f"are not followed, so that credentials stay where they were sent. "
            f"{_CHECK_ADDRESSES}."
        )
        raise RequestRejectedError(message)
    raise RequestRejectedError(rejected(subject, response, may_quote=may_quote))


def not_json(body: bytes) -> TransientError:
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
    # By the server's own clock if it tells: ours may be wrong.
    now = _moment(response.headers.get("Date", "")) or response.received
    moment = _moment(http_date)
    return math.nan if moment is None else (moment - now).total_seconds()


def _moment(http_date: str) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(http_date)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
