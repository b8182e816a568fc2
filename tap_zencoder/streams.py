"""The streams: which rows each takes from the reports of Zencoder."""

from __future__ import annotations

import abc
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import SchemaDirectory, StreamSchema
from typing_extensions import override

from tap_zencoder import api, progress, schemas
from tap_zencoder.objects import (
    ApiObject,
    DailyUsage,
    IdeUsage,
    LanguageUsage,
)
from tap_zencoder.rows import (
    encode_additional_fields,
    merge_duplicates,
    split_fields,
    with_known_items,
)
from tap_zencoder.sdk import BookmarkedStream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_zencoder.objects import Row
    from tap_zencoder.tap import TapZencoder
    from tap_zencoder.window import Window

_SCHEMAS = SchemaDirectory(schemas)


class ZencoderStream(BookmarkedStream):
    """A stream of rows about days."""

    replication_key = "day"
    schema: ClassVar[StreamSchema] = StreamSchema(_SCHEMAS)

    def __init__(self, tap: TapZencoder) -> None:
        """Belong to a tap."""
        super().__init__(tap)
        self.tap = tap
        self._keys = tuple(self.primary_keys)  # before a catalog may leave them out

    def new_fields(self, row: Row) -> Iterable[str]:
        """Return the names of the fields in a row that no column is for."""
        return row["additional_fields"] or ()

    def expect_some(self, entries: list[Row], report: api.UsageReport) -> None:
        """Warn of an answer that has nothing here, though users were active."""
        if not entries and report.totals()["total_active_users"]:
            self.tap.warn_once(
                "The API says that users were active, but tells nothing for the stream "
                "%s, first for %s.",
                self.name,
                str(report.query),
            )

    def noted(self, report: api.UsageReport, rows: list[Row]) -> list[Row]:
        """Return the rows ready to be written: one per key, surprises warned about."""
        for path in report.unknown:
            self.tap.warn_once("The API sent %s, which no stream holds yet.", path)
        for row in rows:
            for name in self.new_fields(row):
                self.tap.warn_once(
                    "The API sent a field that this version does not know: %s. It is "
                    "kept in additional_fields of the stream %s.",
                    name,
                    self.name,
                )
        unique = merge_duplicates(rows, self._keys)
        if len(unique) < len(rows):
            self.tap.warn_once(
                "The API sent rows of the stream %s with a key that another row has, "
                "first for %s; they are merged: numbers added, lists united.",
                self.name,
                str(report.query),
            )
        encode_additional_fields(unique)
        return unique


class DayStream(ZencoderStream):
    """A stream that takes its rows from the report of each day."""

    @cached_property
    def window(self) -> Window:
        """The days this sync covers, fixed before the bookmark moves."""
        days = self.tap.settings.days
        return days.window(today=self.tap.today, bookmark=self.bookmark)

    @abc.abstractmethod
    def rows(self, day: date, report: api.UsageReport) -> list[Row]:
        """Return the rows of a day, in the order they came."""

    @override
    def get_records(self, context: Any) -> Iterator[Row]:
        """Yield the rows of the window, with a checkpoint after each day."""
        window = self.window
        self.log("Syncing %s; bookmark: %s", window, self.bookmark or "none yet")
        end = self.tap.settings.days.end_date
        if end is not None and self.bookmark is not None and not window:
            self.tap.warn_once(
                "The bookmark is past the end_date, %s: there is nothing to sync. To "
                "have older days again, run without a state.",
                str(end),
            )
        day = None
        with progress.shown(self.name, window) as reached:
            for day, report in self.tap.reports.read(window):
                yield from self.noted(report, self.rows(day, report))
                self.checkpoint(day, self.tap.today)
                reached(day)
        if day is None:  # there was none, or the API refused them all
            self.checkpoint(None, self.tap.today)


