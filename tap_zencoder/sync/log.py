"""What a sync logs: surprises once each, and at its end what it took."""

from __future__ import annotations

import logging
import signal
from collections.abc import Mapping, Sequence
from datetime import date

from tap_zencoder.api.reports import UsageReport
from tap_zencoder.days import WindowSettings
from tap_zencoder.errors import OutputClosedError, StreamsStoppedError
from tap_zencoder.redact import redacted
from tap_zencoder.transport.client import Tally


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

    def warn_of_surprises(self, report: UsageReport, empty: Sequence[str] = ()) -> None:
        """Log what is odd in a report, given the streams it has no rows for."""
        missing = [
            f"The API says that users were active, but returned no rows for {name}."
            for name in (empty if report.active_users() else ())
        ]
        first = f" First seen for {report.query}"
        for sentence in [*_new_fields(report), *report.surprises, *missing]:
            self.warn_once(sentence, f"{first}.")
        for path, form in sorted(report.findings.odd.items()):
            self.warn_once(
                f"The API sent {redacted(path)} in a form that this version does not "
                "know. The column has what could be read of it, or null; "
                "additional_fields has the original.",
                f"{first}: {redacted(form)}.",
            )
        for path, number in sorted(report.findings.nameless.items()):
            self.warn_once(
                f"The API sent {redacted(path)} without a value. Such rows are kept as "
                'one a day, with the key "(no address)" or "(no name)".',
                f"{first}: {number}.",
            )

    def warn_of_empty_windows(
        self, days: WindowSettings, bookmarks: Sequence[date | None]
    ) -> None:
        """Log why streams with these bookmarks have nothing to sync."""
        start, end = days.start_date, days.end_date
        if end and any(bookmark and bookmark > end for bookmark in bookmarks):
            self.warn_once(
                f"The bookmark is past the end_date, {end}: there is nothing to sync. "
                "To load older days, run with a state of its own."
            )
        elif bookmarks and start:
            self.warn_once(
                f"The start_date, {start}, is after the last day to sync: there is "
                "nothing to do until then."
            )

    def summarise(
        self,
        days: str,
        records: Mapping[str, int],
        tally: Tally,
        seconds: float,
        error: BaseException | None,
    ) -> None:
        """Log what a sync took, and what ended it, if it failed."""
        self._logger.info(
            "Sync %s: %s; records: %s; %s, %s; %.1f s.",
            _outcome(error),
            days,
            ", ".join(f"{n} {name}" for name, n in records.items() if n) or "none",
            counted(tally.requests, "request"),
            counted(tally.retries, "retry", "retries"),
            seconds,
        )


def _new_fields(report: UsageReport) -> list[str]:
    return [
        f"The API sent a field that this version does not know: {redacted(path)}. "
        "It is kept in additional_fields."
        for path in sorted(report.findings.new)
    ]


def counted(number: int, name: str, plural: str | None = None) -> str:
    """Return a number with what it counts, such as "1 day" or "2 days"."""
    return f"{number} {name if number == 1 else plural or f'{name}s'}"


def _outcome(error: BaseException | None) -> str:
    if error is None:
        return "complete"
    if isinstance(error, SystemExit) and isinstance(error.code, int):
        return f"stopped by {signal.Signals(error.code - 128).name}"
    if isinstance(error, OutputClosedError):
        return "stopped, since nobody reads its output"
    if isinstance(error, StreamsStoppedError):
        return "incomplete, as the error below says"
    return "stopped by the error below"
