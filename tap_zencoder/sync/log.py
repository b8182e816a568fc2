"""What a sync logs: surprises once each, and at its end what it took."""

from __future__ import annotations

import logging
import signal
from collections.abc import Mapping

from tap_zencoder.api.reports import UsageReport
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
        """Log a message."""
        self._logger.info("%s", message)

    def warn_once(self, message: str, first: str = "") -> None:
        """Log a warning, and with it what it was about the first time."""
        if message not in self._warned:
            self._warned.add(message)
            self._logger.warning("%s%s", message, first)

    def warn_of_surprises(self, report: UsageReport) -> None:
        """Log what a report holds beyond the documentation."""
        unknown = [
            f"The API sent a field that this version does not know: {redacted(path)}. "
            "It is kept in additional_fields."
            for path in sorted(report.new_fields)
        ]
        for sentence in [*unknown, *report.surprises]:
            self.warn_once(sentence, f" First seen for {report.query}.")

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
