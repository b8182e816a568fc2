"""How far a sync is, while it runs."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from tap_zencoder.days import Window

EVERY = 9.0
"""Seconds between two lines: "at least every ten" is what the README promises."""


@contextmanager
def progress_reporting(window: Window | None) -> Iterator[Callable[[date], None]]:
    """Show how far a sync is in its window; give a function to call with each day.

    On a terminal this is a bar on stderr, elsewhere a line in the log now and then,
    also while nothing moves.
    """
    if window is None:
        yield lambda _: None
    else:
        with (_bar if _has_terminal() else _lines)(window) as report:
            yield report


def _has_terminal() -> bool:
    # One without a width, as some CI systems have it, shows no bar.
    file = sys.stderr
    if file is None:  # closed before the start
        return False
    return file.isatty() and os.get_terminal_size(file.fileno()).columns > 0


@contextmanager
def _bar(window: Window) -> Iterator[Callable[[date], None]]:
    from tqdm import tqdm  # noqa: PLC0415  # most syncs have no terminal
    from tqdm.contrib.logging import logging_redirect_tqdm  # noqa: PLC0415

    tqdm.monitor_interval = 0  # no thread of its own
    bar = tqdm(total=len(window), desc="Syncing", unit="day", leave=False)
    with logging_redirect_tqdm(), bar:

        def report(day: date) -> None:
            bar.set_postfix_str(str(day), refresh=False)
            bar.update(window.position(day) - bar.n)

        yield report


@contextmanager
def _lines(window: Window) -> Iterator[Callable[[date], None]]:
    reached: list[date] = []
    ended = threading.Event()
    started = time.monotonic()

    def write() -> None:
        while not ended.wait(EVERY):
            line = _line(window, reached[-1:], time.monotonic() - started)
            logging.getLogger("tap-zencoder.progress").info("%s", line)

    thread = threading.Thread(target=write, name="progress", daemon=True)
    thread.start()
    try:
        yield reached.append
    finally:
        ended.set()
        thread.join()


def _line(window: Window, reached: list[date], seconds: float) -> str:
    total = len(window)
    if not reached:
        return f"None of {total} days yet after {seconds:.0f} s"
    done = window.position(reached[0])
    left = timedelta(seconds=round(seconds / done * (total - done)))
    return (
        f"Reached {reached[0]}, day {done} of {total}; "
        f"{done / seconds:.1f} days a second, about {left} left"
    )
