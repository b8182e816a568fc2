"""One pass over the days: each is requested once and written for all streams at once.

All rows of a day are made before any is written; one STATE message follows them. So a
day is whole in every stream or in none, unless a stream's part of it cannot be parsed:
that stream stops before the day, and the pass continues for the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, groupby, islice
from typing import Any

from tap_zencoder import errors
from tap_zencoder.api.reports import UsageQuery, UsageReport
from tap_zencoder.days import WindowSettings, union
from tap_zencoder.sync.ahead import Answer, reports_ahead
from tap_zencoder.sync.bookmarks import Bookmarks
from tap_zencoder.sync.log import SyncLog, counted, progress_reporting
from tap_zencoder.sync.messages import MessageWriter, Rows, SyncedStream
from tap_zencoder.sync.positions import Positions
from tap_zencoder.transport.client import Client

PERIODS = ("7d", "30d", "90d")


@dataclass(kw_only=True)
class Sync:
    """A pass over the days of some streams."""

    streams: Sequence[SyncedStream]
    client: Client
    days: WindowSettings
    today: date
    state: dict[str, Any]
    writer: MessageWriter

    def __post_init__(self) -> None:
        self._bookmarks = Bookmarks(self.state, self.today)
        self._log = SyncLog()
        self._has_begun = False
        self._days_done = 0
        self._day_streams = [s for s in self.streams if s.stream.of_days]
        for synced in self._day_streams:
            first = self.days.first_day(self.today)
            if synced.is_incremental:
                synced.bookmark = self._bookmarks[synced.name]
                if synced.bookmark is None and self.days.start_date is None:
                    first = self._bookmarks.first_day(synced.name, first)
            synced.window = self.days.window(self.today, first, synced.bookmark)
        self._window = union(s.window for s in self._day_streams if s.window)

    @property
    def progress(self) -> str:
        """How many days are done, such as "90 days" or "4 of 14 days"."""
        total, done = len(self._window or ()), self._days_done
        return counted(done, "day") if done == total else f"{done} of {total} days"

    def run(self) -> None:
        """Sync the streams.

        Raises StreamsStoppedError if some stopped, another ZencoderError if all did.
        What came before is written.
        """
        skipped = [day for day in self.days.skip_days if self._due(day)]
        self._log.start(self._day_streams, sorted(skipped))
        try:
            self._pass()
        except errors.ZencoderError as error:
            if isinstance(error, errors.AnswerError) and not self._has_begun:
                self._write_state()  # for its first days; no table is made
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
        positions = Positions(
            self.today, self.days.most_late, self._bookmark_of, self._log
        )
        with (
            closing(reports_ahead(self.client, queries)) as answers,
            progress_reporting(self._window) as report_progress,
        ):
            if periods:
                self._sync_periods([a for _, a in islice(answers, len(periods))])
            of_days = ((date.fromisoformat(q.value), answer) for q, answer in answers)
            try:
                for day, answer in positions.settled(of_days):
                    if due := self._due(day):
                        is_quiet = day in positions.quiet
                        self._sync_day(due, day, answer, is_quiet=is_quiet)
                    report_progress(day)
                    del answer  # one day's memory ends before the next one's begins
            finally:
                self._log.warn_of_quiet_days(positions.quiet)

    def _queries_of_days(self) -> Iterator[UsageQuery]:
        # Taken little by little: a day whose streams have stopped is not requested.
        for day in self._window or ():
            if self._due(day) and day not in self.days.skip_days:
                yield UsageQuery("day", day.isoformat())

    def _due(self, day: date) -> list[SyncedStream]:
        return [s for s in self._live() if s.window and day in s.window]

    def _live(self) -> list[SyncedStream]:
        return [s for s in self._day_streams if s.window and not s.failure]

    def _bookmark_of(self, day: date) -> date | None:
        return max((s.bookmark for s in self._due(day) if s.bookmark), default=None)

    def _periods(self) -> list[UsageQuery]:
        if len(self._day_streams) == len(self.streams):
            return []
        if not self.days.reaches_yesterday(self.today):
            self._log.info("Skipping period_summaries: the API's periods end today.")
            return []
        return [UsageQuery("period", period) for period in PERIODS]

    def _sync_periods(self, answers: list[Answer]) -> None:
        [synced] = [s for s in self.streams if s not in self._day_streams]
        try:
            reports = [_report(answer) for answer in answers]
            made = [synced.stream.rows(report, self.today) for report in reports]
        except errors.AnswerError as error:
            self._stop(synced, "at the start", error)
            return
        rows = list(chain.from_iterable(made))
        end = date.fromisoformat(max(row.day for row in rows))
        self._write([(synced, rows)], reports[-1].received, end)
        for report in reports:
            self._log.warn_of_surprises(report)

    def _sync_day(
        self, due: list[SyncedStream], day: date, answer: Answer, *, is_quiet: bool
    ) -> None:
        made: list[tuple[SyncedStream, Rows]] = []
        for synced in due:
            try:
                made.append((synced, synced.stream.rows(_report(answer), day)))
            except errors.AnswerError as error:
                explained = _with_way_on(error, day)
                if answer is error and due == self._live():
                    raise explained from error
                self._stop(synced, f"before {day}", explained)
        if isinstance(answer, UsageReport):
            empty = [synced.name for synced, rows in made if not rows]
            self._log.warn_of_surprises(answer, empty)
            if made:
                # A bookmark is on a day with an answer: the next sync finds one there.
                self._write(made, answer.received, None if is_quiet else day)
        self._days_done += bool(made)

    def _write(
        self,
        made: Sequence[tuple[SyncedStream, Rows]],
        received: datetime,
        completed: date | None,
    ) -> None:
        """Write the rows of a day, all or none, and the STATE that covers them."""
        batches = [synced.messages(rows, received) for synced, rows in made]
        if not self._has_begun:
            self._begin()
        for lines, records in batches:
            self.writer.write_records(lines, records)
        for synced, _ in made:
            skipped = self.days.first_skipped(synced.window) or date.max
            if completed and completed < skipped and synced.is_incremental:
                self._bookmarks.advance(synced.name, completed)
        self._write_state()

    def _begin(self) -> None:
        """Write the SCHEMA messages, and the STATE of before the sync.

        Not before something was answered, or wrong credentials would make tables. And a
        STATE before any RECORD: target-duckdb 0.8.0 takes the first as loaded already.
        """
        self._has_begun = True
        for message in chain.from_iterable(s.schema_messages for s in self.streams):
            self.writer.write(message)
        self._write_state()

    def _write_state(self) -> None:
        self.writer.write({"type": "STATE", "value": self.state})

    def _stop(
        self, synced: SyncedStream, where: str, error: errors.ZencoderError
    ) -> None:
        synced.failure = f"{where}: {error}"
        self._log.warn_once(f"Stopping {synced.name} {where}; the last line says why.")

    def _stopped(self) -> str:
        """Return sentences about the streams that have stopped, or ""."""
        stopped = [s for s in self.streams if s.failure]
        stopped.sort(key=lambda s: s.failure)
        return " ".join(
            f"Stopped {', '.join(s.name for s in group)} {failure}"
            for failure, group in groupby(stopped, lambda s: s.failure)
        )


def _with_way_on(error: errors.AnswerError, day: date) -> errors.AnswerError:
    """Return an error that says how to continue, if it would recur each night."""
    if not isinstance(error, errors.ContractError | errors.NoAnswerError):
        return error
    return errors.AnswerError(
        f"{error} To continue without this day for now, set skip_days to {day}. "
        "Once you remove it, the day is synced."
    )


def _report(answer: Answer) -> UsageReport:
    if isinstance(answer, errors.ZencoderError):
        raise answer
    return answer
