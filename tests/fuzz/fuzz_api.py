"""Coverage-guided fuzzing of the API's contract: `make fuzz`.

Any bytes, as an answer of either endpoint, end in data or in one of the tap's own
errors, in bounded time and memory.
"""

from __future__ import annotations

import contextlib
import json
import sys
from datetime import UTC, date, datetime

import atheris

with atheris.instrument_imports(include=["tap_zencoder"]):
    from tap_zencoder.api.answers import read_answer
    from tap_zencoder.api.reports import UsageQuery
    from tap_zencoder.api.responses import Response
    from tap_zencoder.errors import ZencoderError
    from tap_zencoder.streams import STREAMS
    from tap_zencoder.sync.messages import record_lines
    from tap_zencoder.transport.authentication import read_token

NOW = datetime(2026, 3, 10, tzinfo=UTC)
TODAY = date(2026, 3, 2)
QUERY = UsageQuery("day", str(TODAY))
IDE = {"ide_name": "VS Code", "engaged_users": 1}
LANGUAGE = {"language_name": "Go", "engaged_users": 1}
DAY = {"day": "2026-03-02", "active_users": 1, "messages": 5}
USER = {"email": "a", "messages": 5, "last_active": "2026-03-02"}
USER |= {"ides": ["VS Code"], "languages": ["Go"]}
DATA = {
    "period": {"start": "2026-03-02", "end": "2026-03-02", "days": 1},
    "summary": {"total_active_users": 1, "total_messages": 5},
    "users": [USER, {**USER, "messages": 6}],  # to be merged
    "daily": [{**DAY, "ides": [IDE], "languages": [LANGUAGE]}],
}
ANSWER = {"status": "success", "data": DATA}


def frames() -> list[bytes]:
    """Return sound answers with a place for the input: a part of them, or a field more.

    Few bytes of chance would ever be such an answer.
    """
    whole = json.dumps(ANSWER)
    parts = ['"2026-03-02"', "5", "1", json.dumps(IDE), '"VS Code"']
    parts += ['"success"', json.dumps(DATA), *map(json.dumps, DATA.values())]
    found = [whole.replace(part, "%s") for part in parts]
    new = ('"email"', '"day"', '"ide_name"')
    found += [whole.replace(field, f'"new": %s, {field}') for field in new]
    return [b"%s", *(frame.encode() for frame in found)]


FRAMES = frames()


def one_input(data: bytes) -> None:
    """Read the input as an answer of both endpoints, and its rows as messages."""
    source = atheris.FuzzedDataProvider(data)
    status = source.PickValueInList([200, 200, 400, 401, 429, source.ConsumeInt(2)])
    headers = {"Retry-After": source.ConsumeUnicode(20)}
    frame = source.PickValueInList(FRAMES)
    content = source.ConsumeBytes(sys.maxsize)
    body = frame.replace(b"%s", content)
    response = Response(status, headers, body, NOW, ("the-secret",))
    with contextlib.suppress(ZencoderError):
        read_token(response)
    with contextlib.suppress(ZencoderError):
        report = read_answer(QUERY, response)
        for stream in STREAMS:
            with contextlib.suppress(ZencoderError):
                record_lines(stream.name, stream.rows(report, TODAY), NOW)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