class DailyStream(DayStream):
    """A stream about the organisation as a whole (``data.daily[]``)."""

    def entries(self, day: date, report: api.UsageReport) -> Iterator[Row]:
        """Yield the entries about the day asked for, leaving others to their own."""
        entries = report.daily()
        self.expect_some(entries, report)
        for entry in entries:
            if entry["day"] == day.isoformat():
                yield entry
            else:
                self.tap.warn_once(
                    "The API answered with figures of a day that was not asked for; "
                    "they are left to that day's own request.",
                )


class Daily(DailyStream):
    """One row per day with activity."""

    name = "daily"
    primary_keys = ("day",)

    @override
    def rows(self, day: date, report: api.UsageReport) -> list[Row]:
        """Return the day's entry, its arrays in a shape that never changes."""
        return [with_known_items(e, DailyUsage) for e in self.entries(day, report)]

    @override
    def new_fields(self, row: Row) -> Iterator[str]:
        """Yield the names of new fields, those inside arrays with the array's name."""
        for name, value in (row["additional_fields"] or {}).items():
            if kind := DailyUsage.nested.get(name):
                new = {field for item in value for field in item}
                known = kind.__struct_fields__
                yield from sorted(f"{name}[].{f}" for f in new.difference(known))
            else:
                yield name


class DailyBreakdown(DailyStream):
    """One row per item of an array in the day's entry."""

    array: ClassVar[str]
    kind: ClassVar[type[ApiObject]]

    @override
    def rows(self, day: date, report: api.UsageReport) -> list[Row]:
        """Return the items, each stamped with the day."""
        return [
            {"day": day.isoformat(), **split_fields(item, self.kind)}
            for entry in self.entries(day, report)
            for item in entry[self.array] or ()
        ]


class DailyIdes(DailyBreakdown):
    """One row per IDE used on a day."""

    name = "daily_ides"
    primary_keys = ("day", "ide_name")
    array = "ides"
    kind = IdeUsage


class DailyLanguages(DailyBreakdown):
    """One row per programming language used on a day."""

    name = "daily_languages"
    primary_keys = ("day", "language_name")
    array = "languages"
    kind = LanguageUsage


class Users(DayStream):
    """One row per user active on a day (``data.users[]``)."""

    name = "users"
    primary_keys = ("day", "email")

    @override
    def rows(self, day: date, report: api.UsageReport) -> list[Row]:
        """Return the users, each stamped with the day that was asked for.

        Not with ``data.period``, whose dates do not tell which days it covers.
        """
        users = report.users()
        self.expect_some(users, report)
        stamp = day.isoformat()
        return [{"day": stamp, **user} for user in users]


class PeriodSummaries(ZencoderStream):
    """One row per sync day and period that ends now (``data.period`` and summary)."""

    name = "period_summaries"
    primary_keys = ("day", "period")

    @override
    def new_fields(self, row: Row) -> Iterable[str]:
        """Return the names of new fields, with the object that they came in."""
        objects = row["additional_fields"] or {}
        return [f"{part}.{name}" for part, fields in objects.items() for name in fields]

    @override
    def get_records(self, context: Any) -> Iterator[Row]:
        """Yield the totals of each period, unless only history is being synced."""
        today = self.tap.today
        ends = []
        if self.tap.settings.days.reaches_yesterday(today):
            queries = map(api.UsageQuery.over, api.PERIODS)
            for report in self.tap.reports.ask(queries):
                totals = report.totals()
                row = {"day": totals["end"], "period": report.query.value, **totals}
                yield from self.noted(report, [row])
                ends.append(date.fromisoformat(totals["end"]))
        else:
            self.log("Nothing to ask for: periods end today, this sync ends earlier.")
        self.checkpoint(max(ends, default=None), today)


# The summaries come first: they tell in a moment whether credentials, role and network
# are right, also for an organisation without activity in the days that follow.
STREAMS: tuple[type[ZencoderStream], ...] = (
    PeriodSummaries,
    Daily,
    DailyIdes,
    DailyLanguages,
    Users,
)
