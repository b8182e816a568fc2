"""Tables as CSV in a link, which needs no server and no script."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from datetime import date
from typing import TypeAlias
from urllib.parse import quote

Value: TypeAlias = str | int | float | date | None

_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it, Excel takes UTF-8 for something else."""
_FORMULA = tuple("=+-@")
_UNSEEN = ("C", "Z")
"""Categories of Unicode: controls and what has no width, and spaces."""
_LONGEST = 60


def link(rows: list[list[Value]]) -> str:
    """Return the rows as a ``data:`` address.

    Neither a name nor a heading can become a formula in a spreadsheet.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerows([harmless(value) for value in row] for row in rows)
    content = _BYTE_ORDER_MARK + text.getvalue()
    return f"data:text/csv;charset=utf-8,{quote(content, safe=',:.-_')}"


def harmless(value: Value) -> Value:
    """Return what a spreadsheet takes for text, if it is text."""
    if isinstance(value, float):
        return round(value, 4)
    if not isinstance(value, str) or not value:
        return value
    begins = next((x for x in value if unicodedata.category(x)[0] not in _UNSEEN), "")
    # Signs of full width are read as those of usual width.
    sign = unicodedata.normalize("NFKC", begins).startswith(_FORMULA)
    control = unicodedata.category(value[0]) == "Cc"
    return f"'{value}" if sign or control else value


def plain_names(names: list[str]) -> list[str]:
    """Return each name as it can be part of that of a file, no two the same."""
    plain: list[str] = []
    for name in names:
        letters = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:_LONGEST]
        base = letters.strip("-.") or "organisation"
        number, unique = 2, base
        while unique.casefold() in {other.casefold() for other in plain}:
            unique = f"{base}-{number}"
            number += 1
        plain.append(unique)
    return plain
