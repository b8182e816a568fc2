"""What can be wrong with a catalog, which the Singer SDK takes as it comes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from tap_zencoder.checks.wording import unknown_name
from tap_zencoder.errors import CatalogError
from tap_zencoder.redact import redacted

_KEY = ("day", "", None)
_METHOD = ("INCREMENTAL", "FULL_TABLE", "", None)


def checked(
    catalog: Mapping[str, Any], columns: Mapping[str, Collection[str]]
) -> dict[str, Any]:
    """Return a catalog of streams with these columns as the SDK needs it.

    Columns that a schema in the catalog leaves out are deselected, as streams are that
    the catalog leaves out.

    Raises CatalogError if it asks for what the tap cannot do, or is no catalog.
    """
    try:
        for entry in catalog["streams"]:
            for problem in _problems(entry, columns):
                raise CatalogError(_sentence(problem))
        return {"streams": [_complete(e, columns) for e in catalog["streams"]]}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise unreadable(error) from error


def unreadable(error: Exception) -> CatalogError:
    """Return the error for a catalog that is none, or that the SDK cannot read."""
    missing = f", {redacted(str(error))}" if isinstance(error, KeyError) else ""
    return CatalogError(
        _sentence(f"it is no catalog ({type(error).__name__}{missing})")
    )


def _sentence(problem: str) -> str:
    advice = "Make one with: tap-zencoder --discover > catalog.json"
    return f"The catalog cannot be used: {problem}. {advice}"


def _problems(
    entry: Mapping[str, Any], columns: Mapping[str, Collection[str]]
) -> Iterator[str]:
    name, given = entry["tap_stream_id"], entry["schema"]["properties"]
    roots = [m["metadata"] for m in _metadata(entry) if not m["breadcrumb"]]
    root: Mapping[str, Any] = roots[0] if roots else {}
    keys = (entry.get("replication_key"), root.get("replication-key"))
    methods = (entry.get("replication_method"), root.get("forced-replication-method"))
    if name not in columns:
        yield f"there is no stream {unknown_name(name, columns)}"
    if (entry.get("stream") or name) != name:
        yield f"the stream {name} has another name as well"
    if not given.get("day"):
        yield f"the schema of {name} lacks day"
    if not set(entry.get("key_properties") or []) <= set(given):
        yield f"the stream {name} has key_properties that are not among its columns"
    if any(key not in _KEY for key in keys):
        yield f"the replication key of {name} must be day"
    if any(method not in _METHOD for method in methods):
        yield f"the replication method of {name} must be INCREMENTAL or FULL_TABLE"


def _metadata(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(entry.get("metadata", []))


def _complete(
    entry: Mapping[str, Any], columns: Mapping[str, Collection[str]]
) -> dict[str, Any]:
    given = entry["schema"]["properties"]
    missing = [name for name in columns[entry["tap_stream_id"]] if name not in given]
    places = [["properties", name] for name in missing]
    metadata = [m for m in _metadata(entry) if m["breadcrumb"] not in places]
    deselected = {"inclusion": "available", "selected": False}
    metadata += [{"breadcrumb": place, "metadata": deselected} for place in places]
    return {**entry, "metadata": metadata}
