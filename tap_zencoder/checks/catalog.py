"""What can be wrong with a catalog, which the Singer SDK takes as it comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tap_zencoder.checks.files import CATALOG_ADVICE
from tap_zencoder.checks.selection import with_selection
from tap_zencoder.checks.wording import unknown_name
from tap_zencoder.errors import CatalogError
from tap_zencoder.redact import redacted
from tap_zencoder.streams import REPLICATION_KEY, Stream

_METHODS = ("INCREMENTAL", "FULL_TABLE", "", None)


def checked_catalog(
    catalog: Mapping[str, Any], streams: Mapping[str, Stream]
) -> dict[str, Any]:
    """Return a catalog of these streams, by name, as the SDK needs it.

    Columns that a schema in the catalog leaves out are deselected, as streams are that
    the catalog leaves out. Where it names no keys, the stream's own hold.

    Raises CatalogError if it asks for what the tap cannot do, or is no catalog.
    """
    try:
        return {"streams": [_checked(e, streams) for e in catalog["streams"]]}
    except _ProblemError as error:
        raise _unusable(str(error)) from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise unreadable(error) from error


def unreadable(error: Exception) -> CatalogError:
    """Return the error for a catalog that is none, or that the SDK cannot read."""
    missing = f", {redacted(str(error))}" if isinstance(error, KeyError) else ""
    return _unusable(f"it is not a catalog ({type(error).__name__}{missing})")


def _unusable(problem: str) -> CatalogError:
    return CatalogError(f"The catalog cannot be used: {problem}. {CATALOG_ADVICE}")


class _ProblemError(Exception):
    """A clause about what is wrong with a catalog."""


def _checked(given: Mapping[str, Any], streams: Mapping[str, Stream]) -> dict[str, Any]:
    name = given["tap_stream_id"]
    if name not in streams:
        raise _ProblemError(f"there is no stream {unknown_name(name, streams)}")
    try:
        entry = with_selection(given)
    except ValueError as error:
        raise _ProblemError(str(error)) from error
    complete = _complete(entry, streams[name])
    for problem in _problems(complete, streams[name]):
        raise _ProblemError(problem)
    return complete


def _problems(entry: Mapping[str, Any], stream: Stream) -> Iterator[str]:
    name, given = entry["tap_stream_id"], entry["schema"]["properties"]
    if (entry.get("stream") or name) != name:
        yield f"the stream {name} has another name as well"
    if not given.get("day"):
        yield f"the schema of {name} lacks day"
    if not set(entry["key_properties"]) <= stream.schema["properties"].keys():
        yield f"the stream {name} has key_properties that are not among its columns"
    if entry["replication_key"] != REPLICATION_KEY:
        yield f"the replication key of {name} must be day"
    if entry.get("replication_method") not in _METHODS:
        yield f"the replication method of {name} must be INCREMENTAL or FULL_TABLE"
    for column, own in stream.schema["properties"].items():
        if column in given and not _accepts(given[column], own):
            types = " or ".join(_types(own))
            yield (
                f"{name}.{column} does not take what the tap sends, which is {types}: "
                "convert it in the warehouse, or with a stream map"
            )
    for column in _missing_key_columns(entry):
        yield (
            f"{name} leaves out {column}, part of its key: hash it with a stream map, "
            "or deselect the stream"
        )


def _types(schema: Mapping[str, Any]) -> list[str]:
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def _accepts(given: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
    """Return whether every value of our own schema is one of a given schema too."""
    types = _types(given)
    wanted = _types(own)
    fits = not types or all(
        kind in types or (kind == "integer" and "number" in types) for kind in wanted
    )
    same_format = given.get("format") in (None, own.get("format"))
    items = "items" not in given or _accepts(given["items"], own.get("items", {}))
    return fits and same_format and items


def _missing_key_columns(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield the columns of the key that a SCHEMA would name and no row would have."""
    metadata = {tuple(m["breadcrumb"]): m["metadata"] for m in entry["metadata"]}
    if metadata.get((), {}).get("selected") is False:
        return
    for column in entry["key_properties"]:
        said = metadata.get(("properties", column), {})
        is_left_out = said.get("selected") is False
        if said.get("inclusion") == "unsupported" or (
            said.get("inclusion") != "automatic" and is_left_out
        ):
            yield column


def _root(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    roots = [m["metadata"] for m in entry.get("metadata", []) if not m["breadcrumb"]]
    return roots[0] if roots else {}


def _complete(entry: Mapping[str, Any], stream: Stream) -> dict[str, Any]:
    given = entry["schema"]["properties"]
    missing = [name for name in stream.schema["properties"] if name not in given]
    places = [["properties", name] for name in missing]
    metadata = [m for m in entry["metadata"] if m["breadcrumb"] not in places]
    deselected = {"inclusion": "available", "selected": False}
    metadata += [{"breadcrumb": place, "metadata": deselected} for place in places]
    root = _root(entry)
    keys = entry.get("key_properties") or root.get("table-key-properties")
    key = entry.get("replication_key") or root.get("replication-key")
    # What a user has set in the metadata comes before what the tap had discovered.
    method = (
        root.get("replication-method")
        or entry.get("replication_method")
        or root.get("forced-replication-method")
    )
    return {
        **entry,
        "metadata": metadata,
        "key_properties": keys or list(stream.keys),
        "replication_key": key or REPLICATION_KEY,
        "replication_method": method,
    }
