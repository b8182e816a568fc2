"""Reports fetched ahead of whoever reads them, and handed over in order."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent import futures
from datetime import date
from itertools import islice
from typing import Self

from tap_zencoder.api.reports import UsageQuery, UsageReport, no_activity
from tap_zencoder.api.responses import CHECK_ADDRESSES
from tap_zencoder.days import Window
from tap_zencoder.errors import (
    DayEmptyError,
    DayRefusedError,
    ExhaustedError,
    ZencoderError,
)
from tap_zencoder.sync.log import SyncLog
from tap_zencoder.transport.client import Client

AHEAD = 3
"""How many reports are under way or ready for each request allowed at once. With one, a
slow answer in front holds the others up: half the speed where answers take unevenly
long. Beyond three nothing more is won."""

Answer = UsageReport | ZencoderError
_Unanswered = tuple[date, DayRefusedError | DayEmptyError]
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
                self._start(worker)

    def _start(self, worker: threading.Thread) -> None:
        try:
            worker.start()
        except RuntimeError as error:  # what Python makes of it
            if not self._workers:
                raise ExhaustedError("threads (ulimit -u)") from error
        else:
            self._workers.append(worker)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            query, future = task
            try:
                future.set_result(self._client.report(query))
            except BaseException as error:  # noqa: BLE001  # raised where it is awaited
                future.set_exception(error)
            del task, future  # or the report would stay until the next one


def settled_answers(  # noqa: PLR0913  # what the meaning of a refusal depends on
    answers: Iterable[tuple[date, Answer]],
    *,
    today: date,
    is_kept: Callable[[date], bool],
    most_late: int,
    was_answered: bool,
    log: SyncLog,
) -> Iterator[tuple[date, Answer]]:
    """Yield days with their answers, once it is clear what a day without one means.

    Refused at the start, a day is older than what the API keeps, and left out, unless
    it must still be there. Without an answer at the end, it may not be there yet: the
    last ``most_late`` days before today are left to the next sync. In between, a
    refusal is yielded, and nothing at all is a day without activity, as it is wherever
    anything ``was_answered``.
    """
    waiting: list[_Unanswered] = []
    is_start = True
    for day, answer in answers:
        if isinstance(answer, DayRefusedError | DayEmptyError):
            # Without the traceback, which would keep the whole answer in memory.
            waiting.append((day, answer.with_traceback(None)))
            continue
        yield from _resolved(waiting, is_kept if is_start else _always, log)
        waiting.clear()
        is_start = False
        yield day, answer
        del answer
    if all((today - day).days <= most_late for day, _ in waiting):
        reason = "They may not be over in the API's time zone; the next sync retries"
        _warn_of(waiting, f"{reason} them", log)
    elif is_start and not was_answered:
        day, error = waiting[-1]
        yield day, type(error)(f"{error} {CHECK_ADDRESSES}.")
    else:
        yield from _resolved(waiting, _always, log)


def _resolved(
    waiting: list[_Unanswered],
    is_kept: Callable[[date], bool],
    log: SyncLog,
) -> Iterator[tuple[date, Answer]]:
    """Yield days without an answer that come before others, with what that means."""
    left_out = [
        (day, error)
        for day, error in waiting
        if isinstance(error, DayRefusedError) and not is_kept(day)
    ]
    _warn_of(left_out, "They are older than what it keeps", log)
    for day, error in waiting:
        if isinstance(error, DayEmptyError):
            log.warn_once(
                "The API returned nothing at all for some days. They are taken for "
                "days without activity.",
                f" First seen for {day}.",
            )
            yield day, no_activity(day)
        elif (day, error) not in left_out:
            yield day, error


def _always(_: date) -> bool:
    return True


def _warn_of(unanswered: Sequence[_Unanswered], reason: str, log: SyncLog) -> None:
    if unanswered:
        (first, _), (last, error) = unanswered[0], unanswered[-1]
        days = Window(first, last)
        log.warn_once(f"The API does not answer for {days}. {reason}. {error}")
