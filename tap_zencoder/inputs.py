"""The JSON files a user hands in, read before the SDK does to explain what is wrong."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

from tap_zencoder import catalog
from tap_zencoder.errors import CatalogError, SettingsError, StateError

if TYPE_CHECKING:
    from collections.abc import Collection

UNREADABLE = (ValueError, RecursionError)
"""What reading JSON raises where there is none."""


def check_config_file(path: str) -> None:
    """Refuse a configuration file that cannot be read.

    Raises:
        SettingsError: It is not there, or no JSON object.
    """
    try:
        config = _read(Path(path).read_text(encoding="utf-8"))
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
        state = _read(text)
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
        entries = _read(text)
    except UNREADABLE as error:
        raise _bad_catalog(file, f"is not JSON ({_place(error)})") from error
    for problem in catalog.problems(entries, streams):
        raise _bad_catalog(file, f"cannot be used: {problem}")
    return io.StringIO(text)


def _bad_catalog(file: IO[str], problem: str) -> CatalogError:
    advice = "Make one with: tap-zencoder --discover > catalog.json"
    return CatalogError(f"The catalog {file.name} {problem}. {advice}")


def _read(text: str) -> Any:
    """Read JSON, without the numbers that Python knows and JSON does not."""
    return json.loads(text, parse_constant=_refuse)


def _refuse(constant: str) -> NoReturn:
    problem = f"{constant} is no number"
    raise ValueError(problem)


def _place(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}" if error.doc else "empty"
    if isinstance(error, RecursionError):
        return "too many objects in others"
    if isinstance(error, UnicodeError):
        return "not even text in UTF-8"
    return str(error)
