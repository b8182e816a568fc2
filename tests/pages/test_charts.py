"""What is in a chart: its dates, its figures, and what was not loaded."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from pages.made_up import MONDAY, WEEK
from report.axes import counts, dates, milliseconds, percents
from report.charts import spark
from report.content import Lines, Series, Stacks, legend, shows_change
from report.marks import layers

DAY = timedelta(days=1)
SPAN = (MONDAY, MONDAY + 8 * WEEK - DAY)
HOLE = (MONDAY + 2 * WEEK, MONDAY + 3 * WEEK)


@pytest.mark.parametrize(
    ("first", "days", "most", "names"),
    [
        (date(2026, 10, 5), 1, 4, "5 Oct"),
        (date(2026, 10, 5), 3, 4, "5 Oct, 6 Oct, 7 Oct"),
        (date(2026, 10, 5), 7, 4, "5 Oct, 7 Oct, 9 Oct, 11 Oct"),
        (date(2026, 10, 1), 40, 4, "5 Oct, 19 Oct, 2 Nov"),
        (date(2026, 12, 20), 60, 4, "21 Dec, 18 Jan, 15 Feb"),
        (date(2026, 9, 2), 183, 12, "Oct 2026, Nov, Dec, Jan 2027, Feb, Mar"),
        (date(2026, 9, 2), 183, 4, "Nov 2026, Jan 2027, Mar"),
        (date(2025, 12, 15), 400, 4, "Jan 2026, Jul, Jan 2027"),
        (date(2015, 3, 15), 4000, 4, "2020, 2025"),
    ],
)
def test_dates_are_days_or_weeks_or_months_or_years(
    first: date, days: int, most: int, names: str
) -> None:
    found = dates(first, first + (days - 1) * DAY, most)
    assert ", ".join(name for _, name in found) == names


def test_no_two_dates_read_the_same_and_there_are_not_too_many() -> None:
    for days in [*range(1, 200), 400, 731, 1500, 5000]:
        for most in (4, 12):
            found = dates(MONDAY, MONDAY + (days - 1) * DAY, most)
            assert 0 < len(found) <= most
            assert len({name for _, name in found}) == len(found)


def test_below_weeks_there_are_only_mondays() -> None:
    found = dates(MONDAY, MONDAY + 13 * DAY, 12, MONDAY)
    assert [name for _, name in found] == ["5 Oct", "12 Oct"]


@pytest.mark.parametrize(
    ("low", "high", "figures"),
    [
        (0, 0, [0, 1]),
        (0, 1, [0, 1]),
        (0, 2, [0, 1, 2]),
        (-1, 1, [-1, 0, 1]),
        (0, 3.5, [0, 1, 2, 3, 4]),
        (0, 44, [0, 20, 40, 60]),
        (-8, 44, [-20, 0, 20, 40, 60]),
        (0, 1234, [0, 500, 1000, 1500]),
    ],
)
def test_figures_beside_a_chart_are_whole(
    low: float, high: float, figures: list[float]
) -> None:
    assert counts(low, high) == figures


@pytest.mark.parametrize(
    ("high", "figures"),
    [
        (0, [0, 0.01]),
        (0.04, [0, 0.01, 0.02, 0.03, 0.04]),
        (0.3, [0, 0.1, 0.2, 0.3]),
        (1, [0, 0.25, 0.5, 0.75, 1]),
    ],
)
def test_shares_beside_a_chart_are_whole_percents(
    high: float, figures: list[float]
) -> None:
    assert percents(high) == figures


def a_series(*values: float | None, step: timedelta = WEEK) -> Series:
    return Series("x", 2, [(MONDAY + n * step, v) for n, v in enumerate(values)])


def drawn(layer: dict[str, Any], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in layer["data"]["values"]]


def test_charts_of_days_and_of_weeks_have_the_same_axis() -> None:
    days = Lines([a_series(*range(30), step=DAY)], span=SPAN)
    weeks = Stacks([a_series(1, 2)], span=SPAN)
    (line,), (bars, _) = layers(days, 12), layers(weeks, 12)
    domains = [each["encoding"]["x"]["scale"]["domain"] for each in (line, bars)]
    assert domains == [[milliseconds(SPAN[0], -0.5), milliseconds(SPAN[1], 0.5)]] * 2


def test_what_was_not_loaded_is_shaded_and_no_line_crosses_it() -> None:
    weeks = [(MONDAY + n * WEEK, 5.0) for n in (0, 1, 4, 5)]
    missing = [(MONDAY - 9 * WEEK, MONDAY - 8 * WEEK), HOLE]
    plot = Lines([Series("x", 1, [*weeks])], span=SPAN, missing=missing)
    shade, line = layers(plot, 12)
    [where] = drawn(shade, "from", "to")
    assert where == (milliseconds(HOLE[0], -0.5), milliseconds(HOLE[1], 0.5))
    assert [value for (value,) in drawn(line, "value")] == [5, 5, None, 5, 5]
    assert legend(plot)[-1].name == "Not loaded"


def test_a_value_without_neighbours_is_a_point() -> None:
    _, point = layers(Lines([a_series(1, 2, None, 4, None)]), 12)
    assert point["mark"]["type"] == "point"
    assert [value for (value,) in drawn(point, "value")] == [4]


def test_stacks_are_put_upon_one_another_and_below_zero() -> None:
    series = [a_series(5), a_series(0), a_series(3), a_series(-2), a_series(-1)]
    bars, _ = layers(Stacks(series), 12)
    assert drawn(bars, "low", "high") == [(0, 5), (5, 8), (0, -2), (-2, -3)]


def test_a_line_has_the_dash_of_its_colour() -> None:
    [line] = layers(Lines([a_series(1, 2)]), 12)
    assert line["mark"]["strokeDash"]
    assert legend(Lines([a_series(1, 2)])) == [], "one alone needs no legend"


@pytest.mark.parametrize("values", [(), (1,), (None, 1, None)])
def test_a_single_day_or_week_is_no_chart(values: tuple[float | None, ...]) -> None:
    assert not shows_change(Lines([], ground=a_series(*values)))
    assert not shows_change(Stacks([a_series(*values)]))


def test_the_last_value_of_a_line_is_written_at_its_end() -> None:
    *_, end = layers(Lines([a_series(4, 7, None)], has_ends=True), 12)
    assert [point["value"] for point in end["data"]["values"]] == [7]


def test_a_month_is_as_wide_as_it_is_long() -> None:
    month = Series("Stayed", 1, [(date(2026, 2, 1), 5), (date(2026, 3, 1), 6)])
    bars = layers(Stacks([month], by_month=True), 12)[0]["data"]["values"]
    days = [round((bar["to"] - bar["from"]) / 86_400_000 + 0.4) for bar in bars]
    assert days == [27, 30]


def test_a_small_line_is_broken_where_a_week_is_unknown() -> None:
    drawn = spark([1, 2, None, 4, 2])
    assert drawn.count("M") == 2
    assert spark([None, 3]) == ""
