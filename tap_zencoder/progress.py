"""What a sync tells of itself: how far it is while it runs, what it took at its end."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from tap_zencoder.window import Window

    Reached: TypeAlias = Callable[[date], None]

EVERY = 9.0
"""Seconds between two lines: "at least every ten" is what the README promises."""


class Tally:
    """How many requests a sync made, and how many of them were tried again."""

    def __init__(self) -> None:
        """Start with none."""
        self.requests = 0
        self.retries = 0
        self._lock = threading.Lock()

    def count_request(self) -> None:
        """Take note of a request, from any thread."""
        with self._lock:
            self.requests += 1

    def count_retry(self) -> None:
        """Take note of a failed request that is tried again, from any thread."""
        with self._lock:
            self.retries += 1


def counted(number: int, name: str, plural: str | None = None) -> str:
    """Return a number with what it counts, such as "1 day" or "2 days"."""
    return f"{number} {name if number == 1 else plural or f'{name}s'}"


@contextlib.contextmanager
def shown(stream: str, window: Window) -> Iterator[Reached]:
    """Show how far a stream is in its window; give a function to tell it each day.

    On a terminal this is a bar on stderr, elsewhere a line in the log now and then,
    also while nothing moves.
    """
    with (_bar if _has_terminal() else _lines)(stream, window) as reached:
        yield reached


def _has_terminal() -> bool:
    # One without a width, as some CI systems have it, shows no bar.
    file = sys.stderr
    if file is None:  # closed before the start
        return False
    return file.isatty() and os.get_terminal_size(file.fileno()).columns > 0


@contextlib.contextmanager
def _bar(stream: str, window: Window) -> Iterator[Reached]:
    from tqdm import tqdm  # noqa: PLC0415  # most syncs have no terminal
    from tqdm.contrib.logging import logging_redirect_tqdm  # noqa: PLC0415

    tqdm.monitor_interval = 0  # no thread of its own
    bar = tqdm(total=len(window), desc=stream, unit="day", leave=False)
    with logging_redirect_tqdm(), bar:

        def reached(day: date) -> None:
            bar.set_postfix_str(str(day), refresh=False)
            bar.update(window.position(day) - bar.n)

        yield reached


@contextlib.contextmanager
def _lines(stream: str, window: Window) -> Iterator[Reached]:
    lines = _Lines(stream, window)
    thread = threading.Thread(target=lines.write, name="progress", daemon=True)
    thread.start()
    try:
        yield lines.reached
    finally:
        lines.ended.set()
        thread.join()


class _Lines:
    def __init__(self, stream: str, window: Window) -> None:
        self.ended = threading.Event()
        self._stream = stream
        self._window = window
        self._started = time.monotonic()
        self._day: date | None = None

    def reached(self, day: date) -> None:
        self._day = day

    def write(self) -> None:
        while not self.ended.wait(EVERY):
            logging.getLogger("tap-zencoder.progress").info("%s", self._line())

    def _line(self) -> str:
        seconds = time.monotonic() - self._started
        total = len(self._window)
        if self._day is None:
            days = counted(total, "day")
            return f"{self._stream}: none of {days} yet after {seconds:.0f} s"
        done = self._window.position(self._day)
        left = timedelta(seconds=round(seconds / done * (total - done)))
        return (
            f"{self._stream}: reached {self._day}, day {done} of {total}; "
            f"{done / seconds:.1f} days a second, about {left} left"
        )
