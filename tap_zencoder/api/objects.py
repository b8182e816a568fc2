"""The objects inside an answer of the usage endpoint, which become rows as they are.

Each class mirrors a table of the section "Response Fields". The vendor adds fields
without notice, so whatever a class does not know is kept in ``additional_fields``, as
the text of a JSON object. Text is what every loader can store; an object of no fixed
shape is not: streamed to BigQuery, it costs the row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from tap_zencoder.api.responses import NOT_JSON
from tap_zencoder.errors import ContractError

if TYPE_CHECKING:
    Added = str | None | UnsetType
else:

    class Added:
        """What the tap adds to a row itself.

        No JSON value is of this type: a field that the API adds under the same name
        counts as the unknown field that it is.
        """


class ApiObject(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, gc=False):
    """An object of the API, decoded strictly; what is unset is in no message."""

    day: Added = UNSET
    additional_fields: Added = UNSET
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

    day: date  # type: ignore[assignment]  # the API's own
    active_users: int
    messages: int
    ides: list[IdeUsage] | None = None
    languages: list[LanguageUsage] | None = None
    nested = {"ides": IdeUsage, "languages": LanguageUsage}


class DailyArrays(msgspec.Struct):
    """The same day, for whoever reads one of its arrays and nothing else."""

    day: date
    ides: msgspec.Raw = msgspec.Raw(b"null")
    languages: msgspec.Raw = msgspec.Raw(b"null")


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


Kind = TypeVar("Kind", bound=ApiObject)


@dataclass(frozen=True, slots=True)
class Location:
    """A place in an answer: what it answers, and the JSON path.

    ``new_fields`` collects the paths of fields that no class knows, with ``[]`` for any
    item of an array.
    """

    subject: object
    path: str = "$"
    new_fields: set[str] = field(default_factory=set)

    def below(self, step: str) -> Location:
        """Return a place below this one: ``.name`` or ``[index]`` is the step."""
        return replace(self, path=self.path + step)

    def error(self, problem: str) -> ContractError:
        """Return the error that names this place."""
        return ContractError(self.subject, self.path, problem)

    def decoding_error(self, error: Exception) -> ContractError:
        """Return the error that names the place, here or below, of a failure."""
        if not isinstance(error, msgspec.ValidationError):
            return self.error("text that JSON does not allow")
        problem, _, step = str(error).partition(" - at `$")
        return self.below(step.rstrip("`")).error(problem)


def read_objects(raw: msgspec.Raw, where: Location, kind: type[Kind]) -> list[Kind]:
    """Return the objects of a JSON array in the order they came; none for null.

    Raises:
        ContractError: A known field is missing or of the wrong type.
    """
    try:
        return decoder(kind).decode(raw) or []
    except msgspec.ValidationError:
        pass  # something is unknown or wrong: look at each object to find out which
    except NOT_JSON as error:
        raise where.decoding_error(error) from error
    values = _decoded(raw, where)
    if not isinstance(values, list):
        raise where.error("an array was expected")
    return [
        _object(value, where.below(f"[{i}]"), kind) for i, value in enumerate(values)
    ]


def read_object(raw: msgspec.Raw, where: Location, kind: type[Kind]) -> Kind:
    """Return a JSON object.

    Raises:
        ContractError: A known field is missing or of the wrong type.
    """
    return _object(_decoded(raw, where), where, kind)


@cache
def decoder(kind: type) -> msgspec.json.Decoder[list[Any] | None]:
    """Return the decoder of an array of such objects, or null."""
    return msgspec.json.Decoder(list[kind] | None)  # type: ignore[valid-type]  # a value here


def json_text(fields: dict[str, Any]) -> str | None:
    """Return ``additional_fields``: the JSON text of some fields, or None of none."""
    return msgspec.json.encode(fields).decode() if fields else None


def _decoded(raw: msgspec.Raw, where: Location) -> object:
    try:
        return msgspec.json.decode(raw)
    except NOT_JSON as error:
        raise where.decoding_error(error) from error


def _object(value: object, where: Location, kind: type[Kind]) -> Kind:
    known, unknown = _split(value, where, kind)
    try:
        found = msgspec.convert(known, kind)
    except msgspec.ValidationError as error:
        raise where.decoding_error(error) from error
    found.additional_fields = json_text(unknown)
    return found


def _split(
    value: object, where: Location, kind: type[ApiObject]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the known and the unknown fields of an object.

    An array whose items have unknown fields is known without them, and unknown whole.
    """
    if not isinstance(value, dict):
        raise where.error("an object was expected")
    fields = _fields(kind)
    for name in [n for n, f in fields.items() if f.required and n not in value]:
        raise where.below(f".{name}").error("the field is missing")
    known: dict[str, Any] = {}
    unknown: dict[str, Any] = {}
    for name, member in value.items():
        place = where.below(f".{name}")
        if name not in fields:
            unknown[name] = member
            where.new_fields.add(re.sub(r"\[\d+\]", "[]", place.path))
        elif name in kind.nested and isinstance(member, list):
            of_items = [
                _split(item, place.below(f"[{i}]"), kind.nested[name])
                for i, item in enumerate(member)
            ]
            known[name] = [item for item, _ in of_items]
            if any(new for _, new in of_items):
                unknown[name] = member
        else:
            is_whole = isinstance(member, float) and member.is_integer()
            known[name] = int(member) if is_whole else member
    return known, unknown


@cache
def _fields(kind: type[ApiObject]) -> dict[str, msgspec.structs.FieldInfo]:
    """Return the fields of a class that the API knows too."""
    fields = msgspec.structs.fields(kind)
    return {field.name: field for field in fields if field.type is not Added}
