"""What the usage endpoint is asked, and what its answer says ("Data Object")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

import msgspec

from tap_zencoder import errors
from tap_zencoder.api import reading, responses
from tap_zencoder.api.objects import DailyArrays
from tap_zencoder.api.reading import Kind
from tap_zencoder.redact import redacted

USAGE_PATH = "/api/v1/data/usage"
PERIODS = ("7d", "30d", "90d")

_members_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ENVELOPE = {"status", "data"}
_DATA = {"period", "summary", "users", "daily"}


class UsageQuery(NamedTuple):
    """One question to the usage endpoint: a ``day``, or a ``period`` ending now.

    The API takes exactly one of the two ("Query String Parameters").
    """

    parameter: str
    value: str

    def __str__(self) -> str:
        """Name the query for a message."""
        if self.parameter == "day":
            return f"day {self.value}"
        return f"the usage of the last {self.value.removesuffix('d')} days"


class _Messages(msgspec.Struct):
    messages: float


class _Total(msgspec.Struct):
    total_active_users: int


@dataclass(frozen=True, slots=True)
class UsageReport:
    """A successful answer of the usage endpoint.

    Its parts are decoded when they are asked for: a stream pays for what it reads.
    ``received`` is when the answer came, ``new_fields`` are the JSON paths of fields
    that no class knows, and ``surprises`` are sentences about what else is odd.

    Reading a part raises ContractError where a known field is missing or of the wrong
    type.
    """

    query: UsageQuery
    received: datetime
    data: dict[str, msgspec.Raw]
    new_fields: set[str] = field(default_factory=set)
    surprises: list[str] = field(default_factory=list)

    def object(self, name: str, kind: type[Kind]) -> Kind:
        """Return the period or the summary."""
        with self.place(name) as new:
            return reading.read_object(reading.decoded(self._raw(name)), kind, new)

    def objects(self, name: str, kind: type[Kind]) -> list[Kind]:
        """Return the users or the days."""
        with self.place(name) as new:
            return reading.read_objects(self._raw(name), kind, new)

    def items_of_days(
        self, array: str, kind: type[Kind]
    ) -> list[tuple[date, list[Kind]]]:
        """Return one of the arrays in ``data.daily[]``, each with its day."""
        found = []
        with self.place("daily"):
            days = self._days()
        for index, entry in enumerate(days):
            with self.place(f"daily[{index}].{array}") as new:
                items = reading.read_objects(getattr(entry, array), kind, new)
            found.append((entry.day, items))
        return found

    def check_is_about(self, day: date) -> None:
        """Raise ContractError if the answer is about other days than the one asked for.

        A cache may give another day, and whatever drops the query gets the default of
        seven. Users are those of the day if their number or messages are, as its own
        entry has them; without one, nobody sent anything.
        """
        try:
            entries = self._days()
            others = sorted({str(entry.day) for entry in entries if entry.day != day})
            if not others:
                return
            users = reading.decoded(self._raw("users"), list[_Messages] | None) or []
        except reading.WrongValueError:
            return  # the streams that load it will find what is wrong
        number, messages = len(users), sum(user.messages for user in users)
        own = [(e.active_users, e.messages) for e in entries if e.day == day]
        agree = any(n == number or m == messages for n, m in own or [(0, 0)])
        if users and not agree:
            problem = f"it is about {', '.join(others)}, and not about {day} alone"
            raise contract_error(self.query, "$.data.daily", problem)

    def active_users(self) -> int:
        """Return how many users the summary counts, or 0 if it does not say."""
        try:
            total: _Total = reading.decoded(self._raw("summary"), _Total)
        except reading.WrongValueError:
            return 0
        return total.total_active_users

    @contextmanager
    def place(self, path: str) -> Iterator[set[str]]:
        """Say where in ``data`` something is wrong, or new, as the set then has it."""
        new: set[str] = set()
        try:
            yield new
        except reading.WrongValueError as error:
            path = f"$.data.{path}{error.path}"
            raise contract_error(self.query, path, error.problem) from error
        place = re.sub(r"\[\d+\]", "[]", path)
        self.new_fields.update(f"$.data.{place}{name}" for name in new)

    def _days(self) -> list[DailyArrays]:
        return reading.decoded(self._raw("daily"), list[DailyArrays] | None) or []

    def _raw(self, name: str) -> msgspec.Raw:
        if name not in self.data:
            raise reading.WrongValueError("", "the field is missing")
        return self.data[name]


def contract_error(subject: object, path: str, problem: str) -> errors.ContractError:
    """Return the error for an answer that is wrong at a JSON path."""
    return errors.ContractError(
        f"The answer for {subject} breaks the documented contract at {path}: "
        f"{problem}. What was synced before is kept. If the API has changed, a newer "
        "version of the tap may know it.",
    )


def read_report(query: UsageQuery, response: responses.Response) -> UsageReport:
    """Return the report in a response of the usage endpoint.

    Raises:
        TransientError: It says to try again, or is no whole JSON document.
        AuthenticationError: HTTP 401.
        AccessDeniedError: HTTP 403.
        DayRefusedError: HTTP 400 to a query for a day.
        RequestRejectedError: Any other refusal, with the API's own sentence.
        ContractError: It is JSON, but not the documented envelope.
    """
    if response.status == responses.UNAUTHORIZED:
        raise errors.AuthenticationError(
            f"Zencoder did not accept the credentials (HTTP 401 for {query}). Check "
            "that the personal access token (client_id, client_secret) or the api_key "
            "is right, has not expired, and belongs to this organisation.",
        )
    if response.status == responses.FORBIDDEN:
        raise errors.AccessDeniedError(
            f"Zencoder refused access to {query} (HTTP 403). The account behind the "
            "credentials needs the Owner or Manager role, and the organisation a plan "
            "with API access.",
        )
    if response.status != responses.OK:
        message = responses.server_message(response)
        if response.status == responses.BAD_REQUEST and query.parameter == "day":
            rejection = responses.rejection_message(query, response, message)
            raise errors.DayRefusedError(rejection)
        responses.raise_unless_ok(query, response, message)
    return _successful_report(query, response)


def _successful_report(query: UsageQuery, response: responses.Response) -> UsageReport:
    envelope = _members(query, response, response.body, "$")
    status = bytes(envelope.get("status", b'"success"'))
    if status == b'"error"':
        message = responses.server_message(response)
        words = f": {message}" if message else ""
        raise errors.TransientError(f"an error in an answer with HTTP 200{words}")
    if status != b'"success"':
        found = redacted(status.decode(), response.secrets)
        problem = f'"success" was expected, not {found}'
        raise contract_error(query, "$.status", problem)
    data = _members(query, response, envelope.get("data", b"null"), "$.data")
    unknown = [f"$.{name}" for name in envelope if name not in _ENVELOPE]
    unknown += [f"$.data.{name}" for name in data if name not in _DATA]
    sentences = [f"The API sent {redacted(u)}, which no stream holds." for u in unknown]
    return UsageReport(query, response.received, data, surprises=sentences)


def _members(
    query: UsageQuery,
    response: responses.Response,
    raw: msgspec.Raw | bytes,
    path: str,
) -> dict[str, msgspec.Raw]:
    try:
        str(raw, "utf-8")
        members: dict[str, msgspec.Raw] = _members_decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise contract_error(query, path, "an object was expected") from error
    except RecursionError as error:
        raise contract_error(query, path, "nested too deeply") from error
    except responses.NOT_JSON as error:
        raise responses.not_json_error(response.body) from error
    return members
