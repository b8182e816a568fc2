"""Reports fetched ahead of whoever reads them, and handed over in order."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent import futures
from datetime import date, timedelta
from itertools import islice
from queue import SimpleQueue
from typing import Self

from tap_zencoder.api.reports import UsageQuery, UsageReport
from tap_zencoder.days import Window
from tap_zencoder.errors import DayRefusedError
from tap_zencoder.transport.client import Client

AHEAD = 3
"""How many reports are under way or ready for each request allowed at once. With one, a
slow answer in front holds the others up: half the speed where answers take unevenly
long. Beyond three nothing more is won."""

Future = futures.Future[UsageReport]


class ReportsAhead:
    """The reports for some queries, in their order, each asked for once.

    Workers are daemons, unlike those of `ThreadPoolExecutor`: a tap that has to stop
    does not wait for one that sleeps before a retry.
    """

    def __init__(self, client: Client, queries: Iterable[UsageQuery]) -> None:
        self._client = client
        self._queries = iter(queries)
        self._ahead: deque[Future] = deque()
        self._tasks: SimpleQueue[tuple[UsageQuery, Future] | None] = SimpleQueue()
        self._workers: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._fetch_ahead()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for _worker in self._workers:
            self._tasks.put(None)
        if kind is None:
            for worker in self._workers:
                worker.join()

    def next(self) -> UsageReport:
        """Return the report for the next query, or raise why it could not be had."""
        future = self._ahead.popleft()
        futures.wait([future])
        self._fetch_ahead()  # before the report is used, so that no worker waits
        return future.result()

    def _fetch_ahead(self) -> None:
        throttle = self._client.throttle
        room = max(0, throttle.allowed * AHEAD - len(self._ahead))
        for query in islice(self._queries, room):
            future = Future()
            self._ahead.append(future)
            self._tasks.put((query, future))
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


def reports_of_days(
    next_report: Callable[[], UsageReport], window: Window | None, today: date
) -> Iterator[tuple[date, UsageReport]]:
    """Yield each day of a window with its report, oldest first.

    Days that the API refuses to be asked about are left out at the start of the window,
    where they are older than what it keeps, and at its end, where they may not be over
    in its time zone.

    Raises:
        DayRefusedError: It refused a day in between, or all that are over.
        ZencoderError: A day could not be had. Those before it were yielded.
    """
    refused: list[tuple[date, DayRefusedError]] = []
    any_answered = False
    yesterday = today - timedelta(days=1)
    for day in window or ():
        try:
            report = next_report()
        except DayRefusedError as refusal:
            if any_answered and day < yesterday:
                raise
            # Without the traceback, which would keep the whole answer in memory.
            refused.append((day, refusal.with_traceback(None)))
            continue
        if refused and any_answered:
            raise refused[-1][1]
        _warn_of_refusals(refused, "They are older than what it keeps")
        refused.clear()
        any_answered = True
        yield day, report
        del report  # one day's memory ends before the next one's begins
    if refused and not any_answered and refused[0][0] < yesterday:
        raise refused[-1][1]
    reason = "They may not be over in the API's time zone; the next sync retries them"
    _warn_of_refusals(refused, reason)


def _warn_of_refusals(refused: list[tuple[date, DayRefusedError]], why: str) -> None:
    if refused:
        days, (_, last) = Window(refused[0][0], refused[-1][0]), refused[-1]
        sentence = f"The API does not answer for {days}. {why}. {last}"
        logging.getLogger("tap-zencoder").warning("%s", sentence)
