"""What the usage endpoint is asked, and what its answer says ("Data Object")."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import msgspec

from tap_zencoder import errors
from tap_zencoder.api import mending, paging, reading, responses
from tap_zencoder.api.objects import DailyArrays
from tap_zencoder.api.reading import Findings, Kind
from tap_zencoder.api.values import as_number, written_day
from tap_zencoder.redact import redacted

USAGE_PATH = "/api/v1/data/usage"
PERIODS = ("7d", "30d", "90d")

_members_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ENVELOPE = {"status", "data"}
_DATA = {"period", "summary", "users", "daily"}
_OF_DAYS: dict[int, type[errors.RequestRejectedError]] = {
    **dict.fromkeys((responses.BAD_REQUEST, 406, 410, 422), errors.DayRefusedError),
    **dict.fromkeys((responses.NO_CONTENT, responses.NOT_FOUND), errors.DayEmptyError),
}
"""What a status means in answer to a query for a day."""
_EMPTY_BODIES = {b"", b"null", b"{}"}
_SHORT = 4  # bytes


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
    messages: Any = None


class _Totals(msgspec.Struct):
    total_active_users: Any = None
    total_messages: Any = None


@dataclass(frozen=True, slots=True)
class UsageReport:
    """A successful answer of the usage endpoint.

    Its parts are decoded when they are asked for: a stream pays for what it reads.
    ``received`` is when the answer came, ``findings`` is what is odd in it, by JSON
    path, and ``surprises`` are sentences about what else is.

    Reading a part raises ContractError where a known field is missing or of the wrong
    type.
    """

    query: UsageQuery
    received: datetime
    data: dict[str, msgspec.Raw]
    findings: Findings = field(default_factory=Findings)
    surprises: list[str] = field(default_factory=list)

    def object(self, name: str, kind: type[Kind]) -> Kind:
        """Return the period or the summary."""
        with self.place(name) as found:
            return reading.read_object(reading.decoded(self._raw(name)), kind, found)

    def objects(
        self, name: str, kind: type[Kind], columns: Collection[str] | None = None
    ) -> list[Kind]:
        """Return the users or the days; what is no column of them may be wrong."""
        with self.place(name) as found:
            return reading.read_objects(self._raw(name), kind, found, columns)

    def items_of_days(
        self, array: str, kind: type[Kind], columns: Collection[str] | None = None
    ) -> list[tuple[date, list[Kind]]]:
        """Return one of the arrays in ``data.daily[]``, each with its day."""
        items_of_days = []
        with self.place("daily"):
            days = self._days()
        for index, entry in enumerate(days):
            with self.place(f"daily[{index}].{array}") as found:
                raw = getattr(entry, array)
                items = reading.read_objects(raw, kind, found, columns)
            items_of_days.append((entry.day, items))
        return items_of_days

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
        number = len(users)
        messages = sum(as_number(user.messages) for user in users)
        own = [
            (as_number(entry.active_users), as_number(entry.messages))
            for entry in entries
            if entry.day == day
        ]
        agree = any(n == number or m == messages for n, m in own or [(0, 0)])
        if users and not agree:
            problem = f"it is about {', '.join(others)}, and not about {day} alone"
            raise contract_error(self.query, "$.data.daily", problem)

    def active_users(self) -> float:
        """Return how many users the summary counts, or 0 if it does not say."""
        return as_number(self._totals().total_active_users)

    def total_messages(self, day: date) -> float | None:
        """Return how many messages the answer has for a day, or None.

        The day's own entry says so, or else the summary.
        """
        try:
            own = [e.messages for e in self._days() if e.day == day]
        except reading.WrongValueError:
            own = []
        return as_number(own[0]) if len(own) == 1 else self.summed_messages()

    def summed_messages(self) -> float | None:
        """Return how many messages the summary has, or None."""
        return as_number(self._totals().total_messages) or None

    @contextmanager
    def place(self, path: str) -> Iterator[Findings]:
        """Say where in ``data`` something is wrong, or odd, as is found below it."""
        found = Findings()
        try:
            yield found
        except reading.WrongValueError as error:
            path = f"$.data.{path}{error.path}"
            raise contract_error(self.query, path, error.problem) from error
        place = re.sub(r"\[\d+\]", "[]", path)
        self.findings.add_below(f"$.data.{place}", found)

    def _days(self) -> list[DailyArrays]:
        days = reading.decoded(self._raw("daily"), list[DailyArrays] | None) or []
        for index, entry in enumerate(days):
            entry.day = written_day(entry.day)
            if entry.day is None:
                raise reading.WrongValueError(f"[{index}].day", "a day was expected")
        return days

    def _totals(self) -> _Totals:
        try:
            totals: _Totals = reading.decoded(self._raw("summary"), _Totals)
        except reading.WrongValueError:
            return _Totals()
        return totals

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
        DayRefusedError: The day of the query is refused, as by HTTP 400.
        DayEmptyError: There is nothing for the day of the query.
        RequestRejectedError: Any other refusal, with the API's own sentence.
        ContractError: It is JSON, but not the documented envelope, or only a part.
    """
    if response.status == responses.UNAUTHORIZED:
        raise errors.AuthenticationError(
            f"Zencoder did not accept the credentials (HTTP 401 for {query}). Check "
            "that the personal access token (client_id, client_secret) or the api_key "
            "is right, has not expired, and belongs to this organisation.",
        )
    message = ""
    if response.status != responses.OK:
        message = responses.server_message(response)
    if response.status == responses.FORBIDDEN:
        if responses.is_limit(response, message):
            raise responses.transient_error(response, message)
        raise errors.AccessDeniedError(
            f"Zencoder refused access to {query} (HTTP 403). The account behind the "
            "credentials needs the Owner or Manager role, and the organisation a plan "
            "with API access.",
        )
    if query.parameter == "day":
        _raise_for_day(query, response, message)
    responses.raise_unless_ok(query, response, message)
    return _successful_report(query, response)


