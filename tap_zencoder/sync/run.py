"""One pass over the days: each is asked for once, and written for all streams at once.

All rows of a day are made before any is written; one STATE message follows them. So a
day is whole in every stream or in none, unless a stream's part of it cannot be read:
that stream stops before the day, and the pass goes on for the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, groupby
from typing import Any

from tap_zencoder.api.objects import ApiObject, Summary
from tap_zencoder.api.reports import PERIODS, UsageQuery, UsageReport
from tap_zencoder.api.rows import period_row
from tap_zencoder.days import Window, WindowSettings, union
from tap_zencoder.errors import ContractError, StreamsStoppedError
from tap_zencoder.streams import DayStream, Stream
from tap_zencoder.sync.bookmarks import Bookmarks
from tap_zencoder.sync.log import SyncLog
from tap_zencoder.sync.messages import MessageWriter
from tap_zencoder.sync.progress import progress_shown
from tap_zencoder.sync.reports import ReportsAhead, reports_of_days
from tap_zencoder.transport.client import Client

Rows = Sequence[ApiObject]


@dataclass
class SyncedStream:
    """A selected stream in one sync.

    ``messages`` makes RECORD messages of rows that came at a moment, as lines, and
    counts them by stream. A stream that is not incremental starts anew in every sync.
    """

    stream: Stream
    is_incremental: bool
    schema_messages: list[dict[str, Any]]
    messages: Callable[[Rows, datetime], tuple[bytes, Mapping[str, int]]]
    failure: str = ""

    @property
    def name(self) -> str:
        """The name of the stream."""
        return self.stream.name


class Sync:
    """A pass over the days of some streams.

    ``limit`` ends it after so many rows, as a dry run of a single stream.
    """

    def __init__(  # noqa: PLR0913  # what a sync is made of
        self,
        streams: Sequence[SyncedStream],
        *,
        client: Client,
        days: WindowSettings,
        today: date,
        state: dict[str, Any],
        writer: MessageWriter,
        limit: int | None = None,
    ) -> None:
        self._streams = streams
        self._client = client
        self._days = days
        self._today = today
        self._state = state
        self._bookmarks = Bookmarks(state, today)
        self._writer = writer
        self._left = limit
        self._log = SyncLog()
        self._has_begun = False
        of_days = [s for s in streams if isinstance(s.stream, DayStream)]
        self._windows = {s.name: self._window(s) for s in of_days}
        self.window = union(self._windows.values())
        """The days that are asked for, or None if there are none."""
        self.days_done = 0

    def run(self) -> None:
        """Sync the streams.

        Raises:
            StreamsStoppedError: Some could not go on, and the others are complete.
            ZencoderError: None could go on. What came before is written.
        """
        self._log_start()
        periods = self._periods()
        days = map(UsageQuery.on, self.window or ())
        queries = chain(map(UsageQuery.over, periods), days)
        with (
            ReportsAhead(self._client, queries) as reports,
            progress_shown(self.window) as show,
        ):
            if periods:
                self._sync_periods([reports.next() for _ in periods])
            of_days = reports_of_days(reports.next, self.window, self._today)
            for day, report in of_days:
                self._sync_day(day, report)
                show(day)
                if self._left == 0:
                    break
        if not self._has_begun:
            self._begin()
        if any(s.failure for s in self._streams):
            raise self._stopped_error()

    def _window(self, synced: SyncedStream) -> Window:
        return self._days.window(today=self._today, bookmark=self._bookmark(synced))

    def _bookmark(self, synced: SyncedStream) -> date | None:
        return self._bookmarks[synced.name] if synced.is_incremental else None

    def _periods(self) -> tuple[str, ...]:
        if all(s.name in self._windows for s in self._streams):
            return ()
        if not self._days.reaches_yesterday(self._today):
            self._log.info("Skipping period_summaries: the API's periods end today.")
            return ()
        return PERIODS

    def _log_start(self) -> None:
        of_days = [s for s in self._streams if s.name in self._windows]

        def start(synced: SyncedStream) -> tuple[str, str]:
            bookmark = self._bookmark(synced) or "none yet"
            return str(self._windows[synced.name]), str(bookmark)

        for (window, bookmark), streams in groupby(sorted(of_days, key=start), start):
            names = ", ".join(s.name for s in streams)
            self._log.info(f"Syncing {window} of {names}; bookmark: {bookmark}")
        done = [s for s in of_days if self._bookmark(s) and not self._windows[s.name]]
        if self._days.end_date is not None and done:
            self._log.warn_once(
                f"The bookmark is past the end_date, {self._days.end_date}: there is "
                "nothing to sync. To have older days again, run without a state."
            )

    def _sync_periods(self, reports: list[UsageReport]) -> None:
        [synced] = [s for s in self._streams if s.name not in self._windows]
        try:
            rows = [period_row(report) for report in reports]
        except ContractError as error:
            self._stop(synced, "this sync", error)
        else:
            end = max(row.end for row in rows)
            self._write([(synced, rows)], reports[-1].received, end)
        for report in reports:
            self._log.warn_of_surprises(report)

    def _sync_day(self, day: date, report: UsageReport) -> None:
        made: list[tuple[SyncedStream, Rows]] = []
        due = [s for s in self._streams if day in self._windows.get(s.name, ())]
        for synced in due:
            if isinstance(synced.stream, DayStream) and not synced.failure:
                try:
                    made.append((synced, synced.stream.rows(report, day)))
                except ContractError as error:
                    self._stop(synced, str(day), error)
        empty = [synced.name for synced, rows in made if not rows]
        if empty and report.object("summary", Summary).total_active_users:
            report.surprises.extend(
                "The API says that users were active, but returned no rows for the "
                f"stream {name}."
                for name in empty
            )
        self._log.warn_of_surprises(report)
        if all(s.failure for s in self._streams if self._windows.get(s.name)):
            raise self._stopped_error()
        if made:  # or all streams of the day have stopped, and others begin later
            self._write(made, report.received, day)
        self.days_done += 1

    def _write(
        self,
        made: Sequence[tuple[SyncedStream, Rows]],
        received: datetime,
        completed: date,
    ) -> None:
        batches = [s.messages(self._within_limit(rows), received) for s, rows in made]
        if not self._has_begun:
            self._begin()
        for lines, records in batches:
            self._writer.write_records(lines, records)
        for synced, _ in made:
            if synced.is_incremental and self._left != 0:
                self._bookmarks.advance(synced.name, completed)
        self._commit()

    def _begin(self) -> None:
        """Write the SCHEMA messages, and the STATE that comes before any RECORD.

        Not before something was answered: with wrong credentials, a loader would make
        empty tables. The STATE says what is loaded before the sync, nothing perhaps:
        target-duckdb 0.8.0 takes the first one that it sees as loaded already.
        """
        self._has_begun = True
        for synced in self._streams:
            for message in synced.schema_messages:
                self._writer.write(message)
        self._commit()

    def _commit(self) -> None:
        self._writer.write({"type": "STATE", "value": self._state})

    def _within_limit(self, rows: Rows) -> Rows:
        if self._left is None:
            return rows
        rows = rows[: self._left]
        self._left -= len(rows)
        return rows

    def _stop(self, synced: SyncedStream, before: str, error: ContractError) -> None:
        synced.failure = f"before {before}: {error}"
        self._log.warn_once(f"Stopping {synced.name} {synced.failure}")

    def _stopped_error(self) -> StreamsStoppedError:
        stopped = [s for s in self._streams if s.failure]
        stopped.sort(key=lambda s: s.failure)
        sentences = [
            f"Stopped {', '.join(s.name for s in group)} {failure}"
            for failure, group in groupby(stopped, lambda s: s.failure)
        ]
        return StreamsStoppedError(" ".join(sentences))
