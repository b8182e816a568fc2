"""The contract of the Analytics API, without any I/O.

A request goes out as query parameters; a response comes in as status, headers and
body, and leaves as a `UsageReport`, a `Token` or one of the errors in `errors`.
Everything here mirrors the "Analytics API" page of Zencoder's documentation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import msgspec

from tap_zencoder import objects, responses
from tap_zencoder.errors import (
    AccessDeniedError,
    AuthenticationError,
    DayRefusedError,
    TransientError,
    quoted,
)
from tap_zencoder.objects import UNREADABLE, Location, Row, read_object, read_rows

if TYPE_CHECKING:
    from datetime import date

    from tap_zencoder.responses import Response

USAGE_PATH = "/api/v1/data/usage"
PERIODS = ("7d", "30d", "90d")
LOGIN = "the login at the token endpoint"

_SUCCESS = b'"success"'
_ERROR = b'"error"'
# The token endpoint may echo what it was sent, so of its words only these are shown.
_LOGIN_REFUSALS = ("Invalid authentication", "Invalid input json")

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Token(msgspec.Struct):
    """What a login brings ("Authentication", "Response Fields").

    ``expires_in`` is the token's lifetime in seconds; without it, `lifetime` is the
    documented one.
    """

    access_token: Annotated[str, msgspec.Meta(pattern=r"^[\x21-\x7e]+$")]
    expires_in: Annotated[float, msgspec.Meta(ge=0)] | None = None

    @property
    def lifetime(self) -> float:
        """How many seconds the token is good for."""
        return 86400 if self.expires_in is None else self.expires_in


@dataclass(frozen=True, slots=True)
class UsageQuery:
    """One question to the usage endpoint: a single day, or a period ending now."""

    parameter: str
    value: str

    @classmethod
    def on(cls, day: date) -> UsageQuery:
        """Ask for one day."""
        return cls("day", day.isoformat())

    @classmethod
    def over(cls, period: str) -> UsageQuery:
        """Ask for one of `PERIODS`."""
        return cls("period", period)

    @property
    def parameters(self) -> dict[str, str]:
        """The query string: the API takes exactly one of the two parameters."""
        return {self.parameter: self.value}

    @property
    def is_day(self) -> bool:
        """Whether a single day is asked for."""
        return self.parameter == "day"

    def __str__(self) -> str:
        """Name the question for a message."""
        if self.is_day:
            return f"day {self.value}"
        return f"the usage of the last {self.value.removesuffix('d')} days"


@dataclass(frozen=True, slots=True)
class UsageReport:
    """A successful answer of the usage endpoint.

    Its parts are decoded when they are asked for: a stream pays for what it reads.
    """

    query: UsageQuery
    body: bytes
    data: dict[str, msgspec.Raw]
    unknown: tuple[str, ...]
    """JSON paths of members that no stream has a place for."""

    def daily(self) -> list[Row]:
        """Return ``data.daily[]``: the fields of `objects.DailyUsage`, arrays as sent.

        There are none in an array that is null.

        Raises:
            ContractError: A known field is missing or of the wrong type.
        """
        return read_rows(*self._array("daily"), objects.DailyUsage)

    def users(self) -> list[Row]:
        """Return ``data.users[]``: the fields of `objects.UserUsage`.

        ``last_active`` is a ``YYYY-MM-DD`` day or null, however the API words it. There
        are none in an array that is null.

        Raises:
            ContractError: A known field is missing or of the wrong type.
        """
        raw, where = self._array("users")
        rows = read_rows(raw, where, objects.UserUsage)
        for index, row in enumerate(rows):
            last_active = row["last_active"] or None  # nothing may be "" as well
            row["last_active"] = last_active
            if last_active is not None:
                try:
                    row["last_active"] = objects.as_day(last_active)
                except ValueError as error:
                    place = where.item(index).member("last_active")
                    raise place.error("neither a date nor a timestamp") from error
        return rows

    def totals(self) -> Row:
        """Return ``data.period`` and ``data.summary`` as one row.

        Unknown fields are in ``additional_fields``, under the name of their object.

        Raises:
            ContractError: A known field is missing or of the wrong type.
        """
        period, new_in_period = read_object(*self._part("period"), objects.Period)
        summary, new_in_summary = read_object(*self._part("summary"), objects.Summary)
        new = {"period": new_in_period, "summary": new_in_summary}
        additional = {name: fields for name, fields in new.items() if fields}
        return {**period, **summary, "additional_fields": additional or None}

    def _array(self, name: str) -> tuple[bytes | msgspec.Raw, Location]:
        raw, where = self._part(name)
        return b"[]" if bytes(raw) == b"null" else raw, where

    def _part(self, name: str) -> tuple[msgspec.Raw, Location]:
        where = Location(self.query, f"$.data.{name}")
        if name not in self.data:
            raise where.error("the field is missing")
        return self.data[name], where


def read_usage(query: UsageQuery, response: Response) -> UsageReport:
    """Return the report in a response of the usage endpoint.

    Raises:
        TransientError: It says to try again, or is no whole JSON document.
        AuthenticationError: HTTP 401.
        AccessDeniedError: HTTP 403.
        DayRefusedError: HTTP 400 to a question about a day.
        RequestRejectedError: Any other refusal, with the API's own sentence.
        ContractError: It is JSON, but not the documented envelope.
    """
    if response.status == responses.UNAUTHORIZED:
        message = (
            f"Zencoder did not accept the credentials (HTTP 401 for {query}). Check "
            "that the personal access token (client_id, client_secret) or the api_key "
            "is right, has not expired, and belongs to this organisation."
        )
        raise AuthenticationError(message)
    if response.status == responses.FORBIDDEN:
        raise AccessDeniedError(query)
    if response.status == responses.BAD_REQUEST and query.is_day:
        raise DayRefusedError(responses.rejected(query, response))
    responses.refuse_unless_ok(query, response)
    return read_report(query, response.body)


def read_token(response: Response) -> Token:
    """Return the token in a response of the token endpoint.

    Raises:
        TransientError: It says to try again, or is no whole JSON document.
        AuthenticationError: The credentials were refused.
        RequestRejectedError: There is no token endpoint at that address.
        ContractError: It is JSON, but holds no usable token.
    """
    refusals = (responses.BAD_REQUEST, responses.UNAUTHORIZED, responses.FORBIDDEN)
    if response.status in refusals:
        said = responses.said(response)
        words = f": {said}" if said in _LOGIN_REFUSALS else ""
        message = (
            "The token endpoint refused client_id and client_secret (HTTP "
            f"{response.status}{words}). Check both, and that the personal access "
            "token behind them has not expired or been deleted."
        )
        raise AuthenticationError(message)
    responses.refuse_unless_ok(LOGIN, response, may_quote=False)
    try:
        # Not strictly: some servers send the lifetime as text.
        return msgspec.json.decode(response.body, type=Token, strict=False)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `")
        raise Location(LOGIN, path.rstrip("`") or "$").error(problem) from error
    except UNREADABLE as error:
        raise responses.not_json(response.body) from error


def read_report(query: UsageQuery, body: bytes) -> UsageReport:
    """Return the report in the body of a successful response.

    Raises:
        TransientError: The body is no whole JSON document, or says "error".
        ContractError: It is JSON, but not the documented envelope.
    """
    where = Location(query)
    try:
        str(body, "utf-8")
        envelope = _members.decode(body)
        status = bytes(envelope.get("status", _SUCCESS))
        if status == _ERROR:
            raise TransientError("an error in an answer with HTTP 200")
        if status != _SUCCESS:
            problem = f'"success" was expected, not {quoted(status.decode())}'
            raise where.member("status").error(problem)
        data = _members.decode(envelope.get("data", b"null"))
    except msgspec.ValidationError as error:
        raise where.member("data").error("an object was expected") from error
    except RecursionError as error:
        raise where.error("arrays or objects in too many others") from error
    except UNREADABLE as error:
        raise responses.not_json(body) from error
    unknown = [f"$.{name}" for name in envelope if name not in {"status", "data"}]
    known = {"period", "summary", "users", "daily"}
    unknown += [f"$.data.{name}" for name in data if name not in known]
    return UsageReport(query, body, data, tuple(unknown))
