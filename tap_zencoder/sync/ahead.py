"""Reports fetched ahead of whoever reads them, and handed over in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import islice

from tap_zencoder.api.reports import UsageQuery, UsageReport
from tap_zencoder.errors import ZencoderError
from tap_zencoder.transport.client import Client

AHEAD = 3
"""How many reports are under way or ready for each request allowed at once. With one, a
slow answer in front holds the others up: half the speed where answers take unevenly
long. Beyond three nothing more is won."""
Answer = UsageReport | ZencoderError


def reports_ahead(
    client: Client, queries: Iterable[UsageQuery]
) -> Generator[tuple[UsageQuery, Answer]]:
    """Yield each query with its report, or with why there is none.

    Each is requested once. Queries are taken as there is room.
    """
    coming = iter(queries)
    ahead: deque[tuple[UsageQuery, Future[UsageReport]]] = deque()
    workers = ThreadPoolExecutor(client.throttle.most, "fetch")

    def fetch_ahead() -> None:
        room = max(0, client.throttle.allowed * AHEAD - len(ahead))
        for query in islice(coming, room):
            ahead.append((query, workers.submit(client.report, query)))

    is_over = False
    try:
        fetch_ahead()
        while ahead:
            query, future = ahead.popleft()
            wait([future])
            fetch_ahead()  # before the report is used, so that no worker waits
            try:
                answer: Answer = future.result()
            except ZencoderError as error:
                answer = error
            del future
            yield query, answer
            del answer  # one day's memory ends before the next one's begins
        is_over = True
    finally:  # who sleeps before a retry is not waited for, here and in the command
        workers.shutdown(wait=is_over, cancel_futures=True)
