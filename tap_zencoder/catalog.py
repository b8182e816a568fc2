"""What can be wrong with a catalog, which the Singer SDK takes as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from tap_zencoder import violations
from tap_zencoder.errors import quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from jsonschema import ValidationError

_REPLICATION_KEY = {"enum": ["day", "", None]}
_REPLICATION_METHOD = {"enum": ["INCREMENTAL", "FULL_TABLE", "", None]}
_NAMES = {"type": ["array", "null"], "items": {"type": "string"}}
_METADATA = {
    "type": "object",
    "required": ["breadcrumb", "metadata"],
    "properties": {
        "breadcrumb": {"type": "array", "items": {"type": "string"}},
        "metadata": {
            "type": "object",
            "properties": {
                "table-key-properties": _NAMES,
                "replication-key": _REPLICATION_KEY,
                "forced-replication-method": _REPLICATION_METHOD,
            },
        },
    },
}
# As far as the SDK reads it: it would stumble over other things, some in mid-sync.
_COLUMN: dict[str, Any] = {
    "type": "object",
    "properties": {
        "type": {"type": ["string", "array"], "items": {"type": "string"}},
        "items": {"$ref": "#/$defs/column"},
        "properties": {
            "type": "object",
            "additionalProperties": {"$ref": "#/$defs/column"},
        },
        **{
            alternatives: {"type": "array", "items": {"$ref": "#/$defs/column"}}
            for alternatives in ("anyOf", "oneOf", "allOf")
        },
    },
}
_ENTRY = {
    "type": "object",
    "required": ["tap_stream_id", "schema"],
    "properties": {
        "tap_stream_id": {"type": "string"},
        "stream": {"type": ["string", "null"]},
        "key_properties": _NAMES,
        "replication_key": _REPLICATION_KEY,
        "replication_method": _REPLICATION_METHOD,
        "metadata": {"type": "array", "items": _METADATA},
        "schema": {
            "type": "object",
            "required": ["properties"],
            "properties": {
                "properties": {
                    "type": "object",
                    "required": ["day"],
                    "properties": {"day": {**_COLUMN, "minProperties": 1}},
                    "additionalProperties": {"$ref": "#/$defs/column"},
                },
            },
        },
    },
}
_CATALOG = Draft202012Validator(
    {
        "$defs": {"column": _COLUMN},
        "type": "object",
        "required": ["streams"],
        "properties": {"streams": {"type": "array", "items": _ENTRY}},
    },
)


def problems(catalog: Any, streams: Collection[str]) -> Iterator[str]:
    """Yield what is wrong with a catalog of these streams, such as a key that is none.

    What it leaves out is not wrong: the SDK leaves those streams and columns out.
    """
    broken = sorted(_CATALOG.iter_errors(catalog), key=_place)
    for error in broken:
        yield f"{quoted(error.json_path)} {violations.in_words(error)}"
    for entry in [] if broken else catalog["streams"]:
        name = entry["tap_stream_id"]
        keys = set(entry.get("key_properties") or [])
        if name not in streams:
            yield f"there is no stream {violations.unknown(name, streams)}"
        elif (entry.get("stream") or name) != name:
            yield f"the stream {name} has another name as well"
        elif not keys <= set(entry["schema"]["properties"]):
            yield f"the stream {name} has key_properties that are not among its columns"


def _place(error: ValidationError) -> list[str]:
    return [str(part) for part in error.absolute_path]
