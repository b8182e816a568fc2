"""Settings in the environment: ``TAP_ZENCODER_*``.

Only the environment: no file is read that the user did not name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from tap_zencoder.checks.wording import unknown_name

PREFIX = "TAP_ZENCODER_"
Properties = Mapping[str, Mapping[str, Any]]
_TRUE = ("true", "1", "yes", "on")
_FALSE = ("false", "0", "no", "off")


def read_environment(
    environment: Mapping[str, str], properties: Properties
) -> dict[str, Any]:
    """Return the settings in the environment, by name; an empty one is not set.

    Text that is none of the setting's type is left for `checks.settings` to name.
    """
    return {
        name: _value(environment[PREFIX + name.upper()], schema)
        for name, schema in properties.items()
        if environment.get(PREFIX + name.upper())
    }


def unknown_variables(
    environment: Iterable[str], properties: Properties
) -> Iterable[str]:
    """Yield a sentence for each variable that looks like a setting and is none."""
    # Meltano's own variables have two underscores. Those of a plugin that inherits have
    # its name before that of the setting, and those of an object its members after it.
    endings = tuple(f"_{name}" for name in (*properties, "loglevel"))
    beginnings = tuple(
        f"{name}_" for name, schema in properties.items() if "object" in schema["type"]
    )
    for variable in environment:
        name = variable.removeprefix(PREFIX).lower()
        if not variable.startswith(PREFIX) or "__" in variable:
            continue
        if not f"_{name}".endswith(endings) and not name.startswith(beginnings):
            unknown = unknown_name(name, properties).removeprefix(name)
            yield f"Ignoring {variable}: unknown setting{unknown}."


def as_boolean(text: str) -> bool | None:
    """Return what a word such as ``yes`` or ``false`` says, or None."""
    word = text.strip().lower()
    return word in _TRUE if word in (*_TRUE, *_FALSE) else None


def _value(text: str, schema: Mapping[str, Any]) -> Any:
    if "string" in schema["type"]:
        return text
    if "boolean" in schema["type"] and (said := as_boolean(text)) is not None:
        return said
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text
