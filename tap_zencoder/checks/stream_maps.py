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
    _KEYS: ("a list of columns", _is_list_of_names),
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


def key_problems(
    maps: Mapping[str, Any], streams: Mapping[str, Collection[str]]
) -> Iterator[str]:
    """Yield which maps leave out a column of a key, given the keys of each stream."""
    for name, fields in maps.items():
        if isinstance(fields, dict) and not fields.get(_KEYS):
            removed = {column for column in fields if fields[column] in _REMOVED}
            for stream in fnmatch.filter(streams, str(fields.get(_SOURCE, name))):
                for column in removed.intersection(streams[stream]):
                    yield (
                        f"stream_maps: {stream} leaves out {column}, part of the key: "
                        f"hash it, or name another key in {_KEYS}"
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
