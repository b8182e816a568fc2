"""A run of the tap: what it left behind, what every run promises, and a target."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

TODAY = date(2026, 3, 10)
YESTERDAY = TODAY - timedelta(days=1)
A_DAY = {"start_date": "2026-03-06", "end_date": "2026-03-06"}
"""Settings that load one day."""
KEYS = {
    "period_summaries": ("day", "period"),
    "daily": ("day",),
    "daily_ides": ("day", "ide_name"),
    "daily_languages": ("day", "language_name"),
    "users": ("day", "email"),
}
STREAMS = tuple(KEYS)
DAY_STREAMS = STREAMS[1:]


_CATALOG = Path(__file__).parents[1] / "catalog.json"


def catalog_of(*selected: str) -> dict[str, Any]:
    """Return the catalog, with these streams selected and no other."""
    catalog: dict[str, Any] = json.loads(_CATALOG.read_text())
    for entry in catalog["streams"]:
        for place in entry["metadata"]:
            if not place["breadcrumb"]:
                place["metadata"]["selected"] = entry["tap_stream_id"] in selected
    return catalog


@dataclass(frozen=True)
class Run:
    """What a run of the tap left behind."""

    status: int
    output: bytes
    log: str

    @cached_property
    def messages(self) -> list[dict[str, Any]]:
        """Every message on stdout, in order; a torn line fails the test."""
        assert self.output == b"" or self.output.endswith(b"\n")
        return [json.loads(line) for line in self.output.splitlines()]

    def records(self, stream: str) -> list[dict[str, Any]]:
        """The records of a stream, in order."""
        return [
            message["record"]
            for message in self.messages
            if message["type"] == "RECORD" and message["stream"] == stream
        ]

    @property
    def states(self) -> list[dict[str, Any]]:
        """The values of all STATE messages, in order."""
        return [m["value"] for m in self.messages if m["type"] == "STATE"]

    @property
    def errors(self) -> list[str]:
        """The ERROR lines of the log."""
        return [line for line in self.log.splitlines() if "| ERROR " in line]

    @property
    def error(self) -> str:
        """The one ERROR line of a run that failed, without a traceback."""
        assert self.status == 1, self.log
        assert "Traceback" not in self.log
        [line] = self.errors
        return line

    @property
    def warnings(self) -> list[str]:
        """The WARNING lines of the log."""
        return [line for line in self.log.splitlines() if "| WARNING " in line]


def check_records(output: bytes) -> None:
    """Hold each record against the SCHEMA before it; a torn last line is no line."""
    validators: dict[str, Draft202012Validator] = {}
    state_seen = False
    for line in output.splitlines(keepends=True):
        if not line.endswith(b"\n"):
            break
        message = json.loads(line)
        if message["type"] == "SCHEMA":
            schema = message["schema"]
            validator = Draft202012Validator(schema, format_checker=FormatChecker())
            validators[message["stream"]] = validator
        elif message["type"] == "RECORD":
            assert state_seen, "a RECORD before the first STATE"
            validators[message["stream"]].validate(message["record"])
        elif message["type"] == "STATE":
            state_seen = True


def bookmarks(state: dict[str, Any]) -> dict[str, str]:
    """Return the bookmark of each stream in a state that has one."""
    return {
        name: entry["replication_key_value"]
        for name, entry in state["bookmarks"].items()
        if "replication_key_value" in entry
    }


def without_times(run: Run) -> list[dict[str, Any]]:
    """Return the messages of a run but for when their rows were extracted."""
    return [
        {k: v for k, v in message.items() if k != "time_extracted"}
        for message in run.messages
    ]


class Table:
    """A target that knows keys: what is sent again replaces what was there."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, ...], dict[str, Any]] = {}
        self.state: dict[str, Any] | None = None

    def load(self, output: bytes) -> None:
        """Take in whole lines; a last line that is not whole is no line."""
        for line in output.splitlines(keepends=True):
            if not line.endswith(b"\n"):
                break
            message = json.loads(line)
            if message["type"] == "STATE":
                self.state = message["value"]
            elif message["type"] == "RECORD":
                stream, record = message["stream"], message["record"]
                key = (stream, *(record[name] for name in KEYS[stream]))
                self.rows[key] = record

    def of(self, stream: str) -> list[dict[str, Any]]:
        """Return the rows of a stream, ordered by their keys."""
        return sorted(
            (row for (name, *_), row in self.rows.items() if name == stream),
            key=lambda row: [row[name] for name in KEYS[stream]],
        )
