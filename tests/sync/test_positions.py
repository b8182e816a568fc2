"""What a day without an answer means: only its position among the others decides."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.responses import NOW
from support.runs import TODAY, YESTERDAY

from tap_zencoder.api.answers import quiet_report
from tap_zencoder.days import Window, ranges
from tap_zencoder.errors import NoAnswerError, UnavailableError
from tap_zencoder.sync.log import SyncLog
from tap_zencoder.sync.positions import Positions

if TYPE_CHECKING:
    from collections.abc import Iterator

# What the API does with a day...
ANSWERED, ABSENT, REFUSED, FAILED = "answered", "absent", "refused", "failed"
# ...and what becomes of it.
SYNCED, QUIET, ERROR, LEFT = "synced", "quiet", "an error", "not synced"
BOTH = pytest.mark.parametrize("nothing", [ABSENT, REFUSED])
WIDEST = timedelta(days=90)


def answer(kind: str, day: date) -> Any:
    """Return an answer of a kind."""
    if kind == ANSWERED:
        return quiet_report(str(day), NOW)
    if kind == FAILED:
        return UnavailableError(f"Gave up on day {day}.")
    sentence = f"The API says: {day} is {kind}."
    return NoAnswerError(sentence, absent=kind == ABSENT, received=NOW)


class Settled:
    """What becomes of days in a row, of which the last is yesterday or as given."""

    def __init__(
        self,
        *kinds: str,
        last: date = YESTERDAY,
        most_late: int = 3,
        bookmark: date | None = None,
    ) -> None:
        self.days = list(Window(last - timedelta(days=len(kinds) - 1), last))
        answers = {
            day: answer(kind, day) for day, kind in zip(self.days, kinds, strict=True)
        }
        positions = Positions(
            today=TODAY,
            most_late=most_late,
            bookmark_of=lambda _: bookmark,
            log=SyncLog(),
        )
        self.found = dict(positions.settled(iter(answers.items())))
        assert list(self.found) == sorted(self.found)
        self.quiet = positions.quiet
        self._answers = answers

    @property
    def outcomes(self) -> list[str]:
        """What becomes of each day."""
        return [self._outcome(day) for day in self.days]

    def _outcome(self, day: date) -> str:
        if day not in self.found:
            return LEFT
        if isinstance(self.found[day], Exception):
            return ERROR
        if self.found[day] is self._answers[day]:
            return SYNCED
        assert day in self.quiet
        return QUIET

    def error(self, index: int) -> str:
        """Return the sentence about the error of a day."""
        return str(self.found[self.days[index]])


@pytest.fixture(autouse=True)
def propagation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger("tap-zencoder"), "propagate", True)


def test_answered_days_are_synced() -> None:
    assert Settled(ANSWERED, ANSWERED).outcomes == [SYNCED, SYNCED]
    assert Settled().outcomes == []


# Before the first answered day.


@BOTH
@pytest.mark.parametrize("bookmark", [None, TODAY - WIDEST - timedelta(days=60)])
def test_days_older_than_the_widest_period_before_the_first_are_left_out(
    nothing: str, bookmark: date | None, caplog: pytest.LogCaptureFixture
) -> None:
    settled = Settled(
        nothing, nothing, ANSWERED, ANSWERED, last=TODAY - WIDEST, bookmark=bookmark
    )
    assert settled.outcomes == [LEFT, LEFT, SYNCED, SYNCED]
    [warning] = caplog.messages
    first, second, answered, _ = settled.days
    assert f"Leaving out 2 days, {first} to {second}" in warning
    assert f"The API says: {second} is {nothing}." in warning
    assert str(answered) in warning


@BOTH
def test_a_younger_day_before_the_first_is_an_error_that_names_the_first(
    nothing: str, caplog: pytest.LogCaptureFixture
) -> None:
    settled = Settled(nothing, ANSWERED)
    assert settled.outcomes == [ERROR, SYNCED]
    assert f"The API says: {settled.days[0]} is {nothing}." in settled.error(0)
    assert f"The first day with an answer is {settled.days[1]}" in settled.error(0)
    assert "set start_date" in settled.error(0)
    assert caplog.messages == []


@BOTH
@pytest.mark.parametrize(
    ("age", "outcome"), [(91, LEFT), (90, LEFT), (89, ERROR), (1, ERROR)]
)
def test_the_age_of_a_day_before_the_first_decides(
    nothing: str, age: int, outcome: str
) -> None:
    day = TODAY - timedelta(days=age)
    settled = Settled(nothing, ANSWERED, last=day + timedelta(days=1))
    assert settled.outcomes == [outcome, SYNCED]


@BOTH
def test_of_days_before_the_first_the_old_are_left_out_and_the_younger_are_errors(
    nothing: str, caplog: pytest.LogCaptureFixture
) -> None:
    last = TODAY - WIDEST + timedelta(days=2)
    settled = Settled(*[nothing] * 4, ANSWERED, last=last)
    assert settled.outcomes == [LEFT, LEFT, LEFT, ERROR, SYNCED]
    [warning] = caplog.messages
    assert f"3 days, {settled.days[0]} to {settled.days[2]}" in warning


def test_an_absent_day_before_a_bookmark_is_between_answered_days() -> None:
    """The sync that set the bookmark had answers for days before it."""
    settled = Settled(ABSENT, ABSENT, ANSWERED, bookmark=YESTERDAY)
    assert settled.outcomes == [QUIET, QUIET, SYNCED]
    assert settled.quiet == settled.days[:2]


def test_a_refused_day_before_a_bookmark_is_an_error() -> None:
    settled = Settled(REFUSED, ABSENT, ANSWERED, bookmark=YESTERDAY)
    assert settled.outcomes == [ERROR, QUIET, SYNCED]


@BOTH
def test_a_day_after_the_bookmark_and_before_the_first_answer_is_an_error(
    nothing: str,
) -> None:
    bookmark = YESTERDAY - timedelta(days=10)
    assert Settled(nothing, ANSWERED, bookmark=bookmark).outcomes == [ERROR, SYNCED]


# Between answered days.


def test_absent_days_between_answered_days_are_quiet(
    caplog: pytest.LogCaptureFixture,
) -> None:
    settled = Settled(ANSWERED, ABSENT, ABSENT, ANSWERED, ABSENT, ANSWERED)
    assert settled.outcomes == [SYNCED, QUIET, QUIET, SYNCED, QUIET, SYNCED]
    first, second, third = settled.quiet
    assert [first, second, third] == [settled.days[n] for n in (1, 2, 4)]
    assert caplog.messages == []
    SyncLog().warn_of_quiet_days(settled.quiet)
    [warning] = caplog.messages
    assert f"nothing for {first} to {second}, {third}, between" in warning


def test_a_quiet_day_was_received_when_the_api_said_that_it_is_absent() -> None:
    settled = Settled(ANSWERED, ABSENT, ANSWERED)
    quiet = settled.found[settled.days[1]]
    assert not isinstance(quiet, Exception)
    assert quiet.received == NOW
    assert quiet.query.value == str(settled.days[1])


def test_a_sync_without_quiet_days_has_no_warning_of_them(
    caplog: pytest.LogCaptureFixture,
) -> None:
    SyncLog().warn_of_quiet_days([])
    assert caplog.messages == []


def test_a_refused_day_between_answered_days_is_an_error() -> None:
    settled = Settled(ANSWERED, ABSENT, REFUSED, ABSENT, ANSWERED)
    assert settled.outcomes == [SYNCED, QUIET, ERROR, QUIET, SYNCED]
    refused = settled.found[settled.days[2]]
    assert isinstance(refused, NoAnswerError)  # for which a sync names skip_days
    assert str(refused) == f"The API says: {settled.days[2]} is refused."


@pytest.mark.parametrize("number", [1, 30, 200])
def test_any_number_of_days_between_answered_days_may_be_absent(number: int) -> None:
    settled = Settled(ANSWERED, *[ABSENT] * number, ANSWERED)
    assert settled.outcomes == [SYNCED, *[QUIET] * number, SYNCED]


# After the last answered day.


@BOTH
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_few_days_after_the_last_are_left_to_the_next_sync(
    nothing: str, number: int, caplog: pytest.LogCaptureFixture
) -> None:
    settled = Settled(ANSWERED, *[nothing] * number)
    assert settled.outcomes == [SYNCED, *[LEFT] * number]
    [warning] = caplog.messages
    missing = Window(settled.days[1], settled.days[-1])
    assert f"No answer yet for {missing}" in warning


@BOTH
@pytest.mark.parametrize(("number", "most_late"), [(4, 3), (8, 7), (200, 3)])
def test_too_many_days_after_the_last_are_an_error(
    nothing: str, number: int, most_late: int
) -> None:
    settled = Settled(ANSWERED, *[nothing] * number, most_late=most_late)
    assert settled.outcomes == [SYNCED, *[ERROR] * number]
    missing = Window(settled.days[1], settled.days[-1])
    assert f"The API has no answer for {missing}" in settled.error(1)
    assert f"the last day with one is {settled.days[0]}" in settled.error(1)
    assert "Set delay_days" in settled.error(1)


def test_a_longer_lookback_waits_for_more_days() -> None:
    settled = Settled(ANSWERED, *[ABSENT] * 7, most_late=7)
    assert settled.outcomes == [SYNCED, *[LEFT] * 7]


@BOTH
@pytest.mark.parametrize(
    ("behind", "outcome"), [(0, ERROR), (1, ERROR), (2, LEFT), (9, LEFT)]
)
def test_the_own_day_of_the_bookmark_may_not_be_among_those_after_the_last(
    nothing: str, behind: int, outcome: str
) -> None:
    bookmark = YESTERDAY - timedelta(days=behind)
    settled = Settled(ANSWERED, nothing, nothing, bookmark=bookmark)
    assert settled.outcomes == [SYNCED, outcome, outcome]


@BOTH
@pytest.mark.parametrize("number", [1, 2, 3, 4, 100])
@pytest.mark.parametrize("bookmark", [None, TODAY - timedelta(days=200)])
def test_without_any_answered_day_all_are_errors(
    nothing: str, number: int, bookmark: date | None
) -> None:
    settled = Settled(*[nothing] * number, bookmark=bookmark)
    assert settled.outcomes == [ERROR] * number
    assert "nor for any other day" in settled.error(0)


@BOTH
def test_old_days_without_any_answered_day_are_errors_too(nothing: str) -> None:
    last = TODAY - 3 * WIDEST
    assert Settled(nothing, nothing, last=last).outcomes == [ERROR, ERROR]


# All together, and with other errors among them.


def test_days_in_all_positions_go_together() -> None:
    last = TODAY - WIDEST + timedelta(days=4)
    kinds = [ABSENT, REFUSED, ANSWERED, ABSENT, ANSWERED, REFUSED, ABSENT]
    settled = Settled(*kinds, last=last)
    assert settled.outcomes == [LEFT, LEFT, SYNCED, QUIET, SYNCED, LEFT, LEFT]


@BOTH
def test_days_that_wait_before_another_error_are_not_synced(nothing: str) -> None:
    """The streams that they are due for stop there, and ask for them again."""
    assert Settled(nothing, FAILED).outcomes == [LEFT, ERROR]
    settled = Settled(ANSWERED, nothing, FAILED, ANSWERED)
    assert settled.outcomes == [SYNCED, LEFT, ERROR, SYNCED]


def test_another_error_is_no_answered_day() -> None:
    settled = Settled(FAILED, ABSENT, ANSWERED)
    assert settled.outcomes == [ERROR, ERROR, SYNCED]
    assert Settled(FAILED, ABSENT).outcomes == [ERROR, ERROR]


def test_what_comes_later_is_not_needed_for_a_day_that_is_answered() -> None:
    """So that rows go out as they come."""

    def coming() -> Iterator[tuple[date, Any]]:
        yield YESTERDAY, answer(ANSWERED, YESTERDAY)
        pytest.fail("asked for more")

    positions = Positions(
        today=TODAY, most_late=3, bookmark_of=lambda _: None, log=SyncLog()
    )
    assert next(iter(positions.settled(coming())))[0] == YESTERDAY


@given(
    kinds=st.lists(st.sampled_from([ANSWERED, ABSENT, REFUSED]), max_size=12),
    age=st.sampled_from([1, 2, 85, 90, 95, 300]),
    most_late=st.integers(3, 6),
    behind=st.none() | st.integers(0, 15),
)
def test_without_an_error_nothing_is_lost(
    kinds: list[str], age: int, most_late: int, behind: int | None
) -> None:
    """Each day is synced, quiet between answers, very old, or comes again."""
    last = TODAY - timedelta(days=age)
    bookmark = None if behind is None else last - timedelta(days=behind)
    settled = Settled(*kinds, last=last, most_late=most_late, bookmark=bookmark)
    outcomes = dict(zip(settled.days, settled.outcomes, strict=True))
    answered = [
        d for d, kind in zip(settled.days, kinds, strict=True) if kind == ANSWERED
    ]
    assert [day for day in settled.days if outcomes[day] == SYNCED] == answered
    if ERROR in settled.outcomes or not kinds:
        return
    first, end = answered[0], answered[-1]
    for day, kind in zip(settled.days, kinds, strict=True):
        if outcomes[day] == QUIET:
            assert kind == ABSENT
            assert day < end
            assert day > first or (bookmark and day <= bookmark)
        elif outcomes[day] == LEFT and day < first:
            assert TODAY - day >= WIDEST
        elif outcomes[day] == LEFT:
            assert end < day <= end + timedelta(days=most_late)
            assert bookmark is None or bookmark < day


@pytest.mark.parametrize(
    ("numbers", "named"),
    [
        ([], ""),
        ([1], "2026-03-01"),
        ([1, 2], "2026-03-01 to 2026-03-02"),
        (
            [1, 2, 3, 7, 9, 10],
            "2026-03-01 to 2026-03-03, 2026-03-07, 2026-03-09 to 2026-03-10",
        ),
    ],
)
def test_days_are_listed_as_ranges(numbers: list[int], named: str) -> None:
    assert ranges(date(2026, 3, number) for number in numbers) == named
