"""What can be wrong with a catalog, which the Singer SDK takes as it comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tap_zencoder.checks.sources import as_boolean, catalog_error
from tap_zencoder.errors import CatalogError, unknown_name
from tap_zencoder.redact import redacted
from tap_zencoder.streams import REPLICATION_KEY, Stream

_METHODS = ("INCREMENTAL", "FULL_TABLE", "", None)
_LEFT_OUT = {"selected": False}
_Metadata = dict[tuple[str, ...], dict[str, Any]]


def checked_catalog(
    catalog: Mapping[str, Any], streams: Mapping[str, Stream]
) -> dict[str, Any]:
    """Return a catalog of these streams as the SDK needs it, or raise CatalogError.

    What it leaves out is deselected. Where it names no keys, the stream's own hold.
    """
    try:
        entries = [_entry(given, streams) for given in catalog["streams"]]
    except _ProblemError as error:
        raise catalog_error(f"cannot be used: {error}") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise unreadable(error) from error
    if len({entry["tap_stream_id"] for entry in entries}) < len(entries):
        raise catalog_error("cannot be used: it has a stream twice")
    return {"streams": entries}


def unreadable(error: Exception) -> CatalogError:
    """Return the error for a catalog that is none, or that the SDK cannot read."""
    missing = f", {redacted(str(error))}" if isinstance(error, KeyError) else ""
    return catalog_error(
        f"cannot be used: it is no catalog ({type(error).__name__}{missing})"
    )


class _ProblemError(Exception):
    """A clause about what is wrong with a catalog."""


def _entry(given: Mapping[str, Any], streams: Mapping[str, Stream]) -> dict[str, Any]:
    name = given["tap_stream_id"]
    if name not in streams:
        raise _ProblemError(f"there is no stream {unknown_name(name, streams)}")
    metadata = _with_selection(given, streams[name])
    root = metadata.get((), {})
    keys = given.get("key_properties") or root.get("table-key-properties")
    # What a user has set in the metadata comes before what the tap had discovered.
    method = (
        root.get("replication-method")
        or given.get("replication_method")
        or root.get("forced-replication-method")
    )
    entry = {
        **given,
        "metadata": [{"breadcrumb": [*p], "metadata": m} for p, m in metadata.items()],
        "key_properties": keys or list(streams[name].keys),
        "replication_key": given.get("replication_key")
        or root.get("replication-key", REPLICATION_KEY),
        "replication_method": method,
    }
    for problem in _problems(entry, metadata, streams[name]):
        raise _ProblemError(problem)
    return entry


def _with_selection(given: Mapping[str, Any], stream: Stream) -> _Metadata:
    """Return the metadata of an entry, by place, with what is selected.

    The SDK would load what other tools leave out: ``selected`` may also be a member of
    the entry, of its schema or of a column's, and text. One false is enough.
    """
    schema = given["schema"]
    found: dict[Any, dict[str, Any]] = {
        tuple(m["breadcrumb"]): dict(m["metadata"]) for m in given.get("metadata", [])
    }
    holders: dict[tuple[str, ...], list[Any]] = {(): [given, schema]}
    for column in stream.schema["properties"]:
        holders["properties", column] = [schema["properties"].get(column, _LEFT_OUT)]
        if column not in schema["properties"]:
            found["properties", column] = {"inclusion": "available"}
    for place in {*holders, *found}:
        metadata = found.setdefault(place, {})
        if "selected-by-default" in metadata:
            by_default = _said(metadata, "selected-by-default", stream)
            metadata["selected-by-default"] = by_default
        values = [metadata, *holders.get(place, [])]
        said = {_said(value, "selected", stream) for value in values} - {None}
        if said:
            metadata["selected"] = all(said)
    return {place: metadata for place, metadata in found.items() if metadata}


def _said(holder: Any, member: str, stream: Stream) -> bool | None:
    value = holder.get(member) if isinstance(holder, Mapping) else None
    said = as_boolean(value) if isinstance(value, str) else value
    if not isinstance(said, bool | None) or (said is None and value is not None):
        shown = redacted(repr(value))
        raise _ProblemError(f"{stream.name} is {member} {shown}, not true or false")
    return said


def _problems(
    entry: Mapping[str, Any], metadata: _Metadata, stream: Stream
) -> Iterator[str]:
    name = stream.name
    if (entry.get("stream") or name) != name:
        yield f"the stream {name} has another name as well"
    columns = stream.schema["properties"].keys()
    if not set(stream.keys) <= set(entry["key_properties"]) <= columns:
        yield f"key_properties of {name} must hold {', '.join(stream.keys)}"
    if entry["replication_key"] != REPLICATION_KEY:
        yield f"the replication key of {name} must be day"
    if entry["replication_method"] not in _METHODS:
        yield f"the replication method of {name} must be INCREMENTAL or FULL_TABLE"
    for column, own in stream.schema["properties"].items():
        if not _takes(entry["schema"]["properties"].get(column, {}), own):
            yield (
                f"{name}.{column} does not take what the tap sends: convert it in the "
                "warehouse, or with a stream map"
            )
    if metadata.get((), {}).get("selected") is False:
        return
    for column in {*entry["key_properties"], REPLICATION_KEY}:
        said = metadata.get(("properties", column), {})
        is_kept = (
            said.get("selected") is not False or said.get("inclusion") == "automatic"
        )
        if said.get("inclusion") == "unsupported" or not is_kept:
            yield (
                f"{name} leaves out {column}, part of its key: hash it with a stream "
                "map, or deselect the stream"
            )


def _takes(given: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
    """Return whether every value of our own schema is one of a given schema, too."""
    types, sent = (
        {kinds} if isinstance(kinds, str) else set(kinds)
        for kinds in (given.get("type", ()), own.get("type", ()))
    )
    types |= {"integer"} if "number" in types else set()
    fits = not types or sent <= types
    same_format = given.get("format") in (None, own.get("format"))
    return fits and same_format and _takes_items(given, own)


def _takes_items(given: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
    return "items" not in given or _takes(given["items"], own.get("items", {}))
