"""How the objects in an answer are read from JSON.

At first all at once by msgspec; where something is unknown or wrong, one by one.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

import msgspec

from tap_zencoder.api.objects import Added, ApiObject
from tap_zencoder.api.responses import NOT_JSON

Kind = TypeVar("Kind", bound=ApiObject)


class WrongValueError(Exception):
    """A value is wrong, at a JSON path from where reading began."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(path, problem)
        self.path, self.problem = path, problem


def decoded(raw: msgspec.Raw | bytes, kind: Any = Any) -> Any:
    """Return JSON as a type, or raise WrongValueError."""
    try:
        return _decoder(kind).decode(raw)
    except msgspec.ValidationError as error:
        raise _wrong_value(error) from error
    except NOT_JSON as error:
        raise WrongValueError("", "text that JSON does not allow") from error


def read_objects(raw: msgspec.Raw, kind: type[Kind], new: set[str]) -> list[Kind]:
    """Return the objects of a JSON array in the order they came; none for null.

    ``new`` gets the paths of fields that no class knows, such as ``[].lines``. Raises
    WrongValueError where a known field is missing or of the wrong type.
    """
    try:
        return decoded(raw, list[kind] | None) or []  # type: ignore[valid-type]
    except WrongValueError:
        # Something is unknown or wrong: look at each object to find out which.
        values = decoded(raw, list[Any])
    names: set[str] = set()
    found = []
    for index, value in enumerate(values):
        try:
            found.append(read_object(value, kind, names))
        except WrongValueError as error:
            raise WrongValueError(f"[{index}]{error.path}", error.problem) from error
    new.update(f"[]{name}" for name in names)
    return found


def read_object(value: object, kind: type[Kind], new: set[str]) -> Kind:
    """Return a JSON object, as `read_objects` does."""
    known, unknown = _split(value, kind, new)
    try:
        found = msgspec.convert(known, kind)
    except msgspec.ValidationError as error:
        raise _wrong_value(error) from error
    found.additional_fields = json_text(unknown)
    return found


def json_text(fields: dict[str, Any]) -> str | None:
    """Return ``additional_fields``: the JSON text of some fields, or None of none."""
    return msgspec.json.encode(fields).decode() if fields else None


def _wrong_value(error: msgspec.ValidationError) -> WrongValueError:
    problem, _, path = str(error).partition(" - at `$")
    return WrongValueError(path.rstrip("`"), problem)


def _split(
    value: object, kind: type[ApiObject], new: set[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the known and the unknown fields of an object, and add the latter to new.

    An array whose items have unknown fields is known without them, and unknown whole.
    """
    if not isinstance(value, dict):
        raise WrongValueError("", "an object was expected")
    fields = _fields(kind)
    known: dict[str, Any] = {}
    unknown: dict[str, Any] = {}
    for name, member in value.items():
        if name not in fields:
            unknown[name] = member
            new.add(f".{name}")
        elif name in kind.nested and isinstance(member, list):
            of_items: set[str] = set()
            known[name] = _known_items(member, name, kind.nested[name], of_items)
            if of_items:
                unknown[name] = member
                new.update(f".{name}[]{path}" for path in of_items)
        elif isinstance(member, float) and member.is_integer():
            known[name] = int(member)
        else:
            known[name] = member
    return known, unknown


def _known_items(
    items: list[Any], name: str, kind: type[ApiObject], new: set[str]
) -> list[dict[str, Any]]:
    known = []
    for index, item in enumerate(items):
        try:
            known.append(_split(item, kind, new)[0])
        except WrongValueError as error:
            path = f".{name}[{index}]{error.path}"
            raise WrongValueError(path, error.problem) from error
    return known


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


@cache
def _fields(kind: type[ApiObject]) -> frozenset[str]:
    """Return the fields of a class that the API knows too."""
    fields = msgspec.structs.fields(kind)
    return frozenset(field.name for field in fields if field.type is not Added)
