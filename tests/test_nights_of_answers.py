"""Random nights of random answers: exit status 0 means that each day's rows are what
the API said, and that the bookmark is before the first day without an answer."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from support import answers
from support.answers import Answer, Means
from support.runs import DAY_STREAMS, KEYS, TODAY, Run, Table, bookmarks

from tap_zencoder.sandbox import Organisation, Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_zencoder.sandbox import Request
    from tap_zencoder.sandbox.faults import Fault

    RunTap = Callable[..., Run]

HISTORY = 90
DAY = timedelta(days=1)
FAST = {"TEST_FIRST_DELAY": "0.001", "TEST_PATIENCE": "5"}


def days(first: date, last: date) -> list[date]:
    return [first + n * DAY for n in range((last - first).days + 1)]


class Plan:
    """What stays the same for all nights: how the tap is set, and how history ends."""

    def __init__(self, dice: random.Random) -> None:
        self.lookback = dice.choice([0, 1, 3, 5])
        self.concurrency = dice.choice([1, 2, 8])
        reach = dice.choice([5, 8, 12, 12, HISTORY + 5, None])
        self.start = None if reach is None else TODAY - reach * DAY
        self.is_old = reach is None or reach > HISTORY
        # An old start with an early end: syncs of days at the edge of history.
        self.end = TODAY - (HISTORY - 8) * DAY if self.is_old else None
        self.include_today = dice.random() < 0.3
        self.first = self.start or TODAY


class Night:
    """One sync: the day it is, and what the API says of each day."""

    def __init__(self, dice: random.Random, plan: Plan, today: date) -> None:
        self.plan, self.today = plan, today
        self.last = plan.end or today - (0 if plan.include_today else 1) * DAY
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()
        known = days(plan.first - 9 * DAY, self.last)
        self.skipped = dice.choice(known) if dice.random() < 0.2 else None
        self.answers = {day: answers.documented(dice, day) for day in known}
        for day in known:
            if dice.random() < 0.08:
                self.answers[day] = answers.absent(dice)
        # Before, after, and now and then between; absent and refused ones mixed.
        before = dice.choice([0, 1, 5, 6, 7] if plan.is_old else [0, 0, 0, 1, 2])
        begin = known.index(plan.first)
        late = dice.choice([0, 0, 0, 1, 3, 4, 6])
        runs = [known[begin : begin + before], known[len(known) - late :]]
        runs.append(dice.sample(known, dice.choice([0, 0, 0, 1])))
        for run in runs:
            ways = dice.choice([[answers.absent], [answers.absent, answers.refused]])
            self.answers |= {day: dice.choice(ways)(dice) for day in run}
        for day in dice.sample(known[begin:], dice.choice([0, 0, 1, 2])):
            self.answers[day] = answers.odd(dice, day)
        if dice.random() < 0.2:
            day = dice.choice(known[begin:])
            self.answers[day] = answers.error(dice, day)
        broken = [*answers.ABSENT, *answers.REFUSED, *answers.BROKEN, *answers.PASSING]
        self.period = dice.choice(broken) if dice.random() < 0.1 else None

    def __call__(self, request: Request) -> Fault | None:
        if self.period and "period" in request.query:
            return self.period
        if "day" not in request.query:
            return None
        day = request.query["day"]
        with self._lock:
            self._asked[day] += 1
            number = self._asked[day] - 1
        return self.answers[date.fromisoformat(day)].fault(number)

    def settings(self, sandbox: Sandbox) -> dict[str, Any]:
        settings = {
            **sandbox.settings(),
            "lookback_days": self.plan.lookback,
            "concurrency": self.plan.concurrency,
            "include_today": self.plan.include_today,
        }
        if self.plan.start:
            settings["start_date"] = str(self.plan.start)
        if self.plan.end:
            settings["end_date"] = str(self.plan.end)
        if self.skipped:
            settings["skip_days"] = str(self.skipped)
        return settings

    def window(self, bookmark: date | None) -> list[date]:
        """Return the days that are due, by the words of the documentation."""
        first = self.plan.first
        if bookmark:
            first = bookmark - self.plan.lookback * DAY
            first = max(first, self.plan.start or first)
        return days(first, self.last)


class Meaning:
    """What a night's answers mean, given the bookmarks of the streams before it."""

    def __init__(self, night: Night, before: dict[str, date | None]) -> None:
        self.night, self.before = night, before
        self.windows = {s: night.window(before[s]) for s in DAY_STREAMS}
        self.skipped = night.skipped
        longest = max(self.windows.values(), key=len)
        self.asked = [day for day in longest if day != night.skipped]
        self.left_out: set[date] = set()
        self.late: list[date] = []
        self.quiet: set[date] = set()
        self.wrong: set[date] = set()
        """Days that stop all streams."""
        self._settle()

    def answer(self, day: date) -> Answer:
        return self.night.answers[day]

    def rows(self, stream: str, day: date) -> list[dict[str, Any]] | None:
        """Return the rows that a stream has for a day, or None if it has no answer."""
        if day in self.quiet:
            return answers.quiet_rows(day)[stream]
        if self.answer(day).means != Means.ANSWER:
            return None
        return self.answer(day).rows[stream]

    def is_complete(self) -> bool:
        """Return whether the streams of days get to the end."""
        stopped = any(
            stream in self.answer(day).stopped
            for stream, window in self.windows.items()
            for day in window
            if day in self.asked
        )
        return not (self.wrong or stopped)

    @property
    def periods(self) -> set[str]:
        """The periods that arrive: a broken one stops no stream of days."""
        is_broken = self.night.plan.end is not None or self.night.period is not None
        return set() if is_broken else {"7d", "30d", "90d"}

    @property
    def is_period_broken(self) -> bool:
        return self.night.plan.end is None and not self.periods

    def _settle(self) -> None:
        """Say what days without an answer mean: their position decides."""
        means = {day: self.answer(day).means for day in self.asked}
        answered = [day for day in self.asked if means[day] == Means.ANSWER]
        self.wrong = {day for day in self.asked if means[day] == Means.ERROR}
        nothing = [d for d in self.asked if means[d] in {Means.ABSENT, Means.REFUSED}]
        for day in nothing:
            bookmark = self._bookmark(day)
            is_absent = means[day] == Means.ABSENT
            if not answered or day > answered[-1]:
                self.late.append(day)
            elif day > answered[0]:
                (self.quiet if is_absent else self.wrong).add(day)
            elif (self.night.today - day).days >= HISTORY:
                self.left_out.add(day)
            elif is_absent and bookmark and day < bookmark:
                self.quiet.add(day)
            else:
                self.wrong.add(day)
        if self.late:
            was_there = any(b and b >= self.late[0] for b in self.before.values())
            most = max(self.night.plan.lookback, 3)
            if not answered or was_there or len(self.late) > most:
                self.wrong.update(self.late)

    def _bookmark(self, day: date) -> date | None:
        due = [s for s, window in self.windows.items() if day in window]
        return max((b for s in due if (b := self.before[s])), default=None)

    def reached(self, stream: str) -> date | None:
        """Return the bookmark after a complete sync: on a day with an answer."""
        old = self.before[stream]
        done = [
            day
            for day in self.windows[stream]
            if day in self.asked
            and self.answer(day).means == Means.ANSWER
            and not (self.skipped in self.windows[stream] and day > self.skipped)
        ]
        return max([*done[-1:], *([old] if old else [])], default=None)


