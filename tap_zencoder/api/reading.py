"""How the objects in an answer are read from JSON, with a place for whatever is wrong.

At first all at once by msgspec; where something is unknown or wrong, one by one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, TypeVar

import msgspec

from tap_zencoder.api.objects import Added, ApiObject
from tap_zencoder.api.responses import NOT_JSON
from tap_zencoder.errors import ContractError

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
        return ContractError(
            f"The answer for {self.subject} breaks the documented contract at "
            f"{self.path}: {problem}. What was synced before is kept. If the API has "
            "changed, a newer version of the tap may know it.",
        )

    def decoding_error(self, error: Exception) -> ContractError:
        """Return the error that names the place, here or below, of a failure."""
        if not isinstance(error, msgspec.ValidationError):
            return self.error("text that JSON does not allow")
        problem, path = problem_and_path(error)
        return self.below(path).error(problem)


def problem_and_path(error: msgspec.ValidationError) -> tuple[str, str]:
    """Return what msgspec found wrong, and the JSON path from where it began."""
    problem, _, path = str(error).partition(" - at `$")
    return problem, path.rstrip("`")


def read_objects(raw: msgspec.Raw, where: Location, kind: type[Kind]) -> list[Kind]:
    """Return the objects of a JSON array in the order they came; none for null.

    Raises ContractError where a known field is missing or of the wrong type.
    """
    try:
        return decoder(kind).decode(raw) or []
    except msgspec.ValidationError as error:
        # Something is unknown or wrong: look at each object to find out which.
        values = _decoded(raw, where)
        if not isinstance(values, list):
            raise where.decoding_error(error) from error
    except NOT_JSON as error:
        raise where.decoding_error(error) from error
    found, new = [], set[str]()
    for index, value in enumerate(values):
        try:
            found.append(_object(value, kind, new))
        except _WrongValueError as error:
            raise where.below(f"[{index}]{error.path}").error(error.problem) from error
    place = re.sub(r"\[\d+\]", "[]", where.path)
    where.new_fields.update(f"{place}[].{name}" for name in new)
    return found


def read_object(raw: msgspec.Raw, where: Location, kind: type[Kind]) -> Kind:
    """Return a JSON object, or raise ContractError as `read_objects` does."""
    new: set[str] = set()
    try:
        found = _object(_decoded(raw, where), kind, new)
    except _WrongValueError as error:
        raise where.below(error.path).error(error.problem) from error
    where.new_fields.update(f"{where.path}.{name}" for name in new)
    return found


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


class _WrongValueError(Exception):
    """A value is wrong, at a path below the object that is being read."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(path, problem)
        self.path, self.problem = path, problem


def _object(value: object, kind: type[Kind], new: set[str]) -> Kind:
    known, unknown = _split(value, kind, new)
    try:
        found = msgspec.convert(known, kind)
    except msgspec.ValidationError as error:
        problem, path = problem_and_path(error)
        raise _WrongValueError(path, problem) from error
    found.additional_fields = json_text(unknown)
    return found


def _split(
    value: object, kind: type[ApiObject], new: set[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the known and the unknown fields of an object, and add the latter to new.

    An array whose items have unknown fields is known without them, and unknown whole.
    """
    if not isinstance(value, dict):
        raise _WrongValueError("", "an object was expected")
    fields = _fields(kind)
    known: dict[str, Any] = {}
    unknown: dict[str, Any] = {}
    for name, member in value.items():
        if name not in fields:
            unknown[name] = member
            new.add(name)
        elif name in kind.nested and isinstance(member, list):
            known[name], new_in_items = _split_items(member, name, kind.nested[name])
            if new_in_items:
                unknown[name] = member
                new.update(new_in_items)
        elif isinstance(member, float) and member.is_integer():
            known[name] = int(member)
        else:
            known[name] = member
    return known, unknown


def _split_items(
    items: list[Any], name: str, kind: type[ApiObject]
) -> tuple[list[dict[str, Any]], set[str]]:
    """Return the known fields of each item, and the paths of all unknown ones."""
    known, new = [], set[str]()
    for index, item in enumerate(items):
        try:
            known.append(_split(item, kind, new)[0])
        except _WrongValueError as error:
            path = f".{name}[{index}]{error.path}"
            raise _WrongValueError(path, error.problem) from error
    return known, {f"{name}[].{field}" for field in new}


@cache
def _fields(kind: type[ApiObject]) -> frozenset[str]:
    """Return the fields of a class that the API knows too."""
    fields = msgspec.structs.fields(kind)
    return frozenset(field.name for field in fields if field.type is not Added)
