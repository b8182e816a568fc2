"""The rows of the models, as dbt reads them: its connection, its names, its variables.

``dbt run-operation`` prints them, so the page needs neither a driver nor a credential
of its own, and works in any project that has the package.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, takewhile
from pathlib import Path
from typing import Self, TypeAlias


class ReportError(Exception):
    """The page cannot be made, and its text says why."""


Row: TypeAlias = dict[str, str]
"""A row as text, without the columns that are null in it."""

_TABLES = {
    "daily",
    "weekly",
    "monthly",
    "ides",
    "hidden_ides",
    "languages",
    "hidden_languages",
    "depth",
    "segments",
    "newcomers",
    "teams",
    "seat_use",
    "organizations",
    "checks",
}


@dataclass(frozen=True)
class Models:
    """What the page is made from: rows by table, and the variables that matter."""

    rows: dict[str, list[Row]]
    minimum_group: int = 5
    power_days: int = 12
    regular_days: int = 4
    has_seats: bool = False
    has_people: bool = False
    weekend: list[int] = field(default_factory=lambda: [5, 6])
    """Days after Monday on which people do not work."""

    def organizations(self) -> list[str]:
        """Return whom there is a row about, in order."""
        rows = chain.from_iterable(self.rows.values())
        return sorted({row["organization"] for row in rows})

    def table(self, name: str, organization: str) -> list[Row]:
        """Return the rows of one organisation."""
        return [row for row in self.rows[name] if row["organization"] == organization]


class Reading:
    """dbt, at work from the moment this is made, so that other work can go on."""

    def __init__(self, *, build: bool = False) -> None:
        """Start dbt, which builds the models first if asked."""
        script = Path(__file__).with_name("dbt_rows.py")
        # Meltano turns warnings on, and dbt leaves its own log open.
        quiet = ["-W", "ignore::ResourceWarning"]
        options = ["--build"] if build else []
        words = [sys.executable, "-P", *quiet, str(script), *options]
        self._process = subprocess.Popen(  # noqa: S603  # our own program
            words, stdout=subprocess.PIPE, stderr=None if build else subprocess.PIPE
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End dbt, unless it has ended: it locks the file of a DuckDB."""
        with self._process:
            self._process.terminate()

    def models(self) -> Models:
        """Wait for the rows.

        Raises:
            ReportError: dbt failed; the text is what it said.
        """
        out, err = self._process.communicate()
        events = list(_events(out.decode()))
        if self._process.returncode:
            raise ReportError(_reason(events, (err or b"").decode()))
        printed = [text for level, text in events if level == "info"]
        return parsed(printed)


def parsed(printed: list[str]) -> Models:
    """Read what the macro printed: the variables, then a line for each table.

    Raises:
        ReportError: The macro is of another version than this page.
    """
    try:
        settings, *tables = [json.loads(line) for line in printed]
        rows = {table["table"]: _rows(table) for table in tables}
        models = Models(rows, **settings)
    except (KeyError, TypeError, ValueError) as error:
        raise ReportError(_OTHER_VERSION) from error
    if set(rows) != _TABLES:
        raise ReportError(_OTHER_VERSION)
    return models


_OTHER_VERSION = (
    "The dbt package zencoder printed rows that this page cannot read: use both of one "
    "version, and build the models again."
)


def _rows(table: dict[str, list[list[str | None]]]) -> list[Row]:
    names = [str(name) for name in table["columns"]]
    return [
        {name: cell for name, cell in zip(names, row, strict=True) if cell is not None}
        for row in table["rows"]
    ]


def _events(out: str) -> Iterator[tuple[str, str]]:
    for line in out.splitlines():
        try:
            info = json.loads(line)["info"]
            yield info["level"], info["msg"]
        except (KeyError, TypeError, ValueError):
            continue


def _reason(events: list[tuple[str, str]], err: str) -> str:
    """Return dbt's sentence without where in its code it happened."""
    failures = [text for level, text in events if level == "error" and text]
    if failures:
        return sentence(failures[0])
    if "No module named 'dbt'" in err:
        return (
            "There is no dbt in this Python's environment: install what "
            "requirements/dbt-duckdb.txt (or -postgres, -bigquery, -snowflake) lists."
        )
    return " ".join(["dbt failed.", *err.strip().splitlines()[-1:]])


def sentence(text: str) -> str:
    """Return what dbt said, without what kind of error it is and where in its code."""
    lines = [line.strip() for line in text.splitlines()]
    told = list(takewhile(lambda line: line and not line.startswith("> "), lines))
    # Which kind of error it is says nothing where a sentence follows.
    while told[1:] and _KIND.match(told[0]):
        told = told[1:]
    plain = f"dbt: {_WHILE.sub('', ' '.join(told))}"
    # What our macros say is a compilation error for dbt, and complete.
    if "Compilation Error" not in text and _UNKNOWN.search(plain):
        plain += ". The models may be of another version: build them again."
    return plain


_WHILE = re.compile(r"^Encountered an error while running operation: ")
_KIND = re.compile(r"Encountered an error|\w+ Error\b")
_UNKNOWN = re.compile(r"column|invalid identifier|Unrecognized name", re.IGNORECASE)
"""What databases say of a column that is not there."""
