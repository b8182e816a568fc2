"""What breaks a JSON Schema, in words that a user understands."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, cast

from tap_zencoder.errors import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jsonschema import ValidationError


_NOTHING = (None, "null", "")
_PHRASES = {
    "enum": "must be {}",
    "maximum": "must be at most {}",
    "minimum": "must be at least {}",
    "minProperties": "must not be empty",
    "required": "lacks {}",
    "type": "must be of type {}",
}


def in_words(error: ValidationError) -> str:
    """Return what should be, such as ``must be at most 16``, without the value."""
    wanted: Any = error.validator_value
    values = wanted if isinstance(wanted, list) else [wanted]
    if error.validator == "required":
        values = [name for name in values if name not in cast("Any", error.instance)]
    phrase = _PHRASES.get(str(error.validator), "must be something else")
    return phrase.format(" or ".join(str(v) for v in values if v not in _NOTHING))


def unknown(name: str, known: Iterable[str]) -> str:
    """Return a name that does not exist, with the one that may have been meant."""
    similar = difflib.get_close_matches(name, known, n=1)
    hint = f" (did you mean {similar[0]}?)" if similar else ""
    return f"{quoted(name)}{hint}"
