"""What the page says first, in which order, and of what is missing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pages.made_up import (
    DAYS,
    DEPTH,
    MONDAY,
    MONTHS,
    SEATS,
    SEGMENTS,
    SUNDAY,
    TEAMS,
    WEEK,
    WEEKS,
    a_week,
    section,
    some_days,
    some_figures,
    uses,
)
from report.content import Lines
from report.figures import (
    Breakdown,
    Depth,
    Headline,
    Segments,
)
from report.outline import outline


def test_the_sections_come_in_the_order_in_which_they_are_read() -> None:
    figures = some_figures(
        days=DAYS,
        weeks=WEEKS,
        months=MONTHS,
        depth=DEPTH,
        segments=SEGMENTS,
        teams=TEAMS,
        seats=SEATS,
        ides=Breakdown(uses(2, Code=9), {}),
        languages=Breakdown(uses(2, Go=9), {}),
        has_seats=True,
        has_people=True,
    )
    assert [each.key for each in outline(figures).sections] == [
        "renewal",
        "people",
        "segments",
        "messages",
        "comings",
        "teams",
        "ides",
        "languages",
        "checks",
    ]


def test_what_cannot_be_said_yet_is_one_sentence() -> None:
    report = outline(some_figures(days=DAYS[:10], weeks=WEEKS[:1]))
    assert [each.key for each in report.sections] == ["people", "checks"]
    [needs] = [said for said in report.summary if said.startswith("Not shown yet")]
    for topic in ("seats", "how often", "messages", "who comes", "teams", "IDEs"):
        assert topic in needs


def test_tiles_have_their_days_their_last_weeks_and_one_base_of_change() -> None:
    before = MONDAY - 2 * WEEK
    often = [Segments(before, None, 5, 9, 0), *SEGMENTS]
    figures = some_figures(
        days=some_days([8] * 33 + [12] * 2, before),
        weeks=[a_week(-2, 11), *WEEKS],
        depth=[Depth(before, 1.0, 11.5, 20.0), *DEPTH],
        segments=often,
        headline=Headline(in_28_days=14, often=7),
    )
    tiles = outline(figures).tiles
    assert [(tile.figure, tile.change) for tile in tiles] == [
        ("14", "4 more"),
        ("9", "2 fewer"),
        ("7", "2 more"),
        ("12", "0.5 more"),
    ]
    month, week = "28 Sep \N{EN DASH} 25 Oct 2026", "19\N{EN DASH}25 Oct 2026"
    assert [tile.note for tile in tiles] == [month, week, month, week]
    assert tiles[0].spark[-2:] == [10, 14]
    assert tiles[1].spark[-3:] == [10, 12, 9]
    assert {len(tile.spark) for tile in tiles} == {12}


def test_28_days_that_end_on_another_day_are_named_beside_each_figure() -> None:
    figures = some_figures(
        days=[*DAYS, *some_days([9] * 3, SUNDAY + timedelta(days=1))],
        weeks=WEEKS,
        segments=SEGMENTS,
        has_seats=True,
        seats=SEATS,
        headline=Headline(in_28_days=14, often=7, seats=40, seats_used=20),
    )
    report = outline(figures)
    last, to_sunday = (f"{day} Oct 2026" for day in (28, 25))
    seats = [*report.summary[1:2], section(report, "renewal").sentences[0]]
    for said in (report.tiles[0].note, *seats, section(report, "people").sentences[0]):
        assert last in said
    for said in (report.tiles[2].note, section(report, "segments").sentences[0]):
        assert to_sunday in said


@pytest.mark.parametrize(
    ("before", "now", "begins"),
    [
        (44, 37, "Weekly use fell 16%, from 44 people (5-11 Oct) to 37 (2-8 Nov"),
        (37, 44, "Weekly use rose 19%, from 37 people"),
        (37, 37, "Weekly use is unchanged: 37 people"),
        (2, 1, "Weekly use fell from 2 people"),
    ],
)
def test_the_headline_is_the_change_in_four_weeks(
    before: int, now: int, begins: str
) -> None:
    weeks = [a_week(0, before), *(a_week(n, 40) for n in (1, 2, 3)), a_week(4, now)]
    report = outline(some_figures(days=some_days([8] * 35), weeks=weeks))
    said = report.summary[0].replace("\N{EN DASH}", "-")
    assert said.startswith(begins)


def test_time_that_was_not_loaded_is_said_once_and_shaded_in_every_chart() -> None:
    days = some_days([8] * 7 + [None] * 7 + [8] * 7)
    report = outline(
        some_figures(days=days, weeks=[WEEKS[0], WEEKS[2]], depth=[DEPTH[0], DEPTH[2]])
    )
    hole = (MONDAY + WEEK, MONDAY + 2 * WEEK - timedelta(days=1))
    said = "Not loaded, or not into every table: 12\N{EN DASH}18 Oct 2026."
    assert sum(said in sentence for sentence in report.summary) == 1
    plots = [each.plot for each in report.sections if isinstance(each.plot, Lines)]
    assert len(plots) == 2, "people and messages"
    assert all(plot.missing == [hole] for plot in plots)
    assert all(plot.span == (MONDAY, SUNDAY) for plot in plots)
    [_, between, _] = plots[1].series[0].points
    assert between == (MONDAY + WEEK, None)


@pytest.mark.parametrize(
    ("age", "is_stale"), [(1, False), (3, False), (4, True), (300, True)]
)
def test_figures_of_days_ago_are_called_old(age: int, *, is_stale: bool) -> None:
    made_on = SUNDAY + timedelta(days=age)
    report = outline(some_figures(days=DAYS, weeks=WEEKS, made_on=made_on))
    [until] = [said for said in report.summary if "Data until 25 Oct 2026" in said]
    assert f"made on {made_on.day} " in until
    assert (f"{age} days old" in until) == is_stale


def test_what_is_assumed_without_the_table_daily_is_said() -> None:
    report = outline(some_figures(days=DAYS, weeks=WEEKS, is_assumed=True))
    assert any("The table daily is not loaded" in said for said in report.summary)


@pytest.mark.parametrize(
    ("active", "begins"),
    [(0, "No one used Zencoder in"), (1, "1 person used"), (2, "2 people used")],
)
def test_few_and_nobody_are_written_as_such(active: int, begins: str) -> None:
    report = outline(some_figures(days=DAYS, weeks=[a_week(0, active)]))
    assert report.summary[0].startswith(begins)


def test_an_organisation_without_activity_has_no_charts() -> None:
    report = outline(some_figures(days=some_days([0] * 30)))
    assert report.tiles == []
    assert report.summary[0].startswith("No one used Zencoder from 5 Oct 2026 to")


def test_without_a_complete_day_nobody_is_said_to_be_absent() -> None:
    report = outline(some_figures(days=some_days([None])))
    assert report.summary[0].startswith("No day is complete yet")
