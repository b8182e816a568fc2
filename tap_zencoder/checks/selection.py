"""Which streams and columns a catalog selects, in every way that Singer tools say so.

The Singer SDK knows one, a boolean in the metadata. Whatever it did not know would be
loaded although it was meant to be left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tap_zencoder.checks.environment import as_boolean
from tap_zencoder.redact import redacted

_MEMBERS = ("selected", "selected-by-default")
_Place = tuple[str, ...]


def with_selection(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stream's catalog entry whose metadata says what is selected.

    ``selected`` may also be a member of the entry, of its schema or of a column's
    schema, and text. Raises ValueError, in words, if it is neither true nor false.
    """
    name, schema = entry["tap_stream_id"], entry["schema"]
    found: dict[_Place, dict[str, Any]] = {}
    for given in entry.get("metadata", []):
        content = given["metadata"]
        said = {m: _said(content, m, name) for m in _MEMBERS if m in content}
        found[tuple(given["breadcrumb"])] = {**content, **said}
    holders: dict[_Place, list[Any]] = {(): [entry, schema]}
    holders |= {("properties", c): [s] for c, s in schema["properties"].items()}
    for place, others in holders.items():
        values = {_said(holder, "selected", name) for holder in others}
        values.add(found.get(place, {}).get("selected"))
        known = values - {None}
        if known:  # what is left out in one place is left out
            found[place] = {**found.get(place, {}), "selected": all(known)}
    metadata = [{"breadcrumb": list(p), "metadata": m} for p, m in found.items()]
    return {**entry, "metadata": metadata}


def _said(holder: Any, member: str, stream: str) -> bool | None:
    value = holder.get(member) if isinstance(holder, Mapping) else None
    if value is None or isinstance(value, bool):
        return value
    said = as_boolean(value) if isinstance(value, str) else None
    if said is None:
        shown = redacted(repr(value))
        raise ValueError(f"{stream} is {member} {shown}, neither true nor false")
    return said
