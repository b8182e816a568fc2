"""What a sync logs: how far it is, surprises once each, and at its end what it took."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import groupby

from tap_zencoder import errors
from tap_zencoder.api.objects import Summary
from tap_zencoder.api.reports import UsageReport
from tap_zencoder.days import Window, ranges
from tap_zencoder.redact import redacted
from tap_zencoder.sync.messages import SyncedStream

EVERY = 9.0
"""Seconds between two lines: "at least every ten" is what the README promises."""


class SyncLog:
    """The log of one sync."""

    def __init__(self) -> None:
        # Not of the module: a logging configuration, which is read after the imports,
        # disables the loggers that it finds.
        self._logger = logging.getLogger("tap-zencoder")
        self._warned: set[str] = set()

    def info(self, message: str) -> None:
        self._logger.info("%s", message)

    def warn_once(self, message: str, first: str = "") -> None:
        """Log a warning, and with it what it was about the first time."""
        if message not in self._warned:
            self._warned.add(message)
            self._logger.warning("%s%s", message, first)

    def start(self, streams: Sequence[SyncedStream], skipped: Sequence[date]) -> None:
        """Log what these streams will sync, and which days are left out for now."""

        def about(synced: SyncedStream) -> str:
            return f"{synced.window}: %s; bookmark: {synced.bookmark or 'none yet'}"

        for line, of_line in groupby(sorted(streams, key=about), about):
            self.info(f"Syncing {line % ', '.join(s.name for s in of_line)}")
        if skipped:
            self.warn_once(
                f"Skipping {ranges(skipped)} (skip_days). The bookmarks stay before "
                f"{skipped[0]}, so these days are synced once you remove them."
            )
        for window in (s.window for s in streams if s.window is not None):
            if not window:
                self.warn_once(
                    f"Nothing to sync: the next day would be {window.first}, but syncs "
                    f"end with {window.last}. Check start_date, end_date and "
                    "delay_days; to load older days, use a separate state."
                )

    def warn_of_quiet_days(self, quiet: Sequence[date]) -> None:
        if quiet:
            self.warn_once(
                f"The API has nothing for {ranges(quiet)}, between days with an "
                "answer: synced as days without activity."
            )

    def warn_of_surprises(self, report: UsageReport, empty: Sequence[str] = ()) -> None:
        """Log what is odd in a report, given the streams that have no rows for it."""
        notes = dict(report.notes)
        for path in sorted(report.new):
            place = redacted(f"$.data.{path}")
            new = f"The API sent {place}, which this version does not know."
            notes[f"{new} It is kept in additional_fields."] = ""
        for name in empty if _is_active(report) else ():
            missing = "The API says that users were active, but returned no rows for"
            notes[f"{missing} {name}."] = ""
        for sentence, detail in notes.items():
            more = f": {detail}" if detail else ""
            self.warn_once(sentence, f" First seen for {report.query}{more}.")

    def summarise(
        self,
        days: str,
        records: Mapping[str, int],
        requests: tuple[int, int],
        seconds: float,
        error: BaseException | None,
    ) -> None:
        """Log what a sync took (requests and retries too), and how it ended."""
        of_streams = ", ".join(f"{n} {name}" for name, n in records.items() if n)
        self.info(
            f"Sync {_outcome(error)}: {days}; records: {of_streams or 'none'}; "
            f"{counted(requests[0], 'request')}, "
            f"{counted(requests[1], 'retry', 'retries')}; {seconds:.1f} s."
        )


def counted(number: int, name: str, plural: str | None = None) -> str:
    """Return a number with what it counts, such as "1 day" or "2 days"."""
    return f"{number} {name if number == 1 else plural or f'{name}s'}"


def _is_active(report: UsageReport) -> bool:
    try:
        return report.object("summary", Summary).total_active_users > 0
    except errors.ContractError:
        return False


def _outcome(error: BaseException | None) -> str:
    if error is None:
        return "complete"
    if isinstance(error, SystemExit) and isinstance(error.code, int):
        return f"stopped by {signal.Signals(error.code - 128).name}"
    if isinstance(error, errors.OutputClosedError):
        return "stopped, because nobody reads its output"
    if isinstance(error, errors.StreamsStoppedError):
        return "incomplete, see the error below"
    return "stopped by the error below"


@contextmanager
def progress_reporting(window: Window | None) -> Iterator[Callable[[date], None]]:
    """Show how far a sync is; give a function to call with each day.

    On a terminal as a bar, elsewhere as a line now and then, also while nothing moves.
    """
    if window is None:
        yield lambda _: None
        return
    # A terminal without a width, as some CI systems have it, shows no bar.
    file = sys.stderr  # None if it was closed before the start
    is_terminal = file is not None and file.isatty()
    has_width = is_terminal and os.get_terminal_size(file.fileno()).columns > 0
    with (_bar if has_width else _lines)(window) as report:
        yield report


@contextmanager
def _bar(window: Window) -> Iterator[Callable[[date], None]]:
    from tqdm import tqdm  # noqa: PLC0415  # most syncs have no terminal
    from tqdm.contrib.logging import logging_redirect_tqdm  # noqa: PLC0415

    tqdm.monitor_interval = 0  # no extra thread
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
    pace = f"{done / seconds:.1f} days a second, about {left} left"
    return f"Reached {reached[0]}, day {done} of {total}; {pace}"
