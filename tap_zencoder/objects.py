"""The objects inside an answer of the usage endpoint, and how they become rows.

Each class mirrors one table of the section "Response Fields" of Zencoder's Analytics
API documentation. The vendor adds fields without notice, so a row keeps whatever its
class does not know in ``additional_fields``; a known field of the wrong type is an
error that names the JSON path.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Any, ClassVar, TypeAlias

import msgspec

from tap_zencoder.errors import ContractError

Row: TypeAlias = dict[str, Any]

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding raises where there is no JSON, or none of the type asked for."""


class ApiObject(msgspec.Struct, forbid_unknown_fields=True):
    """An object of the API, decoded strictly."""

    nested: ClassVar[dict[str, type[ApiObject]]] = {}
    """The kinds of object that the array fields hold, by field name."""


class IdeUsage(ApiObject):
    """How many users worked in one IDE ("IDE Usage Object")."""

    ide_name: str
    engaged_users: int


class LanguageUsage(ApiObject):
    """How many users worked in one language ("Language Usage Object")."""

    language_name: str
    engaged_users: int


class DailyUsage(ApiObject):
    """One day of the whole organisation ("Daily Data Object")."""

    day: date
    active_users: int
    messages: int
    ides: list[IdeUsage] | None = None
    languages: list[LanguageUsage] | None = None

    nested: ClassVar[dict[str, type[ApiObject]]] = {
        "ides": IdeUsage,
        "languages": LanguageUsage,
    }


class UserUsage(ApiObject):
    """One user in the time asked for ("User Object")."""

    email: str
    messages: int
    last_active: str | None = None
    ides: list[str] | None = None
    languages: list[str] | None = None


class Period(ApiObject):
    """The time an answer covers ("Period Object")."""

    start: date
    end: date
    days: int


class Summary(ApiObject):
    """The totals of that time ("Summary Object")."""

    total_active_users: int
    total_messages: int


@dataclass(frozen=True, slots=True)
class Location:
    """A place in an answer: which request it answers, and the JSON path in it."""

    subject: object
    path: str = "$"

    def member(self, name: str) -> Location:
        """Return the place of a member of the object here."""
        return Location(self.subject, f"{self.path}.{name}")

    def item(self, index: int) -> Location:
        """Return the place of an item of the array here."""
        return Location(self.subject, f"{self.path}[{index}]")

    def error(self, problem: str) -> ContractError:
        """Return the error that names this place."""
        return ContractError(self.subject, self.path, problem)


def read_rows(
    raw: bytes | msgspec.Raw,
    where: Location,
    kind: type[ApiObject],
) -> list[Row]:
    """Return the rows of a JSON array of objects, in the order they came.

    Each row has every field of ``kind``, null where there is nothing, and
    ``additional_fields``: an object of the fields that ``kind`` does not know, or null.

    Raises:
        ContractError: A known field is missing or of the wrong type.
    """
    try:
        rows: list[Row] = msgspec.to_builtins(_decoder(kind).decode(raw))
    except msgspec.ValidationError:
        # Something unknown or wrong: look at each object to find out which.
        return [
            {**known, "additional_fields": unknown or None}
            for known, unknown in _read_objects(_decoded(raw, where), where, kind)
        ]
    except UNREADABLE as error:
        raise where.error("text that JSON does not allow") from error
    for row in rows:
        row["additional_fields"] = None
    return rows


def read_object(
    raw: bytes | msgspec.Raw,
    where: Location,
    kind: type[ApiObject],
) -> tuple[Row, Row]:
    """Return the known and the unknown fields of a JSON object.

    Raises:
        ContractError: A known field is missing or of the wrong type.
    """
    return _split(_decoded(raw, where), where, kind)


@lru_cache(maxsize=1024)
def as_day(text: str) -> str:
    """Return the UTC day of an ISO 8601 date or timestamp, as ``YYYY-MM-DD``.

    A timestamp without a zone is taken as UTC.

    Raises:
        ValueError: The text is neither, or its day in UTC is outside the calendar.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        try:
            moment = moment.astimezone(UTC)
        except OverflowError as error:
            raise ValueError(text) from error
    return moment.date().isoformat()


@cache
def _decoder(kind: type[ApiObject]) -> msgspec.json.Decoder[list[Any]]:
    return msgspec.json.Decoder(list[kind])  # type: ignore[valid-type]  # a value here


def _decoded(raw: bytes | msgspec.Raw, where: Location) -> object:
    try:
        return msgspec.json.decode(raw)
    except UNREADABLE as error:
        raise where.error("text that JSON does not allow") from error


def _read_objects(
    value: object,
    where: Location,
    kind: type[ApiObject],
) -> list[tuple[Row, Row]]:
    if not isinstance(value, list):
        raise where.error("an array was expected")
    return [_split(item, where.item(i), kind) for i, item in enumerate(value)]


def _split(value: object, where: Location, kind: type[ApiObject]) -> tuple[Row, Row]:
    if not isinstance(value, dict):
        raise where.error("an object was expected")
    known: Row = {}
    for field in msgspec.structs.fields(kind):
        if field.name in value:
            known[field.name] = _read_field(
                value[field.name],
                field,
                where.member(field.name),
                kind.nested.get(field.name),
            )
        elif field.required:
            raise where.member(field.name).error("the field is missing")
        else:
            known[field.name] = None
    return known, {k: v for k, v in value.items() if k not in known}


def _read_field(
    value: object,
    field: msgspec.structs.FieldInfo,
    where: Location,
    nested: type[ApiObject] | None,
) -> object:
    if nested is not None and isinstance(value, list):
        objects = _read_objects(value, where, nested)
        return [{**known, **unknown} for known, unknown in objects]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        msgspec.convert(value, field.type)
    except msgspec.ValidationError as error:
        problem, _, inside = str(error).partition(" - at `$")
        place = Location(where.subject, where.path + inside.rstrip("`"))
        raise place.error(problem) from error
    return value
