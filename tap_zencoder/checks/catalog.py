"""What can be wrong with a catalog, which the Singer SDK takes as it comes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from tap_zencoder.checks.files import CATALOG_ADVICE
from tap_zencoder.checks.wording import unknown_name
from tap_zencoder.errors import CatalogError
from tap_zencoder.redact import redacted
from tap_zencoder.streams import REPLICATION_KEY, Stream

_REPLICATION_KEYS = (REPLICATION_KEY, "", None)
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
        for entry in catalog["streams"]:
            for problem in _problems(entry, streams):
                raise _unusable(problem)
        entries = catalog["streams"]
        return {"streams": [_complete(e, streams[e["tap_stream_id"]]) for e in entries]}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise unreadable(error) from error


def unreadable(error: Exception) -> CatalogError:
    """Return the error for a catalog that is none, or that the SDK cannot read."""
    missing = f", {redacted(str(error))}" if isinstance(error, KeyError) else ""
    return _unusable(f"it is no catalog ({type(error).__name__}{missing})")


def _unusable(problem: str) -> CatalogError:
    return CatalogError(f"The catalog cannot be used: {problem}. {CATALOG_ADVICE}")


def _problems(entry: Mapping[str, Any], streams: Collection[str]) -> Iterator[str]:
    name, given = entry["tap_stream_id"], entry["schema"]["properties"]
    root = _root(entry)
    keys = (entry.get("replication_key"), root.get("replication-key"))
    methods = (entry.get("replication_method"), root.get("forced-replication-method"))
    if name not in streams:
        yield f"there is no stream {unknown_name(name, streams)}"
    if (entry.get("stream") or name) != name:
        yield f"the stream {name} has another name as well"
    if not given.get("day"):
        yield f"the schema of {name} lacks day"
    if not set(entry.get("key_properties") or []) <= set(given):
        yield f"the stream {name} has key_properties that are not among its columns"
    if any(key not in _REPLICATION_KEYS for key in keys):
        yield f"the replication key of {name} must be day"
    if any(method not in _METHODS for method in methods):
        yield f"the replication method of {name} must be INCREMENTAL or FULL_TABLE"


def _root(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    roots = [m["metadata"] for m in entry.get("metadata", []) if not m["breadcrumb"]]
    return roots[0] if roots else {}


def _complete(entry: Mapping[str, Any], stream: Stream) -> dict[str, Any]:
    given = entry["schema"]["properties"]
    missing = [name for name in stream.schema["properties"] if name not in given]
    places = [["properties", name] for name in missing]
    metadata = [m for m in entry.get("metadata", []) if m["breadcrumb"] not in places]
    deselected = {"inclusion": "available", "selected": False}
    metadata += [{"breadcrumb": place, "metadata": deselected} for place in places]
    complete = {**entry, "metadata": metadata}
    root = _root(entry)
    keys = entry.get("key_properties") or root.get("table-key-properties")
    if not keys and set(stream.keys) <= given.keys():
        complete["key_properties"] = list(stream.keys)
    if not (entry.get("replication_key") or root.get("replication-key")):
        complete["replication_key"] = REPLICATION_KEY
    return complete
