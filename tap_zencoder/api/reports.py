"""What the usage endpoint is asked, and what its answer says ("Data Object")."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

import msgspec

from tap_zencoder.api import reading, responses
from tap_zencoder.api.objects import DailyArrays
from tap_zencoder.api.reading import Kind, Location
from tap_zencoder.api.responses import Response
from tap_zencoder.errors import (
    AccessDeniedError,
    AuthenticationError,
    DayRefusedError,
    TransientError,
)
from tap_zencoder.redact import redacted

USAGE_PATH = "/api/v1/data/usage"
PERIODS = ("7d", "30d", "90d")

_SUCCESS = b'"success"'
_ERROR = b'"error"'
_ENVELOPE = {"status", "data"}
_DATA = {"period", "summary", "users", "daily"}

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


class _Total(msgspec.Struct):
    total_active_users: int


_total = msgspec.json.Decoder(_Total)


@dataclass(frozen=True, slots=True)
class UsageQuery:
    """One question to the usage endpoint: a single day, or a period ending now.

    The API takes exactly one of the two ("Query String Parameters").
    """

    parameter: str
    value: str

    @classmethod
    def on(cls, day: date) -> UsageQuery:
        """Return the query for one day."""
        return cls("day", day.isoformat())

    @classmethod
    def over(cls, period: str) -> UsageQuery:
        """Return the query for one of `PERIODS`."""
        return cls("period", period)

    @property
    def parameters(self) -> dict[str, str]:
        """The query string."""
        return {self.parameter: self.value}

    @property
    def is_day(self) -> bool:
        """Whether a single day is asked for."""
        return self.parameter == "day"

    def __str__(self) -> str:
        """Name the query for a message."""
        if self.is_day:
            return f"day {self.value}"
        return f"the usage of the last {self.value.removesuffix('d')} days"


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

    def place(self, name: str) -> Location:
        """Return where a part of the data is."""
        return Location(self.query, f"$.data.{name}", self.new_fields)

    def object(self, name: str, kind: type[Kind]) -> Kind:
        """Return the period or the summary."""
        return reading.read_object(self._raw(name), self.place(name), kind)

    def objects(self, name: str, kind: type[Kind]) -> list[Kind]:
        """Return the users or the days."""
        return reading.read_objects(self._raw(name), self.place(name), kind)

    def items_of_days(
        self, array: str, kind: type[Kind]
    ) -> list[tuple[date, list[Kind]]]:
        """Return one of the arrays in ``data.daily[]``, each with its day."""
        where = self.place("daily")
        try:
            raw = self._raw("daily")
            entries = reading.decoder(DailyArrays).decode(raw) or []
        except responses.NOT_JSON as error:
            raise where.decoding_error(error) from error
        found = []
        for i, entry in enumerate(entries):
            place = where.below(f"[{i}].{array}")
            items = reading.read_objects(getattr(entry, array), place, kind)
            found.append((entry.day, items))
        return found

    def active_users(self) -> int:
        """Return how many users the summary counts, or 0 if it does not say."""
        try:
            return _total.decode(self.data["summary"]).total_active_users
        except (KeyError, *responses.NOT_JSON):
            return 0

    def _raw(self, name: str) -> msgspec.Raw:
        if name not in self.data:
            raise self.place(name).error("the field is missing")
        return self.data[name]


def read_report(query: UsageQuery, response: Response) -> UsageReport:
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
        raise AuthenticationError(
            f"Zencoder did not accept the credentials (HTTP 401 for {query}). Check "
            "that the personal access token (client_id, client_secret) or the api_key "
            "is right, has not expired, and belongs to this organisation.",
        )
    if response.status == responses.FORBIDDEN:
        raise AccessDeniedError(
            f"Zencoder refused access to {query} (HTTP 403). The account behind the "
            "credentials needs the Owner or Manager role, and the organisation a plan "
            "with API access.",
        )
    if response.status != responses.OK:
        message = responses.server_message(response)
        if response.status == responses.BAD_REQUEST and query.is_day:
            rejection = responses.rejection_message(query, response, message)
            raise DayRefusedError(rejection)
        responses.raise_unless_ok(query, response, message)
    return _successful_report(query, response)


def _successful_report(query: UsageQuery, response: Response) -> UsageReport:
    where = Location(query)
    try:
        str(response.body, "utf-8")
        envelope = _members.decode(response.body)
        status = bytes(envelope.get("status", _SUCCESS))
        if status == _ERROR:
            message = responses.server_message(response)
            words = f": {message}" if message else ""
            raise TransientError(f"an error in an answer with HTTP 200{words}")
        if status != _SUCCESS:
            found = redacted(status.decode(), response.secrets)
            problem = f'"success" was expected, not {found}'
            raise where.below(".status").error(problem)
        where = where.below(".data")
        data = _members.decode(envelope.get("data", b"null"))
    except msgspec.ValidationError as error:
        raise where.error("an object was expected") from error
    except RecursionError as error:
        raise where.error("nested too deeply") from error
    except responses.NOT_JSON as error:
        raise responses.not_json_error(response.body) from error
    unknown = [f"$.{name}" for name in envelope if name not in _ENVELOPE]
    unknown += [f"$.data.{name}" for name in data if name not in _DATA]
    sentences = [f"The API sent {redacted(u)}, which no stream holds." for u in unknown]
    return UsageReport(query, response.received, data, surprises=sentences)
