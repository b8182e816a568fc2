"""One pass over the days: each is asked for once, and written for all streams at once.

All rows of a day are made before any is written; one STATE message follows them. So a
day is whole in every stream or in none, unless a stream's part of it cannot be read:
that stream stops before the day, and the pass goes on for the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import chain, groupby, islice
from typing import Any

from tap_zencoder import errors
from tap_zencoder.api.reports import PERIODS, UsageQuery, UsageReport
from tap_zencoder.api.rows import period_row
from tap_zencoder.days import DEFAULT_HISTORY_DAYS, WindowSettings, union
from tap_zencoder.streams import DayStream
from tap_zencoder.sync.bookmarks import Bookmarks
from tap_zencoder.sync.log import SyncLog, counted
from tap_zencoder.sync.messages import MessageWriter
from tap_zencoder.sync.progress import progress_reporting
from tap_zencoder.sync.reports import Answer, ReportsAhead, settled_answers
from tap_zencoder.sync.synced_stream import Rows, SyncedStream
from tap_zencoder.transport.client import Client

_OF_ONE_DAY = (
    errors.ContractError,
    errors.RequestRejectedError,
    errors.UnavailableError,
    errors.BodyTooLargeError,
)
"""Errors that concern the streams of the day they are about, and no other."""


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
        self._day_streams = [s for s in streams if isinstance(s.stream, DayStream)]
        for synced in self._day_streams:
            if synced.is_incremental:
                synced.bookmark = self._bookmarks[synced.name]
            synced.window = days.window(today=today, bookmark=synced.bookmark)
        self._window = union(s.window for s in self._day_streams if s.window)
        self._days_done = 0

    @property
    def progress(self) -> str:
        """How many days are done, such as "90 days" or "4 of 14 days"."""
        total, done = len(self._window or ()), self._days_done
        return counted(done, "day") if done == total else f"{done} of {total} days"

    def run(self) -> None:
        """Sync the streams.

        Raises:
            StreamsStoppedError: Some could not go on, and the others are complete.
            ZencoderError: None could go on. What came before is written.
        """
        self._log_start()
        try:
            self._pass()
        except errors.ZencoderError as error:
            if stopped := self._stopped():
                raise errors.StreamsStoppedError(f"{stopped} {error}") from error
            raise
        if not self._has_begun:
            self._begin()
        if stopped := self._stopped():
            raise errors.StreamsStoppedError(stopped)

    def _pass(self) -> None:
        periods = self._periods()
        queries = chain(periods, self._queries_of_days())
        with (
            ReportsAhead(self._client, queries) as ahead,
            progress_reporting(self._window) as report_progress,
        ):
            answers = iter(ahead)
            if periods:
                self._sync_periods([a for _, a in islice(answers, len(periods))])
            of_days = ((date.fromisoformat(q.value), answer) for q, answer in answers)
            for day, answer in settled_answers(
                of_days,
                today=self._today,
                is_kept=self._is_kept,
                most_late=self._days.most_late,
                was_answered=bool(periods),
                log=self._log,
            ):
                if due := self._due(day):
                    self._sync_day(due, day, answer)
                report_progress(day)
                if self._left == 0:
                    break
                del answer  # one day's memory ends before the next one's begins

    def _queries_of_days(self) -> Iterator[UsageQuery]:
        # Taken little by little: a day whose streams have stopped is not asked for.
        for day in self._window or ():
            if self._due(day) and day not in self._days.skip_days:
                yield UsageQuery("day", day.isoformat())

    def _due(self, day: date) -> list[SyncedStream]:
        return [s for s in self._live() if s.window and day in s.window]

    def _is_kept(self, day: date) -> bool:
        """Return whether the API must have a day, since a stream has come so far."""
        is_recent = (self._today - day).days < DEFAULT_HISTORY_DAYS
        after_bookmark = any(s.bookmark and s.bookmark < day for s in self._due(day))
        return is_recent and after_bookmark

    def _live(self) -> list[SyncedStream]:
        return [s for s in self._day_streams if s.window and not s.failure]

    def _periods(self) -> list[UsageQuery]:
        if len(self._day_streams) == len(self._streams):
            return []
        if not self._days.reaches_yesterday(self._today):
            self._log.info("Skipping period_summaries: the API's periods end today.")
            return []
        return [UsageQuery("period", period) for period in PERIODS]

    def _log_start(self) -> None:
        def start(synced: SyncedStream) -> tuple[str, str]:
            return str(synced.window), str(synced.bookmark or "none yet")

        by_start = groupby(sorted(self._day_streams, key=start), start)
        for (window, bookmark), streams in by_start:
            names = ", ".join(s.name for s in streams)
            self._log.info(f"Syncing {window}: {names}; bookmark: {bookmark}")
        skipped = [day for day in self._days.skip_days if self._due(day)]
        if skipped:
            days = ", ".join(map(str, sorted(skipped)))
            self._log.warn_once(
                f"Leaving out {days}, as skip_days says. The bookmarks wait before "
                f"{min(skipped)}, so that the days are synced once they are taken out."
            )
        self._log.warn_of_empty_windows(
            self._days, [s.bookmark for s in self._day_streams if not s.window]
        )

    def _sync_periods(self, answers: list[Answer]) -> None:
        reports = [_report(answer) for answer in answers]
        [synced] = [s for s in self._streams if s not in self._day_streams]
        try:
            rows = [period_row(report) for report in reports]
        except errors.ContractError as error:
            self._stop(synced, "at the start", error)
        else:
            end = max(row.end for row in rows)
            self._write([(synced, rows)], reports[-1].received, end)
        for report in reports:
            self._log.warn_of_surprises(report)

    def _sync_day(self, due: list[SyncedStream], day: date, answer: Answer) -> None:
        made: list[tuple[SyncedStream, Rows]] = []
        if isinstance(answer, UsageReport):
            try:
                answer.check_is_about(day)
            except errors.ContractError as error:
                answer = error
        for synced in due:
            assert isinstance(synced.stream, DayStream)  # noqa: S101  # for mypy
            try:
                rows = synced.stream.rows(_report(answer), day, synced.columns)
                made.append((synced, rows))
            except _OF_ONE_DAY as error:
                explained = _with_way_on(error, day)
                if not isinstance(answer, UsageReport) and due == self._live():
                    raise explained from error
                self._stop(synced, f"before {day}", explained)
        if isinstance(answer, UsageReport):
            empty = [synced.name for synced, rows in made if not rows]
            self._log.warn_of_surprises(answer, empty)
            if made:
                self._write(made, answer.received, day)
        self._days_done += bool(made)

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
            if self._may_advance(synced, completed):
                self._bookmarks.advance(synced.name, completed)
        self._commit()

    def _may_advance(self, synced: SyncedStream, completed: date) -> bool:
        """Return whether all rows up to a day are written: none is skipped, or cut."""
        window = synced.window
        skipped = self._days.first_skipped(window) if window else None
        is_whole = skipped is None or completed < skipped
        return synced.is_incremental and self._left != 0 and is_whole

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

    def _stop(
        self, synced: SyncedStream, where: str, error: errors.ZencoderError
    ) -> None:
        synced.failure = f"{where}: {error}"
        self._log.warn_once(f"Stopping {synced.name} {where}; the last line says why.")

    def _stopped(self) -> str:
        """Return sentences about the streams that have stopped, or ""."""
        stopped = [s for s in self._streams if s.failure]
        stopped.sort(key=lambda s: s.failure)
        return " ".join(
            f"Stopped {', '.join(s.name for s in group)} {failure}"
            for failure, group in groupby(stopped, lambda s: s.failure)
        )


def _with_way_on(error: errors.ZencoderError, day: date) -> errors.ZencoderError:
    """Return an error with how to go on, if it will come again each night."""
    if not isinstance(error, errors.ContractError | errors.RequestRejectedError):
        return error
    return type(error)(
        f"{error} To go on without this day for now, set skip_days to {day}: its rows "
        "are asked for again as soon as it is taken out."
    )


def _report(answer: Answer) -> UsageReport:
    if isinstance(answer, errors.ZencoderError):
        raise answer
    return answer
