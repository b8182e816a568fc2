"""Problems in words that a user understands."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from jsonschema import ValidationError

from tap_zencoder.redact import redacted

_NOTHING = (None, "null", "")
_PHRASES = {
    "enum": "must be {}",
    "maximum": "must be at most {}",
    "minimum": "must be at least {}",
    "required": "lacks {}",
    "type": "must be of type {}",
}


def violation_message(error: ValidationError) -> str:
    """Return what should be, such as ``must be at most 16``, without the value."""
    wanted: Any = error.validator_value
    values = wanted if isinstance(wanted, list) else [wanted]
    if error.validator == "required":
        instance: Any = error.instance
        values = [name for name in values if name not in instance]
    phrase = _PHRASES.get(str(error.validator), "must be something else")
    return phrase.format(" or ".join(str(v) for v in values if v not in _NOTHING))


def unknown_name(name: str, known: Iterable[str]) -> str:
    """Return a name that does not exist, with the one that may have been meant."""
    similar = difflib.get_close_matches(name, known, n=1)
    hint = f" (did you mean {similar[0]}?)" if similar else ""
    return f"{redacted(name)}{hint}"
