"""The JSON files a user hands in, read before the SDK does to explain what is wrong."""

from __future__ import annotations

import difflib
import io
import json
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from tap_zencoder.errors import CatalogError, SettingsError, StateError, quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

UNREADABLE = (ValueError, RecursionError)
"""What reading JSON raises where there is none."""


def check_config_file(path: str) -> None:
    """Refuse a configuration file that cannot be read.

    Raises:
        SettingsError: It is not there, or no JSON object.
    """
    try:
        config = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError([f"{path}: {error.strerror}"]) from error
    except UNREADABLE as error:
        raise SettingsError([f"{path} is not JSON ({_place(error)})"]) from error
    if not isinstance(config, dict):
        raise SettingsError([f"{path} is not a JSON object"])


def checked_state(file: IO[str]) -> IO[str]:
    """Return a state file that holds a JSON object; `state.check` looks into it.

    Raises:
        StateError: It does not.
    """
    try:
        text = file.read()
        state = json.loads(text)
    except UNREADABLE as error:
        message = (
            f"The state file {file.name} is not JSON ({_place(error)}). Restore its "
            "last whole version, or run without a state to sync again from the start."
        )
        raise StateError(message) from error
    if not isinstance(state, dict):
        message = f"The state file {file.name} is not a JSON object."
        raise StateError(message)
    return io.StringIO(text)


def checked_catalog(file: IO[str], streams: Collection[str]) -> IO[str]:
    """Return a catalog file that holds a catalog of no other than these streams.

    Raises:
        CatalogError: It does not.
    """
    try:
        text = file.read()
        catalog = json.loads(text)
    except UNREADABLE as error:
        raise _bad_catalog(file, f"is not JSON ({_place(error)})") from error
    entries = catalog.get("streams") if isinstance(catalog, dict) else None
    if not isinstance(entries, list):
        raise _bad_catalog(file, "has no list of streams")
    for number, entry in enumerate(entries, 1):
        for problem in _problems_of_entry(entry, streams):
            raise _bad_catalog(file, f"has a stream, number {number}, {problem}")
    return io.StringIO(text)


def _bad_catalog(file: IO[str], problem: str) -> CatalogError:
    advice = "Make one with: tap-zencoder --discover > catalog.json"
    return CatalogError(f"The catalog {file.name} {problem}. {advice}")


def _problems_of_entry(entry: Any, streams: Collection[str]) -> Iterator[str]:
    name = entry.get("tap_stream_id") if isinstance(entry, dict) else None
    if not isinstance(name, str):
        yield "without a tap_stream_id"
        return
    if name not in streams:
        similar = difflib.get_close_matches(name, streams, n=1)
        hint = f" (did you mean {similar[0]}?)" if similar else ""
        yield f"that does not exist: {quoted(name)}{hint}"
    schema = entry.get("schema")
    columns = schema.get("properties") if isinstance(schema, dict) else None
    keys = entry.get("key_properties") or []
    if not isinstance(columns, dict):
        yield f"without a schema: {name}"
    elif not isinstance(keys, list) or not set(map(str, keys)) <= set(columns):
        yield f"with key_properties that are not among its columns: {name}"
    if not isinstance(entry.get("metadata", []), list):
        yield f"whose metadata is no list: {name}"
    if entry.get("replication_key") not in {None, "day"}:
        yield f"with another replication_key than day: {name}"


def _place(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}" if error.doc else "empty"
    if isinstance(error, RecursionError):
        return "too many objects in others"
    return "not even text in UTF-8"
