"""What can be wrong with ``stream_maps``, which the Singer SDK takes as they come.

A map for a stream that does not exist would do nothing, and what it was to hide would
be loaded. An expression is never quoted: it may hold a salt.
"""

from __future__ import annotations

import ast
import fnmatch
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from tap_zencoder.checks.wording import unknown_name
from tap_zencoder.errors import SettingsError
from tap_zencoder.redact import redacted

_ELSE, _SOURCE, _KEYS = "__else__", "__source__", "__key_properties__"
_REMOVED = (None, "__NULL__")


def _is_expression(value: Any) -> bool:
    if value in _REMOVED:
        return True
    try:
        parsed = ast.parse(value).body
    except (SyntaxError, TypeError, ValueError, RecursionError, MemoryError):
        return False
    return bool(parsed) and isinstance(parsed[0], ast.Expr)


def _is_list_of_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


_OPTIONS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    _ELSE: ("null", lambda value: value in _REMOVED),
    _SOURCE: ("the name of a stream", lambda value: isinstance(value, str)),
    "__alias__": ("the name of a stream", lambda value: isinstance(value, str)),
    _KEYS: ("a list of columns", lambda value: not value or _is_list_of_names(value)),
}
"""What the options of a stream should be; everything else is a column."""


def problems(maps: Any, streams: Collection[str]) -> Iterator[str]:
    """Yield what is wrong with stream maps, given the names of the streams."""
    for name, fields in maps.items() if isinstance(maps, dict) else ():
        columns = fields if isinstance(fields, dict) else {}
        source = str(columns.get(_SOURCE, name))
        if name.startswith("__") and name != _ELSE:
            yield f"stream_maps: there is no option {redacted(name)}"
        elif name != _ELSE and not fnmatch.filter(streams, source):
            yield f"stream_maps: there is no stream {unknown_name(source, streams)}"
        if (name == _ELSE or not isinstance(fields, dict)) and fields not in _REMOVED:
            yield f"stream_maps: {redacted(name)} must be an object or null"
        for column, value in columns.items():
            wanted, is_right = _OPTIONS.get(column, ("an expression", _is_expression))
            if not is_right(value):
                yield f"stream_maps: {redacted(f'{name}.{column}')} is not {wanted}"
    if not isinstance(maps, dict):
        yield "stream_maps must be of type object"


def of_synced_streams(
    maps: Mapping[str, Any], streams: Collection[str]
) -> dict[str, Any]:
    """Return the maps that apply to these streams, without keys that are none.

    The stream's own keys hold unless a map names others.
    """
    return {
        name: {k: v for k, v in fields.items() if k != _KEYS or v}
        if isinstance(fields, dict)
        else fields
        for name, fields in maps.items()
        if name == _ELSE or _sources(name, fields, streams)
    }


def key_problems(
    maps: Mapping[str, Any], streams: Mapping[str, Collection[str]]
) -> Iterator[str]:
    """Yield which maps make rows one that are not, given the keys of each stream."""
    for name, fields in maps.items():
        for stream in _sources(name, fields, streams):
            for column in streams[stream] if isinstance(fields, dict) else ():
                if not _is_kept(column, fields, fields.get(_KEYS) or streams[stream]):
                    yield (
                        f"stream_maps: the key of {stream} lacks {column}, so that "
                        "rows would overwrite each other: hash it rather than leave "
                        f"it out, or name a column that is made of it in {_KEYS}"
                    )


def alias_problems(names: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Yield which streams are written under one name, given the names of each."""
    written: dict[str, str] = {}
    for stream, of_stream in names.items():
        for name in of_stream:
            if name in written:
                both = " and ".join(dict.fromkeys([written[name], stream]))
                yield f"stream_maps: {both} would both be written as {redacted(name)}"
            written[name] = stream


def changes_addresses(maps: Mapping[str, Any]) -> bool:
    """Return whether a map does something about the addresses of users."""
    return any(
        "email" in fields
        for name, fields in maps.items()
        if isinstance(fields, dict) and _sources(name, fields, ["users"])
    )


def _sources(name: str, fields: Any, streams: Collection[str]) -> list[str]:
    """Return which streams a map is applied to."""
    source = fields.get(_SOURCE, name) if isinstance(fields, dict) else name
    return fnmatch.filter(streams, str(source))


def _is_kept(column: str, fields: Mapping[str, Any], keys: Collection[str]) -> bool:
    """Return whether rows that differ in a column have different keys."""
    return any(
        _mentions(fields[key], column) if key in fields else key == column
        for key in keys
    )


def _mentions(expression: Any, column: str) -> bool:
    if expression in _REMOVED:
        return False
    return any(
        getattr(node, "id", None) == column or getattr(node, "value", None) == column
        for node in ast.walk(ast.parse(expression))
    )


def sdk_error(subject: str, error: Exception) -> SettingsError:
    """Return the error for maps that the SDK cannot use for a subject.

    Without what the exception says, which may hold a row or a salt.
    """
    cause = type(error.__cause__ or error).__name__
    problem = (
        f"stream_maps cannot be applied to {subject} ({cause}); check the expressions, "
        f"that {_KEYS} names columns of the stream, and that stream_map_config has all "
        "that they take from it"
    )
    return SettingsError([problem])
