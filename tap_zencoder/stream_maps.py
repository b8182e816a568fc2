"""What can be wrong with ``stream_maps``, which the Singer SDK takes as they come.

A map for a stream that does not exist would do nothing, and what it was to hide would
be loaded.
"""

from __future__ import annotations

import ast
import fnmatch
import re
from typing import TYPE_CHECKING, Any

from tap_zencoder import violations
from tap_zencoder.errors import SettingsError, quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_ELSE, _SOURCE, _KEYS = "__else__", "__source__", "__key_properties__"
_NO_EXPRESSIONS = (_ELSE, _SOURCE, _KEYS, "__alias__")
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


def problems(maps: Mapping[str, Any], streams: Collection[str]) -> Iterator[str]:
    """Yield what is wrong with stream maps.

    An expression is not quoted: it may hold a salt.
    """
    for name, fields in maps.items():
        columns = fields if isinstance(fields, dict) else {}
        source = str(columns.get(_SOURCE, name))
        if name.startswith("__") and name != _ELSE:
            yield f"stream_maps: there is no option {quoted(name)}"
        elif name != _ELSE and not fnmatch.filter(streams, source):
            stranger = violations.unknown(source, streams)
            yield f"stream_maps: there is no stream {stranger}"
        for column, expression in columns.items():
            if column not in _NO_EXPRESSIONS and not _is_expression(expression):
                place = quoted(f"{name}.{column}")
                yield f"stream_maps: {place} is not an expression"


def _is_expression(text: Any) -> bool:
    if not isinstance(text, str):
        return True  # or the schema says what it is
    try:
        parsed = ast.parse(text).body
    except _UNREADABLE:
        return False
    return bool(parsed) and isinstance(parsed[0], ast.Expr)


def refused(error: Exception) -> SettingsError:
    """Return the error for maps that the SDK refuses: its own words may quote them."""
    words = str(error)
    removed = re.match(r"Removing key property '(\w+)' .* in '([\w-]+)'", words)
    if removed:
        column, stream = removed.groups()
        problem = (
            f"{stream} leaves out {column}, part of the key: hash it, or name another "
            f"key in {_KEYS}"
        )
    elif words.startswith("Invalid key properties"):
        problem = f"{_KEYS} names what is not among the columns of a stream"
    else:
        problem = f"they cannot be used ({type(error).__name__})"
    return SettingsError([f"stream_maps: {problem}"])


def failed(stream: str, maps: Mapping[str, Any], error: Exception) -> SettingsError:
    """Return the error for a map that cannot be applied to a row.

    What the exception says may hold the row or a salt, so it is only told in which
    columns the name occurs that it is about.
    """
    cause = error.__cause__ or error
    name = getattr(cause, "name", None) or (cause.args[0] if cause.args else None)
    columns = [
        column
        for fields in maps.values()
        if isinstance(fields, dict)
        for column, expression in fields.items()
        if isinstance(name, str) and name.isidentifier() and name in str(expression)
    ]
    why = " in ".join([type(cause).__name__, *map(quoted, columns[:1])])
    problem = (
        f"stream_maps cannot be applied to a row of {stream} ({why}); check the "
        "expressions, and that stream_map_config has all that they take from it"
    )
    return SettingsError([problem])
