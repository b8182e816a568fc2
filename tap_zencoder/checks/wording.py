"""Problems in words that a user understands."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from jsonschema import ValidationError

from tap_zencoder.redact import redacted

_PHRASES = {
    "maximum": "must be at most {}",
    "minimum": "must be at least {}",
    "type": "must be of type {}",
    "pattern": "holds characters that cannot be sent: check how it was copied",
}


def violation_message(error: ValidationError) -> str:
    """Return what should be, such as ``must be at most 16``, without the value."""
    wanted: Any = error.validator_value
    values = wanted if isinstance(wanted, list) else [wanted]
    phrase = _PHRASES.get(str(error.validator), "must be something else")
    return phrase.format(" or ".join(str(v) for v in values if v != "null"))


def unknown_name(name: str, known: Iterable[str]) -> str:
    """Return a name that does not exist, with the one that may have been meant."""
    similar = difflib.get_close_matches(name, known, n=1)
    hint = f" (did you mean {similar[0]}?)" if similar else ""
    return f"{redacted(name)}{hint}"