def test_nights_of_any_answers_lose_and_invent_nothing(
    run_tap: RunTap, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311  # repeatable on purpose
    plan, today, table = Plan(dice), TODAY, Table()
    left_out: set[date] = set()
    with Sandbox(Organisation(users=3), today=lambda: today) as sandbox:
        for _ in range(dice.randint(3, 5)):
            if plan.start is None and table.state is None:
                plan.first = today - HISTORY * DAY  # kept from the first STATE on
            night = Night(dice, plan, today)
            sandbox.faults = night
            before = reached(table)
            meaning = Meaning(night, before)
            run = run_tap(
                night.settings(sandbox), state=table.state, today=today, **FAST
            )
            assert "a bug in tap-zencoder" not in run.log, run.log
            table.load(run.output)
            after = reached(table)
            check_rows(meaning, run, after)
            left_out |= meaning.left_out
            check_table(table, after["daily"], plan.first, left_out)
            assert len(run.errors) == run.status, run.log
            is_complete = meaning.is_complete()
            due = 0 if is_complete and not meaning.is_period_broken else 1
            assert run.status == due, run.log
            if is_complete:
                check_complete(meaning, run, after)
            today += dice.choice([1, 1, 1, 2, 4]) * DAY


def reached(table: Table) -> dict[str, date | None]:
    texts = bookmarks(table.state or {"bookmarks": {}})
    found = {name: date.fromisoformat(text) for name, text in texts.items()}
    return {stream: found.get(stream) for stream in DAY_STREAMS}


def check_rows(meaning: Meaning, run: Run, after: dict[str, date | None]) -> None:
    """Hold each day's records against its answer, and bookmarks against the records."""
    for stream in DAY_STREAMS:
        sent: dict[date, list[Any]] = defaultdict(list)
        for row in run.records(stream):
            sent[date.fromisoformat(row["day"])].append(row)
        assert set(sent) <= set(meaning.windows[stream])
        old, new = meaning.before[stream], after[stream]
        assert old is None or (new is not None and new >= old)
        for day in meaning.windows[stream]:
            where = f"{stream} {day}\n{run.log}"
            is_passed = new is not None and day <= new and (old is None or day > old)
            if day == meaning.skipped:
                assert not sent[day], where
                assert not is_passed, where
                continue
            rows = meaning.rows(stream, day)
            is_stopped = stream in meaning.answer(day).stopped
            if rows is None or is_stopped or day in meaning.wrong:
                assert not sent[day], where
                assert not is_passed or day in meaning.left_out, where
            elif sent[day] or is_passed or run.status == 0:
                assert comparable(stream, sent[day]) == comparable(stream, rows), where


def comparable(stream: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows in the order of their keys, with what was kept as an object."""
    kept = [json.loads(row["additional_fields"] or "null") for row in rows]
    read = [{**row, "additional_fields": k} for row, k in zip(rows, kept, strict=True)]
    return sorted(read, key=lambda row: [row[name] for name in KEYS[stream]])


def check_table(
    table: Table, bookmark: date | None, first: date, left_out: set[date]
) -> None:
    """Find one row in `daily` for each day from the first one up to the bookmark."""
    loaded = {row["day"] for row in table.of("daily")}
    due = days(first, bookmark) if bookmark else []
    assert {str(day) for day in due if day not in left_out} <= loaded


def check_complete(meaning: Meaning, run: Run, after: dict[str, date | None]) -> None:
    """Hold the end of a complete sync against the positions of its days."""
    for stream in DAY_STREAMS:
        assert after[stream] == meaning.reached(stream), f"{stream}\n{run.log}"
    if meaning.late:
        assert sum("No answer yet for" in line for line in run.warnings) == 1
    periods = {row["period"] for row in run.records("period_summaries")}
    assert periods == meaning.periods
