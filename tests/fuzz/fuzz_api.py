"""Coverage-guided fuzzing of the API's contract: `make fuzz`.

Any bytes, as an answer of either endpoint, end in data or in one of the tap's own
errors, in bounded time and memory.
"""

from __future__ import annotations

import contextlib
import sys
from datetime import UTC, date, datetime

import atheris

with atheris.instrument_imports(include=["tap_zencoder"]):
    from tap_zencoder import api, objects
    from tap_zencoder.errors import ZencoderError
    from tap_zencoder.responses import Response

NOW = datetime(2026, 3, 10, tzinfo=UTC)
QUERY = api.UsageQuery.on(date(2026, 3, 2))
# What gets through the first check more often than pure chance would.
FRAMES = (b"%s", b'{"data":%s}', b'{"data":{"users":%s,"daily":%s}}')


def one_input(data: bytes) -> None:
    """Read the input as an answer of both endpoints."""
    source = atheris.FuzzedDataProvider(data)
    status = source.PickValueInList([200, 200, 400, 401, 429, source.ConsumeInt(2)])
    headers = {"Retry-After": source.ConsumeUnicode(20)}
    frame = source.PickValueInList(list(FRAMES))
    content = source.ConsumeBytes(sys.maxsize)
    body = frame.replace(b"%s", content)
    response = Response(status, headers, body, NOW, ("the-secret",))
    with contextlib.suppress(ZencoderError):
        api.read_token(response)
    with contextlib.suppress(ZencoderError):
        report = api.read_usage(QUERY, response)
        for part in (report.daily, report.users, report.totals):
            with contextlib.suppress(ZencoderError):
                rows = part()
                if isinstance(rows, list):
                    objects.merge_duplicates(rows, ["messages"])


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
