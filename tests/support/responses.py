"""Responses as the transport hands them over, and a documented answer in them."""

from __future__ import annotations

import copy
import json
from datetime import UTC, date, datetime
from typing import Any

from requests.structures import CaseInsensitiveDict

from tap_zencoder.api.answers import read_answer
from tap_zencoder.api.reports import UsageQuery, UsageReport
from tap_zencoder.api.responses import Response
from tap_zencoder.errors import ContractError
from tap_zencoder.streams import STREAMS
from tap_zencoder.sync.log import SyncLog
from tap_zencoder.sync.messages import record_lines

NOW = datetime(2026, 3, 10, 12, 0, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)
OF_DAY = UsageQuery("day", str(DAY))
OF_PERIOD = UsageQuery("period", "7d")
USER: dict[str, Any] = {
    "email": "a@example.com",
    "messages": 5,
    "last_active": "2026-03-02",
    "ides": ["VS Code"],
    "languages": ["Go", "Python"],
}
ENTRY: dict[str, Any] = {
    "day": "2026-03-02",
    "active_users": 1,
    "messages": 5,
    "ides": [{"ide_name": "VS Code", "engaged_users": 1}],
    "languages": [{"language_name": "Go", "engaged_users": 1}],
}
_DATA: dict[str, Any] = {
    "period": {"start": "2026-03-02", "end": "2026-03-02", "days": 1},
    "summary": {"total_active_users": 1, "total_messages": 5},
    "users": [USER],
    "daily": [ENTRY],
}


def response(status: int, body: Any, **headers: str) -> Response:
    """Return a response; the body may be bytes, or what becomes JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, CaseInsensitiveDict(named), content, NOW)


def documented(**data: Any) -> dict[str, Any]:
    """Return the data of an answer about `DAY`, with other parts as given."""
    return copy.deepcopy({**_DATA, **data})


def report(query: UsageQuery = OF_DAY, **data: Any) -> UsageReport:
    """Return the report in an answer with the `documented` data, or with others."""
    body = {"status": "success", "data": documented(**data)}
    return read_answer(query, response(200, body))


class _Sentences(SyncLog):
    """A log that keeps what it would warn of."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[str] = []

    def warn_once(self, message: str, first: str = "") -> None:
        self.kept.append(message + first)


def warnings(found: UsageReport) -> list[str]:
    """Return what a sync warns of after it has read a report."""
    log = _Sentences()
    log.warn_of_surprises(found)
    return log.kept


def loaded(found: UsageReport) -> tuple[dict[str, list[dict[str, Any]]], set[str]]:
    """Return the records of each stream, and the streams that stop."""
    records, stopped = {}, set()
    for stream in STREAMS:
        try:
            rows = stream.rows(found, DAY)
        except ContractError:
            stopped.add(stream.name)
        else:
            lines = record_lines(stream.name, rows, NOW).splitlines()
            records[stream.name] = [json.loads(line)["record"] for line in lines]
    return records, stopped
