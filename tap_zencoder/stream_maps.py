"""What can be wrong with ``stream_maps``, which the Singer SDK takes as they come.

A map for a stream that does not exist would do nothing, and what it was to hide would
be loaded.
"""

from __future__ import annotations

import difflib
import fnmatch
from typing import TYPE_CHECKING, Any

from tap_zencoder.errors import SettingsError, quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_ELSE = "__else__"
_SOURCE = "__source__"


def problems(maps: Mapping[str, Any], streams: Collection[str]) -> Iterator[str]:
    """Yield what is wrong with the names in stream maps."""
    for name, fields in maps.items():
        source = fields.get(_SOURCE, name) if isinstance(fields, dict) else name
        if source != _ELSE and not fnmatch.filter(streams, str(source)):
            similar = difflib.get_close_matches(str(source), streams, n=1)
            hint = f" (did you mean {similar[0]}?)" if similar else ""
            yield f"stream_maps: there is no stream {quoted(str(source))}{hint}"


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
