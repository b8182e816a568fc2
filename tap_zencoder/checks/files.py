"""The JSON files a user hands in, each read once: a pipe or ``<(...)`` will do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from tap_zencoder import errors

CATALOG_ADVICE = "Make one with: tap-zencoder --discover > catalog.json"
DEEPEST = 200
"""How many objects and lists may be in each other. Pythons differ in what they read."""


def read_settings(path: str) -> dict[str, Any]:
    """Return the settings in a file, or raise SettingsError."""
    value = _read(path)
    if isinstance(value, str):
        raise errors.SettingsError([f"{path} {value}"])
    return value


def read_state(path: str) -> dict[str, Any]:
    """Return the state in a file, or raise StateError."""
    advice = (
        "Restore its last whole version, or run without a state to sync again from the "
        "start"
    )
    return _object(path, errors.StateError, "The state file", advice)


def read_catalog(path: str) -> dict[str, Any]:
    """Return the catalog in a file, or raise CatalogError."""
    return _object(path, errors.CatalogError, "The catalog", CATALOG_ADVICE)


def _object(
    path: str, error: type[errors.ZencoderError], name: str, advice: str
) -> dict[str, Any]:
    value = _read(path)
    if isinstance(value, str):
        raise error(f"{name} {path} {value}. {advice}.")
    return value


def _read(path: str) -> dict[str, Any] | str:
    """Return the JSON object in a file, or what is wrong with it, as a clause."""
    try:
        value = json.loads(Path(path).read_text(encoding="utf-8-sig"))
        _check_depth(value)
        msgspec.json.encode(value)  # as it will have to be written
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    except RecursionError:
        reason = "nested too deeply"
    except UnicodeDecodeError:
        reason = "not even text in UTF-8"
    except UnicodeError:
        reason = "half of a pair of surrogates"
    except json.JSONDecodeError as error:
        reason = f"line {error.lineno}, column {error.colno}" if error.doc else "empty"
    except ValueError:
        reason = "a number with too many digits"
    else:
        return value if isinstance(value, dict) else "is not a JSON object"
    return f"is not JSON ({reason})"


def _check_depth(value: Any, left: int = DEEPEST) -> None:
    """Raise RecursionError if a value is nested too deeply to be worked with."""
    if not left:
        raise RecursionError
    inner = value.values() if isinstance(value, dict) else value
    for item in inner if isinstance(value, dict | list) else ():
        _check_depth(item, left - 1)