def no_activity(day: date) -> UsageReport:
    """Return the report of a day for which the API returned nothing."""
    query = UsageQuery("day", day.isoformat())
    empty = {"users": msgspec.Raw(b"[]"), "daily": msgspec.Raw(b"[]")}
    return UsageReport(query, datetime.now(UTC), empty)


def _raise_for_day(
    query: UsageQuery, response: responses.Response, message: str
) -> None:
    if kind := _OF_DAYS.get(response.status):
        raise kind(responses.rejection_message(query, response, message))
    if response.status == responses.OK and response.body.strip() in _EMPTY_BODIES:
        raise _empty_day(query)


def _empty_day(query: UsageQuery) -> errors.DayEmptyError:
    return errors.DayEmptyError(f"The answer for {query} is empty (HTTP 200).")


def _successful_report(query: UsageQuery, response: responses.Response) -> UsageReport:
    body = response.body
    sentences: list[str] = []
    if mending.may_need_mending(body):
        body, sentences = _mended(query, response)
    try:
        envelope = _members(query, body, "$")
    except responses.NOT_JSON:
        body, sentences = _mended(query, response)
        envelope = _members(query, body, "$")
    status = bytes(envelope.get("status", b'"success"'))
    if status == b'"error"':
        message = responses.server_message(response._replace(body=body))
        words = f": {message}" if message else ""
        raise errors.TransientError(f"an error in an answer with HTTP 200{words}")
    if status != b'"success"':
        found = redacted(status.decode(), response.secrets)
        problem = f'"success" was expected, not {found}'
        raise contract_error(query, "$.status", problem)
    unknown = {f"$.{n}": raw for n, raw in envelope.items() if n not in _ENVELOPE}
    raw = envelope.get("data", msgspec.Raw(b"null"))
    is_empty = len(raw) <= _SHORT and bytes(raw) in _EMPTY_BODIES and not unknown
    if query.parameter == "day" and is_empty:
        raise _empty_day(query)
    data = _members(query, raw, "$.data")
    unknown |= {f"$.data.{n}": raw for n, raw in data.items() if n not in _DATA}
    _check_is_whole(query, data, unknown)
    sentences += [
        f"The API sent {redacted(path)}, which no stream holds." for path in unknown
    ]
    return UsageReport(query, response.received, data, surprises=sentences)


def _mended(query: UsageQuery, response: responses.Response) -> tuple[bytes, list[str]]:
    try:
        return mending.mended(response.body)
    except RecursionError as error:
        raise contract_error(query, "$", "nested too deeply") from error
    except ValueError as error:
        raise responses.not_json_error(query, response) from error


def _check_is_whole(
    query: UsageQuery, data: dict[str, msgspec.Raw], unknown: dict[str, msgspec.Raw]
) -> None:
    """Raise ContractError if a member that is not documented says there is more."""
    if not unknown:
        return
    try:
        users = reading.decoded(data.get("users", b"null"), list[msgspec.Raw] | None)
        members = {path: reading.decoded(raw) for path, raw in unknown.items()}
    except reading.WrongValueError:
        return  # whoever loads it will find what is wrong
    if path := paging.sign_of_more(members, len(users or ())):
        problem = (
            "the answer is one page of several, and this version cannot read pages, so "
            "rows would be missing"
        )
        raise contract_error(query, redacted(path), problem)


def _members(
    query: UsageQuery, raw: msgspec.Raw | bytes, path: str
) -> dict[str, msgspec.Raw]:
    """Return the members of an object, or raise one of `responses.NOT_JSON`."""
    try:
        str(raw, "utf-8")
        members: dict[str, msgspec.Raw] = _members_decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise contract_error(query, path, "an object was expected") from error
    except RecursionError as error:
        raise contract_error(query, path, "nested too deeply") from error
    return members
