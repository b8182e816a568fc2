"""Where settings, state and catalog come from: files and ``TAP_ZENCODER_*``.

No file is read that the user did not name, and each once: a pipe or ``<(...)`` will do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from tap_zencoder.errors import (
    CatalogError,
    SettingsError,
    StateError,
    ZencoderError,
    unknown_name,
)
from tap_zencoder.redact import redacted

CATALOG_ADVICE = "Make one with: tap-zencoder --discover > catalog.json"
PREFIX = "TAP_ZENCODER_"
_SANDBOX = "ZENCODER_SANDBOX"
"""Set by `zencoder-sandbox -- COMMAND`: the settings that lead to it, as JSON."""
Properties = Mapping[str, Mapping[str, Any]]
_TRUE = ("true", "1", "yes", "on")
_FALSE = ("false", "0", "no", "off")
_DEEPEST = 200
"""How many objects and lists may be in each other: what copies them has its limit."""


def read_json(path: str, error_of: Callable[[str], ZencoderError]) -> dict[str, Any]:
    """Return the JSON object in a file, or raise the error of what is wrong with it."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        value: dict[str, Any] = msgspec.json.decode(text, type=dict[str, Any])
        _check_depth(value)
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
    except RecursionError:
        problem = "is nested too deeply"
    except UnicodeDecodeError:
        problem = "is not text in UTF-8"
    except msgspec.ValidationError as error:
        is_other = "Expected `object`" in str(error)
        problem = "is not a JSON object" if is_other else f"cannot be used ({error})"
    except msgspec.DecodeError as error:
        problem = f"is not JSON ({error if text.strip() else 'empty'})"
    else:
        return value
    raise error_of(f"{redacted(path)} {problem}")


def settings_error(problem: str) -> SettingsError:
    """Return the error for a file of settings."""
    return SettingsError([problem])


def state_error(problem: str) -> StateError:
    """Return the error for a file with a state."""
    return StateError(
        f"The state file {problem}. Restore its last whole version, or run without a "
        "state to sync again from the start."
    )


def catalog_error(problem: str) -> CatalogError:
    """Return the error for a catalog."""
    return CatalogError(f"The catalog {problem}. {CATALOG_ADVICE}")


def _check_depth(value: Any, left: int = _DEEPEST) -> None:
    """Raise RecursionError if a value is nested too deeply to be worked with."""
    if not left:
        raise RecursionError
    inner = value.values() if isinstance(value, dict) else value
    for item in inner if isinstance(value, dict | list) else ():
        _check_depth(item, left - 1)


def read_environment(
    environment: Mapping[str, str], properties: Properties
) -> dict[str, Any]:
    """Return the settings in the environment, by name; an empty one is not set.

    Text that is none of the setting's type is left for `checks.settings` to name.
    """
    given = {name: environment.get(PREFIX + name.upper()) for name in properties}
    return {
        name: _value(text, properties[name]["type"])
        for name, text in given.items()
        if text
    }


def read_sandbox(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of the sandbox that runs this command, if one does."""
    text = environment.get(_SANDBOX)
    if not text:
        return {}
    try:
        return msgspec.json.decode(text, type=dict[str, str])
    except msgspec.MsgspecError as error:
        problem = f"{_SANDBOX} was not set by zencoder-sandbox: unset it"
        raise SettingsError([problem]) from error


def unknown_variables(
    environment: Iterable[str], properties: Properties
) -> Iterator[str]:
    """Yield a sentence for each variable that looks like a setting and is none."""
    # Meltano's own variables have two underscores. Those of a plugin that inherits have
    # its name before that of the setting, and those of an object its members after it.
    endings = tuple(f"_{name}" for name in (*properties, "loglevel"))
    objects = tuple(f"{n}_" for n, of in properties.items() if "object" in of["type"])
    for variable in environment:
        name = variable.removeprefix(PREFIX).lower()
        is_ours = variable.startswith(PREFIX) and "__" not in variable
        if (
            is_ours
            and not f"_{name}".endswith(endings)
            and not name.startswith(objects)
        ):
            unknown = unknown_name(name, properties).removeprefix(name)
            yield f"Ignoring {variable}: unknown setting{unknown}."


def as_boolean(text: str) -> bool | None:
    """Return what a word such as ``yes`` or ``false`` says, or None."""
    word = text.strip().lower()
    return word in _TRUE if word in (*_TRUE, *_FALSE) else None


def _value(text: str, types: Any) -> Any:
    if "string" in types:
        return text
    if "boolean" in types and (said := as_boolean(text)) is not None:
        return said
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text
