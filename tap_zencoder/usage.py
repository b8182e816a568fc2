"""The reports of one sync: fetched ahead, in order, and once for all streams."""

from __future__ import annotations

import concurrent.futures
import contextlib
import logging
import threading
import zlib
from collections import Counter, deque
from concurrent.futures import Future
from datetime import timedelta
from itertools import islice
from queue import SimpleQueue
from typing import TYPE_CHECKING, Self, TypeAlias

from tap_zencoder.api import UsageQuery, UsageReport, read_report
from tap_zencoder.errors import DayRefusedError
from tap_zencoder.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from datetime import date
    from types import TracebackType

    from tap_zencoder.client import Zencoder

KEPT_AT_MOST = 32 * 1024 * 1024
"""Bytes of compressed answers kept for other streams: years of a large organisation."""

AHEAD = 3
"""With one, a slow answer in front holds the others up: half the speed where answers
take unevenly long. Beyond three nothing more is won."""

_Task: TypeAlias = tuple[UsageQuery, "Future[UsageReport]"]


class UsageReports:
    """Answers every stream's queries, asking for each day once.

    The first stream that reads a day has it fetched; its body is kept, compressed,
    until the last stream has read it. Past `KEPT_AT_MOST` a day is fetched again
    instead. Streams read one after the other, so this needs no locks.
    """

    def __init__(
        self,
        zencoder: Zencoder,
        windows: Iterable[Window],
        today: date,
    ) -> None:
        """Take the window of each stream that will read."""
        self._zencoder = zencoder
        self.tally = zencoder.tally
        self._today = today
        self._readers = Counter(day for window in windows for day in window)
        self._kept: dict[date, bytes] = {}
        self._kept_bytes = 0
        self._refused: dict[date, DayRefusedError] = {}
        self._told: set[date] = set()
        self.days_read: set[date] = set()
        """The days that a stream has had the report of."""

    def read(self, window: Window) -> Iterator[tuple[date, UsageReport]]:
        """Yield each day of the window with its report, oldest first.

        Days that the API refuses to be asked about are left out at the start of the
        window, where they are older than what it keeps, and at its end, where they may
        not be over in its time zone.

        Raises:
            DayRefusedError: It refused a day in between, or all that are over.
            ZencoderError: A day could not be had. Those before it were yielded.
        """
        left_out: list[date] = []
        any_answered = False
        yesterday = self._today - timedelta(days=1)
        for day, answer in self._answers(window):
            if isinstance(answer, DayRefusedError):
                if any_answered and day < yesterday:
                    raise answer
                left_out.append(day)
                continue
            if left_out and any_answered:
                raise self._refused[left_out[-1]]
            self._tell_of(left_out, "older than what it keeps")
            left_out.clear()
            any_answered = True
            self.days_read.add(day)
            yield day, answer
        if left_out and not any_answered and left_out[0] < yesterday:
            raise self._refused[left_out[-1]]
        self._tell_of(left_out, "perhaps not over in its time zone; the next sync asks")

    def ask(self, queries: Iterable[UsageQuery]) -> Generator[UsageReport]:
        """Yield the report for each query, in their order, several fetched at once.

        Raises:
            ZencoderError: A report could not be had. Those before it were yielded.
        """
        for future in self._fetched(queries):
            yield future.result()

    def _answers(
        self,
        window: Window,
    ) -> Iterator[tuple[date, UsageReport | DayRefusedError]]:
        known = self._kept.keys() | self._refused.keys()
        missing = [UsageQuery.on(day) for day in window if day not in known]
        with contextlib.closing(self._fetched(missing)) as fetched:
            for day in window:
                yield day, self._answer(day, fetched)
            next(fetched, None)  # there is nothing left; it may clear up in peace

    def _answer(
        self,
        day: date,
        fetched: Iterator[Future[UsageReport]],
    ) -> UsageReport | DayRefusedError:
        self._readers[day] -= 1
        if day in self._refused:
            return self._refused[day]
        if day in self._kept:
            report = read_report(UsageQuery.on(day), zlib.decompress(self._kept[day]))
        else:
            try:
                report = next(fetched).result()
            except DayRefusedError as refusal:
                # Without the traceback, which would keep the whole answer in memory.
                self._refused[day] = refusal.with_traceback(None)
                return self._refused[day]
        self._keep_or_drop(day, report)
        return report

    def _fetched(
        self,
        queries: Iterable[UsageQuery],
    ) -> Generator[Future[UsageReport]]:
        """Yield a finished future for each query, in their order.

        Up to `AHEAD` reports for each request allowed at once are under way or ready:
        one that takes its time does not keep the others from being fetched.
        """
        upcoming = iter(queries)
        ahead: deque[Future[UsageReport]] = deque()
        throttle = self._zencoder.throttle
        with (
            self._zencoder.connect() as fetch,
            _Workers(fetch, throttle.most) as workers,
        ):

            def fetch_ahead() -> None:
                room = max(0, throttle.allowed * AHEAD - len(ahead))
                ahead.extend(map(workers.submit, islice(upcoming, room)))

            fetch_ahead()
            while ahead:
                future = ahead.popleft()
                concurrent.futures.wait([future])
                fetch_ahead()  # before the report is used, so that no worker waits
                yield future

    def _tell_of(self, left_out: list[date], reason: str) -> None:
        if left_out and not self._told.issuperset(left_out):
            self._told.update(left_out)
            logging.getLogger("tap-zencoder").warning(
                "The API does not answer for %s: %s. %s",
                Window(left_out[0], left_out[-1]),
                reason,
                self._refused[left_out[-1]],
            )

    def _keep_or_drop(self, day: date, report: UsageReport) -> None:
        if self._readers[day] <= 0:
            self._kept_bytes -= len(self._kept.pop(day, b""))
        elif day not in self._kept and self._kept_bytes < KEPT_AT_MOST:
            self._kept[day] = zlib.compress(report.body, level=1)
            self._kept_bytes += len(self._kept[day])


class _Workers:
    """Threads that fetch, started as they are needed.

    Daemons, unlike those of `ThreadPoolExecutor`: a tap that has to stop does not wait
    for one that sleeps before a retry.
    """

    def __init__(
        self,
        fetch: Callable[[UsageQuery], UsageReport],
        most: int,
    ) -> None:
        self._fetch = fetch
        self._most = most
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for _ in self._threads:
            self._tasks.put(None)
        if kind is None:
            for thread in self._threads:
                thread.join()

    def submit(self, query: UsageQuery) -> Future[UsageReport]:
        """Have a query answered by the next thread that is free."""
        future: Future[UsageReport] = Future()
        self._tasks.put((query, future))
        if len(self._threads) < self._most:
            thread = threading.Thread(target=self._work, name="fetch", daemon=True)
            self._threads.append(thread)
            thread.start()
        return future

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            query, future = task
            try:
                future.set_result(self._fetch(query))
            except BaseException as error:  # noqa: BLE001  # raised where it is awaited
                future.set_exception(error)
