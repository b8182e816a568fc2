from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_zencoder.days import (
    Window,
    WindowSettings,
    advance,
    read_day,
    union,
    utc_day,
)

TODAY = date(2026, 3, 10)
YESTERDAY = date(2026, 3, 9)

days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
settings = st.builds(
    WindowSettings,
    start_date=st.none() | days,
    end_date=st.none() | days,
    include_today=st.booleans(),
    lookback_days=st.integers(0, 90),
)


def covered(settings: WindowSettings, today: date, bookmark: date | None) -> Window:
    """Return the window of a stream whose first day nobody has kept."""
    first = settings.first_day(today)
    return settings.window(today=today, first=first, bookmark=bookmark)


@pytest.mark.parametrize(
    ("settings", "bookmark", "first", "last"),
    [
        pytest.param({}, None, "2025-12-10", "2026-03-09", id="first sync: 90 days"),
        pytest.param(
            {"start_date": date(2026, 1, 1)},
            None,
            "2026-01-01",
            "2026-03-09",
            id="first sync from a start date",
        ),
        pytest.param({}, YESTERDAY, "2026-03-06", "2026-03-09", id="lookback"),
        pytest.param(
            {"lookback_days": 0},
            date(2026, 3, 8),
            "2026-03-08",
            "2026-03-09",
            id="no lookback: the bookmark's own day all the same",
        ),
        pytest.param(
            {"start_date": date(2026, 1, 1)},
            date(2026, 3, 8),
            "2026-03-05",
            "2026-03-09",
            id="the bookmark is later than the start date",
        ),
        pytest.param(
            {"start_date": date(2026, 3, 9)},
            date(2026, 2, 1),
            "2026-03-09",
            "2026-03-09",
            id="a later start date wins over the bookmark",
        ),
        pytest.param(
            {"start_date": date(2026, 3, 7)},
            date(2026, 3, 9),
            "2026-03-07",
            "2026-03-09",
            id="the lookback does not reach before the start date",
        ),
        pytest.param(
            {"include_today": True},
            YESTERDAY,
            "2026-03-06",
            "2026-03-10",
            id="today too",
        ),
        pytest.param(
            {"start_date": date(2025, 1, 1), "end_date": date(2025, 1, 31)},
            None,
            "2025-01-01",
            "2025-01-31",
            id="a slice of history",
        ),
        pytest.param(
            {"end_date": date(2027, 1, 1)},
            YESTERDAY,
            "2026-03-06",
            "2026-03-09",
            id="an end date in the future: today is not over all the same",
        ),
        pytest.param(
            {"end_date": date(2027, 1, 1), "include_today": True},
            YESTERDAY,
            "2026-03-06",
            "2026-03-10",
            id="an end date in the future, and today too",
        ),
        pytest.param(
            {"delay_days": 2},
            YESTERDAY,
            "2026-03-06",
            "2026-03-07",
            id="two days behind yesterday",
        ),
        pytest.param(
            {"lookback_days": 90},
            date(1, 1, 5),
            "0001-01-01",
            "2026-03-09",
            id="a lookback beyond the first day there is",
        ),
    ],
)
def test_a_window_covers(
    settings: dict[str, Any],
    bookmark: date | None,
    first: str,
    last: str,
) -> None:
    window = covered(WindowSettings(**settings), TODAY, bookmark)
    assert (window.first.isoformat(), window.last.isoformat()) == (first, last)


def test_the_first_day_to_skip_is_the_one_in_the_window() -> None:
    skipped = frozenset({date(2026, 3, 1), date(2026, 3, 7), date(2026, 3, 4)})
    settings = WindowSettings(skip_days=skipped)
    assert settings.first_skipped(WEEK) == date(2026, 3, 4)
    assert settings.first_skipped(Window(TODAY, TODAY)) is None


WEEK = Window(date(2026, 3, 2), date(2026, 3, 8))


@pytest.mark.parametrize(
    ("day", "inside"),
    [
        (date(2026, 3, 1), False),
        (date(2026, 3, 2), True),
        (date(2026, 3, 8), True),
        (date(2026, 3, 9), False),
        ("2026-03-02", False),
    ],
)
def test_a_window_holds_its_first_and_its_last_day(
    day: object, *, inside: bool
) -> None:
    assert (day in WEEK) is inside


def test_the_position_of_the_first_day_is_one() -> None:
    assert [WEEK.position(day) for day in WEEK] == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("window", "name"),
    [
        (WEEK, "7 days, 2026-03-02 to 2026-03-08"),
        (Window(TODAY, TODAY), "1 day, 2026-03-10"),
        (Window(TODAY, YESTERDAY), "no days (2026-03-10 is after 2026-03-09)"),
    ],
)
def test_a_window_is_named_for_a_log(window: Window, name: str) -> None:
    assert str(window) == name


def test_the_union_of_windows_that_end_together_is_the_longest() -> None:
    short, empty = Window(date(2026, 3, 7), WEEK.last), Window(TODAY, WEEK.last)
    assert union([short, WEEK, empty]) == WEEK
    assert union([empty, short]) == short
    assert union([empty]) is None
    assert union([]) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-02", "2026-03-02"),
        ("20260302", "2026-03-02"),
        ("2026-03-02T23:30:00", "2026-03-02"),
        ("2026-03-02T23:30:00Z", "2026-03-02"),
        ("2026-03-02T23:30:00.123456-05:00", "2026-03-03"),
        ("2026-03-02 01:00:00+03:00", "2026-03-01"),
    ],
)
def test_a_timestamp_becomes_its_utc_day(text: str, day: str) -> None:
    assert utc_day(text) == day


