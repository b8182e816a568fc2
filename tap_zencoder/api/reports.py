"""What an answer of the usage endpoint says ("Data Object"), and the rule for a value.

A value is read leniently: ``58``, ``58.0`` and ``"58"`` are the same figure. What
cannot be read is null if its column may be null, and kept in ``additional_fields``; in
any other column it stops the streams that load it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from typing import Any, NamedTuple, TypeVar

import msgspec

from tap_zencoder.api.objects import Added, ApiObject, DailyUsage, UserUsage
from tap_zencoder.api.responses import Members
from tap_zencoder.days import read_day
from tap_zencoder.errors import ContractError, problem_and_path

Kind = TypeVar("Kind", bound=ApiObject)
_MISSING = msgspec.Raw()
_NULL = b"null"
_NO_KEYS = (b"", _NULL, b'""')


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


@dataclass(frozen=True)
class UsageReport:
    """A successful answer of the usage endpoint, received at a moment.

    Its parts are decoded when they are asked for, once: a stream pays for what it
    reads. ``wrong`` is what cannot be read, by the place that is without it: a column
    such as ``daily[].ides``, or all of ``users[]``. ``notes`` are sentences about what
    is odd, each with a detail of the first time.
    """

    query: UsageQuery
    received: datetime
    data: Members
    notes: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, ContractError] = field(default_factory=dict)
    new: set[str] = field(default_factory=set)
    """The fields that no class knows."""

    @cached_property
    def users(self) -> list[UserUsage]:
        """``data.users[]``, with addresses in one spelling, or raise ContractError."""
        raw = self.data.get("users", _MISSING)
        users = self._objects(raw, UserUsage, "users", "users[]")
        emails = [user.email or "" for user in users]
        if "\n".join(emails).lower().split() == emails:  # as most often
            return users
        for user in users:
            user.email = user.email and user.email.strip().lower()
        return self._named(users, UserUsage, "users[]")

    @cached_property
    def daily(self) -> list[DailyUsage]:
        """``data.daily[]``, each with its day as ISO text, or raise ContractError."""
        raw = self.data.get("daily", _MISSING)
        entries = self._objects(raw, DailyUsage, "daily", "daily[]")
        for index, entry in enumerate(entries):
            entry.day = self.date(entry.day, f"daily[{index}].day")
        return entries

    def object(self, name: str, kind: type[Kind]) -> Kind:
        """Return the period or the summary, or raise ContractError."""
        raw = self.data.get(name, _MISSING)
        try:
            return self._decoded(raw, _decoder(kind), name)  # type: ignore[no-any-return]
        except ContractError:
            members = self._decoded(raw, _decoder(Members), name)
        found = self._object(members, kind, name, name)
        self.check(name)
        return found

    def date(self, text: str | None, path: str) -> str:
        """Return the date of a date or timestamp as it is written, or raise."""
        try:
            return read_day(text or "").isoformat()
        except ValueError:
            raise self.error(path, "a date was expected") from None

    def check(self, place: str) -> None:
        """Raise ContractError if something there cannot be read."""
        if wrong := self.wrong.get(place):
            raise wrong

    def error(self, path: str, problem: str) -> ContractError:
        """Return the error for a value that cannot be read."""
        return ContractError(self.query, f"$.data.{path}", problem)

    def set_aside(self, column: str, error: ContractError) -> None:
        """Note that a column is null for what cannot be read."""
        self.wrong.setdefault(column, error)
        sentence = (
            f"The API sent values of $.data.{column} that cannot be parsed. The column "
            "is null there, and additional_fields has the original."
        )
        self.notes.setdefault(sentence, error.problem)

    def _objects(
        self, raw: msgspec.Raw, kind: type[Kind], path: str, place: str
    ) -> list[Kind]:
        """Return the objects of a JSON array in the order they came; none for null."""
        if len(raw) == len(_NULL) and bytes(raw) == _NULL:
            return []
        try:
            return self._decoded(raw, _decoder(list[kind]), path)  # type: ignore[valid-type, no-any-return]
        except ContractError as error:
            has_new = "unknown field" in error.problem
            objects = self._decoded(raw, _decoder(list[Members]), path)
        found: list[Kind] = []
        if has_new:  # most often nothing but that
            with suppress(ContractError):
                found = self._decoded(raw, _decoder(list[_open(kind)]), path)  # type: ignore[misc]
        for item, members in zip(found, objects, strict=False):
            if unknown := self._unknown(members, kind, place):
                item.additional_fields = json_text(unknown)
        return found or [
            self._object(members, kind, f"{path}[{index}]", place)
            for index, members in enumerate(objects)
        ]

    def _named(self, found: list[Kind], kind: type[Kind], place: str) -> list[Kind]:
        """Return objects with the placeholder for a key that is missing or empty."""
        nameless = [item for item in found if not getattr(item, kind.key)]
        if not nameless or place in self.wrong:
            return found
        # One entry may be without. Where none of several has it, it has another name.
        is_one = len(found) == 1 and getattr(found[0], kind.key) is not None
        if len(nameless) == len(found) and not is_one:
            wrong = self.error(f"{place}.{kind.key}", "no entry has this key")
            self.wrong[place] = wrong
        for item in nameless:
            setattr(item, kind.key, kind.placeholder)
        sentence = (
            f"The API sent $.data.{place}.{kind.key} without a value. Such entries are "
            f'one row a day, with the key "{kind.placeholder}".'
        )
        self.notes.setdefault(sentence, f"{len(nameless)} of {len(found)}")
        return found

    def _object(
        self, members: Members, kind: type[Kind], path: str, place: str
    ) -> Kind:
        """Return an object made of its members; what it needs and lacks is wrong."""
        known, kept = _fields(kind), self._unknown(members, kind, place)
        values: dict[str, Any] = dict.fromkeys(known)
        for name, (is_required, decoder) in known.items():
            raw = members.get(name, _MISSING)
            where = (f"{path}.{name}", f"{place}.{name}")
            try:
                if name == kind.key and bytes(raw) in _NO_KEYS:
                    values[name] = None if raw is _MISSING else ""
                elif name in kind.items and raw is not _MISSING:
                    values[name], has_more = self._items(raw, kind.items[name], *where)
                    kept |= {name: raw} if has_more else {}  # whole
                elif raw is not _MISSING or is_required:
                    values[name] = self._decoded(raw, decoder, where[0])
            except ContractError as error:
                if is_required:
                    self.wrong.setdefault(place, error)
                else:
                    self.set_aside(where[1], error)
                    kept[name] = raw
        if kept:
            values["additional_fields"] = json_text(kept)
        return kind(**values)

    def _unknown(self, members: Members, kind: type[ApiObject], place: str) -> Members:
        known = _fields(kind)
        unknown = {name: raw for name, raw in members.items() if name not in known}
        self.new.update([f"{place}.{name}" for name in unknown])
        return unknown

    def _items(
        self, raw: msgspec.Raw, kind: type[ApiObject], path: str, place: str
    ) -> tuple[list[ApiObject], bool]:
        """Return the items of an array, and whether they have unknown fields."""
        items = self._objects(raw, kind, path, f"{place}[]")
        self._named(items, kind, f"{place}[]")
        self.check(f"{place}[]")
        return items, any(item.additional_fields for item in items)

    def _decoded(
        self, raw: msgspec.Raw, decoder: msgspec.json.Decoder[Any], path: str
    ) -> Any:
        if raw is _MISSING:
            raise self.error(path, "the field is missing")
        try:
            return decoder.decode(raw)
        except msgspec.ValidationError as error:
            problem, below = problem_and_path(error)
            raise self.error(path + below, problem) from error


def json_text(fields: Mapping[str, Any]) -> str:
    """Return ``additional_fields``: some fields as the text of a JSON object."""
    return msgspec.json.encode(fields).decode()


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind, strict=False)


@cache
def _open(kind: type[Kind]) -> type[Kind]:
    """Return a class whose objects may have more fields, which it leaves out."""
    options: Any = {"forbid_unknown_fields": False, "gc": False}
    return msgspec.defstruct(kind.__name__, [], bases=(kind,), **options)  # type: ignore[return-value]


@cache
def _fields(kind: type[ApiObject]) -> dict[str, tuple[bool, Any]]:
    """Return the fields that the API knows too: are they required, and a decoder."""
    fields = [f for f in msgspec.structs.fields(kind) if f.type is not Added]
    return {f.name: (f.required, _decoder(f.type)) for f in fields}
