"""Reports fetched ahead of whoever reads them, and handed over in order."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent import futures
from datetime import date, timedelta
from itertools import islice
from typing import Self

from tap_zencoder.api.reports import UsageQuery, UsageReport
from tap_zencoder.days import Window
from tap_zencoder.errors import DayRefusedError, ZencoderError
from tap_zencoder.sync.log import SyncLog
from tap_zencoder.transport.client import Client

AHEAD = 3
"""How many reports are under way or ready for each request allowed at once. With one, a
slow answer in front holds the others up: half the speed where answers take unevenly
long. Beyond three nothing more is won."""

Answer = UsageReport | ZencoderError
_Task = tuple[UsageQuery, futures.Future[UsageReport]]


class ReportsAhead:
    """The answers to some queries, in their order, each asked for once.

    Queries are taken as there is room. Workers are daemons, unlike those of
    `ThreadPoolExecutor`: a tap that has to stop does not wait for one that sleeps
    before a retry.
    """

    def __init__(self, client: Client, queries: Iterable[UsageQuery]) -> None:
        self._client = client
        self._queries = iter(queries)
        self._ahead: deque[_Task] = deque()
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._workers: list[threading.Thread] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        is_over = not self._ahead
        while not self._tasks.empty():
            self._tasks.get()
        for _worker in self._workers:
            self._tasks.put(None)
        for worker in self._workers if is_over else ():
            worker.join()

    def __iter__(self) -> Iterator[tuple[UsageQuery, Answer]]:
        """Yield each query with its report, or with why there is none."""
        self._fetch_ahead()
        while self._ahead:
            query, future = self._ahead.popleft()
            futures.wait([future])
            self._fetch_ahead()  # before the report is used, so that no worker waits
            try:
                answer: Answer = future.result()
            except ZencoderError as error:
                answer = error
            del future
            yield query, answer
            del answer  # one day's memory ends before the next one's begins

    def _fetch_ahead(self) -> None:
        throttle = self._client.throttle
        room = max(0, throttle.allowed * AHEAD - len(self._ahead))
        for query in islice(self._queries, room):
            task = (query, futures.Future[UsageReport]())
            self._ahead.append(task)
            self._tasks.put(task)
            if len(self._workers) < throttle.most:
                worker = threading.Thread(target=self._work, name="fetch", daemon=True)
                self._workers.append(worker)
                worker.start()

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            query, future = task
            try:
                future.set_result(self._client.report(query))
            except BaseException as error:  # noqa: BLE001  # raised where it is awaited
                future.set_exception(error)
            del task, future  # or the report would stay until the next one


def without_refused_ends(
    answers: Iterable[tuple[date, Answer]],
    today: date,
    is_kept: Callable[[date], bool],
    log: SyncLog,
) -> Iterator[tuple[date, Answer]]:
    """Yield days with their answers, without those that the API refuses at the ends.

    At the start they are older than what it keeps, at the end they may not be over in
    its time zone. A refusal in between, of all days that are over, or of a day that it
    must still have is yielded.
    """
    refused: list[tuple[date, DayRefusedError]] = []
    any_answered = False
    yesterday = today - timedelta(days=1)
    for day, answer in answers:
        if isinstance(answer, DayRefusedError) and not (
            any_answered and day < yesterday
        ):
            # Without the traceback, which would keep the whole answer in memory.
            refused.append((day, answer.with_traceback(None)))
            continue
        left_out = [(d, e) for d, e in refused if not any_answered and not is_kept(d)]
        _warn_of(left_out, "They are older than what it keeps", log)
        yield from ((d, e) for d, e in refused if any_answered or is_kept(d))
        refused.clear()
        any_answered = True
        yield day, answer
        del answer
    if refused and not any_answered and refused[0][0] < yesterday:
        yield refused[-1]
    else:
        reason = "They may not be over in the API's time zone; the next sync retries"
        _warn_of(refused, f"{reason} them", log)


def _warn_of(
    refused: list[tuple[date, DayRefusedError]], reason: str, log: SyncLog
) -> None:
    if refused:
        (first, _), (last, error) = refused[0], refused[-1]
        days = Window(first, last)
        log.warn_once(f"The API does not answer for {days}. {reason}. {error}")
