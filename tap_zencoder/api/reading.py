"""How the objects in an answer are read from JSON.

At first all at once by msgspec; where something is unknown or wrong, one by one, and
where one of them is wrong, field by field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import NODEFAULT, UNSET
from msgspec.structs import FieldInfo

from tap_zencoder.api.objects import Added, ApiObject
from tap_zencoder.api.responses import NOT_JSON
from tap_zencoder.api.values import as_documented, form_of

Kind = TypeVar("Kind", bound=ApiObject)


class WrongValueError(Exception):
    """A value is wrong, at a JSON path from where reading began."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(path, problem)
        self.path, self.problem = path, problem


@dataclass(slots=True)
class Findings:
    """What is odd in an answer, by JSON path: none of it stops a stream.

    ``new`` are fields that no class knows, ``odd`` the forms of values that could not
    be used, ``nameless`` how many users, IDEs or languages came without a name.
    """

    new: set[str] = field(default_factory=set)
    odd: dict[str, str] = field(default_factory=dict)
    nameless: Counter[str] = field(default_factory=Counter)

    def add_below(self, path: str, found: Findings) -> None:
        """Add what was found below a path."""
        self.new.update(path + name for name in found.new)
        self.odd = {path + name: form for name, form in found.odd.items()} | self.odd
        self.nameless.update({path + name: n for name, n in found.nameless.items()})


def decoded(raw: msgspec.Raw | bytes, kind: Any = Any) -> Any:
    """Return JSON as a type, or raise WrongValueError."""
    try:
        return _decoder(kind).decode(raw)
    except msgspec.ValidationError as error:
        raise _wrong_value(error) from error
    except NOT_JSON as error:
        raise WrongValueError("", "text that JSON does not allow") from error


def read_objects(
    raw: msgspec.Raw,
    kind: type[Kind],
    findings: Findings,
    columns: Collection[str] | None = None,
) -> list[Kind]:
    """Return the objects of a JSON array in the order they came; none for null.

    What is not in ``columns``, if given, is None where it is wrong. Raises
    WrongValueError where another known field is missing or of the wrong type.
    """
    try:
        return decoded(raw, list[kind] | None) or []  # type: ignore[valid-type]
    except WrongValueError:
        # Something is unknown or wrong: look at each object to find out which.
        values = decoded(raw, list[Any])
    found_below = Findings()
    found = []
    for index, value in enumerate(values):
        try:
            found.append(read_object(value, kind, found_below, columns))
        except WrongValueError as error:
            raise WrongValueError(f"[{index}]{error.path}", error.problem) from error
    findings.add_below("[]", found_below)
    return found


def read_object(
    value: object,
    kind: type[Kind],
    findings: Findings,
    columns: Collection[str] | None = None,
) -> Kind:
    """Return a JSON object, as `read_objects` does."""
    known, unknown = _split(value, kind, findings)
    try:
        found = msgspec.convert(known, kind)
    except msgspec.ValidationError:
        found = _field_by_field(known, unknown, kind, findings, columns)
    found.additional_fields = json_text(unknown)
    return found


def json_text(fields: dict[str, Any]) -> str | None:
    """Return ``additional_fields``: the JSON text of some fields, or None of none."""
    return msgspec.json.encode(fields).decode() if fields else None


def set_aside(row: ApiObject, name: str, value: Any, findings: Findings) -> None:
    """Keep the value of a field that cannot be used in ``additional_fields``."""
    text = row.additional_fields
    fields = msgspec.json.decode(text) if isinstance(text, str) else {}
    row.additional_fields = json_text({**fields, name: value})
    findings.odd.setdefault(f".{name}", form_of(value))


def _wrong_value(error: msgspec.ValidationError, path: str = "") -> WrongValueError:
    problem, _, below = str(error).partition(" - at `$")
    return WrongValueError(path + below.rstrip("`"), problem)


def _split(
    value: object, kind: type[ApiObject], findings: Findings
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the known and the unknown fields of an object, and note the latter.

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
            findings.new.add(f".{name}")
        elif name in kind.nested and isinstance(member, list):
            below = Findings()
            items = [_known_item(item, kind.nested[name], below) for item in member]
            known[name] = items
            if below.new:
                unknown[name] = member
                findings.add_below(f".{name}[]", below)
        elif isinstance(member, float):
            known[name] = as_documented(member, fields[name].type)
        else:
            known[name] = member
    return known, unknown


def _known_item(item: object, kind: type[ApiObject], below: Findings) -> object:
    """Return an item of an array without its unknown fields, if it is an object."""
    return _split(item, kind, below)[0] if isinstance(item, dict) else item


def _field_by_field(
    known: dict[str, Any],
    unknown: dict[str, Any],
    kind: type[Kind],
    findings: Findings,
    columns: Collection[str] | None,
) -> Kind:
    values: dict[str, Any] = {}
    for name, info in _fields(kind).items():
        member = known.get(name, UNSET)
        try:
            values[name] = _value(member, info, kind, findings)
        except WrongValueError as error:
            if columns is not None and name not in columns:
                values[name] = None
            elif name in kind.names and member in (None, UNSET, ""):
                values[name] = kind.names[name]
                findings.nameless[f".{name}"] += 1
            elif name in kind.ornaments:
                values[name], odd = _usable_part(member)
                unknown[name] = member
                findings.odd.setdefault(f".{name}", form_of(odd))
            else:
                raise error from None
    return kind(**values)


def _value(
    member: Any, info: FieldInfo, kind: type[ApiObject], findings: Findings
) -> Any:
    name = info.name
    if member is UNSET:
        if info.default is NODEFAULT:
            raise WrongValueError("", f"Object missing required field `{name}`")
        return info.default
    if name in kind.nested and isinstance(member, list):
        return _items(member, name, kind.nested[name], findings)
    try:
        return msgspec.convert(as_documented(member, info.type), info.type)
    except msgspec.ValidationError as error:
        raise _wrong_value(error, f".{name}") from error


def _items(
    members: list[Any], name: str, kind: type[ApiObject], findings: Findings
) -> list[ApiObject]:
    below = Findings()
    items = []
    for index, member in enumerate(members):
        try:
            item = read_object(member, kind, below)
        except WrongValueError as error:
            path = f".{name}[{index}]{error.path}"
            raise WrongValueError(path, error.problem) from error
        item.additional_fields = UNSET
        items.append(item)
    findings.add_below(f".{name}[]", below)
    return items


def _usable_part(member: object) -> tuple[list[str] | None, object]:
    """Return the texts of a list, or None for what is no list; and what is odd."""
    if not isinstance(member, list):
        return None, member
    texts = [item for item in member if isinstance(item, str)]
    return texts, next(item for item in member if not isinstance(item, str))


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


@cache
def _fields(kind: type[ApiObject]) -> dict[str, FieldInfo]:
    """Return the fields of a class that the API knows too, by name."""
    fields = msgspec.structs.fields(kind)
    return {field.name: field for field in fields if field.type is not Added}
