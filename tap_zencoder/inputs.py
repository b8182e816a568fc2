"""The JSON files a user hands in, read before the SDK does to explain what is wrong."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import IO, Any

from tap_zencoder.errors import CatalogError, SettingsError, StateError


def check_config_file(path: str) -> None:
    """Refuse a configuration file that cannot be read.

    Raises:
        SettingsError: It is not there, or no JSON object.
    """
    try:
        config = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError([f"{path}: {error.strerror}"]) from error
    except ValueError as error:
        raise SettingsError([f"{path} is not JSON ({_place(error)})"]) from error
    if not isinstance(config, dict):
        raise SettingsError([f"{path} is not a JSON object"])


def checked_state(file: IO[str]) -> IO[str]:
    """Return a state file that holds a JSON object; `state.check` looks into it.

    Raises:
        StateError: It does not.
    """
    text = file.read()
    try:
        state = json.loads(text)
    except ValueError as error:
        message = (
            f"The state file {file.name} is not JSON ({_place(error)}). Restore its "
            "last whole version, or run without a state to sync again from the start."
        )
        raise StateError(message) from error
    if not isinstance(state, dict):
        message = f"The state file {file.name} is not a JSON object."
        raise StateError(message)
    return io.StringIO(text)


def checked_catalog(file: IO[str]) -> IO[str]:
    """Return a catalog file that holds a catalog.

    Raises:
        CatalogError: It does not.
    """
    text = file.read()
    advice = "Make one with: tap-zencoder --discover > catalog.json"
    try:
        catalog = json.loads(text)
    except ValueError as error:
        message = f"The catalog {file.name} is not JSON ({_place(error)}). {advice}"
        raise CatalogError(message) from error
    if not _is_catalog(catalog):
        message = f"The catalog {file.name} has no list of streams. {advice}"
        raise CatalogError(message)
    return io.StringIO(text)


def _is_catalog(catalog: Any) -> bool:  # any JSON
    streams = catalog.get("streams") if isinstance(catalog, dict) else None
    return isinstance(streams, list) and all(
        isinstance(stream, dict) and "tap_stream_id" in stream for stream in streams
    )


def _place(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}" if error.doc else "empty"
    return "not even text in UTF-8"