@pytest.mark.parametrize("text", ["soon", "", "10:00", "2026-02-30", " 2026-03-02"])
def test_what_is_no_day_of_the_calendar_is_an_error(text: str) -> None:
    for read in (utc_day, read_day):
        with pytest.raises(ValueError, match=r".*"):
            read(text)


def test_a_moment_whose_utc_day_is_outside_the_calendar_is_an_error() -> None:
    with pytest.raises(ValueError, match="0001-01-01"):
        utc_day("0001-01-01T00:00+14:00")


@pytest.mark.parametrize("text", ["20260302", "2026-W10-1", "2026-3-2"])
def test_a_day_that_a_user_writes_has_one_form(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_day(text)
    assert read_day("2026-03-02") == date(2026, 3, 2)
    assert read_day("2026-03-02T23:30:00-05:00") == date(2026, 3, 2)


def test_a_slice_of_history_before_the_bookmark_is_empty() -> None:
    slice_of_history = WindowSettings(end_date=date(2025, 1, 31))
    window = covered(slice_of_history, TODAY, YESTERDAY)
    assert len(window) == 0
    assert list(window) == []
    assert "no days" in str(window)


def test_a_first_sync_covers_ninety_days() -> None:
    assert len(covered(WindowSettings(), TODAY, None)) == 90


def test_a_first_day_that_was_kept_is_where_a_stream_without_a_bookmark_begins() -> (
    None
):
    kept = date(2025, 11, 1)
    window = WindowSettings().window(today=TODAY, first=kept, bookmark=None)
    assert window == Window(kept, YESTERDAY)
    resumed = WindowSettings().window(today=TODAY, first=kept, bookmark=YESTERDAY)
    assert resumed == Window(date(2026, 3, 6), YESTERDAY)


@pytest.mark.parametrize(("lookback_days", "most"), [(0, 3), (3, 3), (4, 4), (30, 30)])
def test_as_many_days_may_come_late_as_are_looked_back_for_but_three_at_least(
    lookback_days: int, most: int
) -> None:
    assert WindowSettings(lookback_days=lookback_days).most_late == most


@pytest.mark.parametrize(
    ("settings", "reaches"),
    [
        ({}, True),
        ({"include_today": True}, True),
        ({"end_date": YESTERDAY}, True),
        ({"end_date": date(2026, 3, 8)}, False),
        ({"end_date": date(2030, 1, 1)}, True),
    ],
)
def test_only_a_sync_that_ends_now_reaches_yesterday(
    settings: dict[str, Any], *, reaches: bool
) -> None:
    assert WindowSettings(**settings).reaches_yesterday(TODAY) is reaches


@given(first=days, last=days)
def test_a_window_holds_each_of_its_days_once_in_order(first: date, last: date) -> None:
    window = Window(first, last)
    held = list(window)
    assert len(held) == len(window)
    assert all(later - earlier == timedelta(1) for earlier, later in pairwise(held))
    if held:
        assert (held[0], held[-1]) == (first, last)
    else:
        assert first > last


@given(settings=settings, today=days, bookmark=st.none() | days)
def test_no_window_reaches_past_today_or_before_the_start_date(
    settings: WindowSettings,
    today: date,
    bookmark: date | None,
) -> None:
    for day in covered(settings, today, bookmark):
        assert day <= today
        assert settings.start_date is None or day >= settings.start_date
        assert settings.end_date is None or day <= settings.end_date


@given(bookmark=st.none() | days, completed=days, today=days)
def test_a_bookmark_never_moves_back_nor_past_today(
    bookmark: date | None,
    completed: date,
    today: date,
) -> None:
    reached = advance(bookmark, completed, today)
    if bookmark is not None:
        assert reached >= bookmark
    if reached != bookmark:
        assert reached == min(completed, today)


syncs = st.lists(
    st.tuples(
        st.dates(date(2026, 1, 1), date(2026, 4, 1)),  # the clock, which may go back
        st.integers(0, 120),  # how many days it completes before it is killed
    ),
    min_size=1,
    max_size=12,
)


@given(
    start_date=st.none() | st.dates(date(2025, 11, 1), date(2026, 2, 1)),
    include_today=st.booleans(),
    lookback_days=st.integers(0, 10),
    syncs=syncs,
)
def test_syncs_in_a_row_skip_no_day_whatever_the_clock_and_the_kills(
    start_date: date | None,
    include_today: bool,  # noqa: FBT001  # drawn by Hypothesis
    lookback_days: int,
    syncs: list[tuple[date, int]],
) -> None:
    settings = WindowSettings(
        start_date=start_date,
        include_today=include_today,
        lookback_days=lookback_days,
    )
    bookmark: date | None = None
    kept: date | None = None  # as the state keeps it
    first: date | None = None
    completed: set[date] = set()
    for today, survived in syncs:
        kept = kept or settings.first_day(today)
        window = settings.window(today=today, first=kept, bookmark=bookmark)
        for day in list(window)[:survived]:
            if first is None:
                first = day
            completed.add(day)
            reached = advance(bookmark, day, today)
            assert bookmark is None or reached >= bookmark
            bookmark = reached
    if bookmark is not None and first is not None:
        assert set(Window(first, bookmark)) <= completed
