"""What can be wrong with ``stream_maps``, which the Singer SDK takes as they come.

A map for a stream that does not exist would do nothing, and what it was to hide would
be loaded.
"""

from __future__ import annotations

import ast
import fnmatch
from typing import TYPE_CHECKING, Any

from tap_zencoder import violations
from tap_zencoder.errors import SettingsError, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_ELSE, _SOURCE, _FILTER = "__else__", "__source__", "__filter__"
_KEYS = "__key_properties__"
_NOTHING = (None, "__NULL__")
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


def problems(
    maps: Mapping[str, Any],
    keys: Mapping[str, Sequence[str]],
) -> Iterator[str]:
    """Yield what is wrong with stream maps, given the key columns of each stream.

    An expression is not quoted: it may hold a salt.
    """
    for name, fields in maps.items():
        columns = fields if isinstance(fields, dict) else {}
        source = str(columns.get(_SOURCE, name))
        matching = fnmatch.filter(keys, source)
        if source != _ELSE and not matching:
            yield f"stream_maps: there is no stream {violations.unknown(source, keys)}"
        for column, expression in columns.items():
            if column == _FILTER or not column.startswith("__"):
                yield from _problems_of(f"{name}.{column}", expression)
        if _KEYS not in columns:
            for column in {key for stream in matching for key in keys[stream]}:
                if columns.get(column, column) in _NOTHING:
                    yield (
                        f"stream_maps: {quoted(name)} leaves out {column}, part of the "
                        f"key: hash it, or name another key in {_KEYS}"
                    )


def _problems_of(place: str, expression: Any) -> Iterator[str]:
    if isinstance(expression, str):
        try:
            empty = not ast.parse(expression).body
        except _UNREADABLE:
            empty = True
        if empty:
            yield f"stream_maps: {quoted(place)} is not an expression"


def failed(stream: str, maps: Mapping[str, Any], error: Exception) -> SettingsError:
    """Return the error for a map that cannot be applied to a row.

    What the exception says may hold the row, so only names that the maps themselves
    hold are shown.
    """
    cause = error.__cause__ or error
    name = getattr(cause, "name", None) or (cause.args[0] if cause.args else None)
    known = isinstance(name, str) and name.isidentifier() and name in str(maps)
    why = f"{type(cause).__name__}: {name}" if known else type(cause).__name__
    problem = (
        f"stream_maps cannot be applied to a row of {stream} ({why}); check the "
        "expressions, and that stream_map_config has all that they take from it"
    )
    return SettingsError([problem])
