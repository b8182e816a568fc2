"""How a single value is understood that is not written as the documentation has it."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

_DIGITS = re.compile(r"\s*\d{1,18}\s*")
_LONGEST_FORM = 40


def as_documented(value: Any, kind: Any) -> Any:
    """Return a value in the form of its kind, if it is one that is understood.

    A whole number may have a fraction of zero or be text, and a day a time.
    """
    if kind is int and isinstance(value, float) and value.is_integer():
        return int(value)
    if kind is int and isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    if kind is date and isinstance(value, str):
        return str(written_day(value) or value)
    return value


def written_day(text: Any) -> date | None:
    """Return the day in a date or timestamp, as it is written, or None.

    Not moved to UTC: it names the day, and is no moment.
    """
    try:
        return datetime.fromisoformat(text).date()
    except (TypeError, ValueError):
        return None


def as_number(value: Any) -> float:
    """Return a figure as a number, or 0 if it is none."""
    number = as_documented(value, int)
    is_number = isinstance(number, int | float) and not isinstance(number, bool)
    return number if is_number else 0


def form_of(value: Any) -> str:
    """Return what a value looks like without what it says, such as ``99/99/9999``."""
    if isinstance(value, str):
        form = re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", value))
        return f'"{form[:_LONGEST_FORM]}"'
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return "a number" if is_number else str(value).lower().replace("none", "null")
