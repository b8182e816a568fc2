"""What the page says of figures: sentences, tables and charts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pages.made_up import MONDAY, WEEK, a_week, section, some_days, some_figures, uses
from report.content import Lines
from report.figures import Breakdown, Check, Cohort, Depth, Habit, SeatUse
from report.outline import outline

WEEKS = [
    a_week(0, 10),
    a_week(1, 12, 4, 8, 0, 2),
    a_week(2, 9, 0, 9, 0, 3),
]
DAYS = some_days([8] * 21)
DEPTH = [Depth(MONDAY + n * WEEK, 3.0, 10.0 + n, 20.5) for n in range(3)]
SUNDAY = MONDAY + timedelta(days=20)


def test_the_sections_come_in_the_order_in_which_they_are_read() -> None:
    report = outline(some_figures(days=DAYS, weeks=WEEKS, has_seats=True))
    assert [each.key for each in report.sections] == [
        "people",
        "flow",
        "messages",
        "ides",
        "languages",
        "cohorts",
        "habits",
        "seats",
        "checks",
    ]


def test_tiles_are_the_last_complete_week_against_the_one_before() -> None:
    days = [*some_days([8] * 14), *some_days([5] * 5 + [0, 0], MONDAY + 2 * WEEK)]
    tiles = outline(some_figures(days=days, weeks=WEEKS, depth=DEPTH)).tiles
    assert [(tile.figure, tile.change) for tile in tiles] == [
        ("9", "3 fewer than the week before"),
        ("2", ""),
        ("5", "3 fewer than the week before"),
        ("12", "1 more than the week before"),
        ("75%", "5 points less than the week before"),
    ]


def test_a_week_is_not_compared_with_one_that_is_not_the_one_before() -> None:
    tiles = outline(some_figures(days=DAYS, weeks=[WEEKS[0], WEEKS[2]])).tiles
    assert [tile.change for tile in tiles] == ["", "", "", "", ""]


@pytest.mark.parametrize(("weekend", "mean"), [({5, 6}, "8"), ({4, 5}, "7")])
def test_working_days_are_those_outside_of_the_weekend(
    weekend: set[int], mean: str
) -> None:
    days = some_days([8, 8, 8, 8, 8, 1, 3])
    figures = some_figures(days=days, weeks=WEEKS[:1], weekend=frozenset(weekend))
    assert outline(figures).tiles[2].figure == mean


def test_time_that_was_not_loaded_is_said_once_and_shaded_in_every_chart() -> None:
    days = some_days([8] * 7 + [None] * 7 + [8] * 7)
    report = outline(
        some_figures(days=days, weeks=[WEEKS[0], WEEKS[2]], depth=[DEPTH[0], DEPTH[2]])
    )
    hole = (MONDAY + WEEK, MONDAY + 2 * WEEK - timedelta(days=1))
    said = "12\N{EN DASH}18 Oct 2026 were not loaded, or not in every table"
    assert sum(said in sentence for sentence in report.summary) == 1
    plots = [each.plot for each in report.sections if isinstance(each.plot, Lines)]
    assert len(plots) == 2
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
    assert "The table daily is not loaded" in report.summary[-1]


def test_who_came_in_the_first_week_is_not_told_from_who_was_there() -> None:
    flow = section(outline(some_figures(days=DAYS, weeks=WEEKS)), "flow")
    assert flow.numbers
    assert [row[0].value for row in flow.numbers.rows] == [
        MONDAY + WEEK,
        MONDAY + 2 * WEEK,
    ]


@pytest.mark.parametrize(
    ("active", "begins"),
    [(0, "Nobody used Zencoder in"), (1, "1 person used"), (2, "2 people used")],
)
def test_few_and_nobody_are_written_as_such(active: int, begins: str) -> None:
    report = outline(some_figures(days=DAYS, weeks=[a_week(0, active)]))
    assert report.summary[0].startswith(begins)


def languages(*, hidden: int = 0, **users: int) -> list[str]:
    given = Breakdown(uses(2, **users), {MONDAY + 2 * WEEK: hidden})
    figures = some_figures(days=DAYS, weeks=[a_week(2, 10)], languages=given)
    return section(outline(figures), "languages").sentences


def test_what_has_the_most_people_has_them_alone() -> None:
    [alone] = languages(Java=6)
    assert "Java\N{POP DIRECTIONAL ISOLATE} had the most people: 60%" in alone
    tie, more = languages(Java=6, Go=6)
    assert "each 60%" in tie
    assert "more than 100%" in more


def test_shares_add_up_to_more_than_all_only_where_they_do() -> None:
    assert not any("100%" in said for said in languages(Java=5, Go=5))


def test_names_of_few_people_are_counted() -> None:
    said = languages(Java=6, hidden=2)
    assert said[-1].startswith("2 more languages are not shown")


def test_a_share_that_few_are_not_part_of_is_a_bound() -> None:
    ides = [*uses(1, Code=6), *uses(2)]
    ides.append(type(ides[0])(MONDAY + 2 * WEEK, "Code", 7, is_at_least=True))
    figures = some_figures(days=DAYS, weeks=WEEKS, ides=Breakdown(ides, {}))
    shown = section(outline(figures), "ides")
    assert shown.table
    [row] = shown.table.rows
    texts = [cell.text for cell in row]
    assert texts == ["Code", "7 or more", "78% or more", "\N{EN DASH}"]
    assert row[1].value == "7 or more", "the CSV has no other figure"


def test_a_week_in_which_a_group_was_small_is_a_gap() -> None:
    ides = Breakdown([*uses(0, Code=9), *uses(2, Code=9)], {})
    shown = section(outline(some_figures(days=DAYS, weeks=WEEKS, ides=ides)), "ides")
    assert isinstance(shown.plot, Lines)
    assert [value for _, value in shown.plot.series[0].points] == [0.9, None, 1.0]


def test_cohorts_are_of_people_who_are_known_to_be_new() -> None:
    cohorts = [
        Cohort(MONDAY + n * WEEK, users, active, is_comparable=n > 0)
        for n, users, active in [
            (0, 10, {0: 10, 1: 8}),
            (1, 2, {0: 2, 1: 1}),
            (2, 4, {}),
        ]
    ]
    figures = some_figures(days=DAYS, weeks=WEEKS, cohorts=cohorts)
    shown = section(outline(figures), "cohorts")
    assert shown.table
    rows = [[cell.value for cell in row[1:]] for row in shown.table.rows]
    assert rows == [[2, 0.5], [4, None]]


def test_habits_name_the_kinds_of_users() -> None:
    habits = [Habit(1, 7, 9), Habit(8, 11, 5), Habit(12, 28, 6)]
    shown = section(
        outline(some_figures(days=DAYS, weeks=WEEKS, habits=habits)), "habits"
    )
    assert shown.sentences[0].startswith("6 people were active on 12 or more days")
    assert "30% of the 20 people" in shown.sentences[0]
    assert shown.numbers
    assert [row[1].text for row in shown.numbers.rows] == [
        "Occasional and regular users",
        "Regular users",
        "Power users",
    ]


SEATS = [
    SeatUse(0, 6, has_never_used=False, seats=20),
    SeatUse(7, None, has_never_used=False, seats=10),
    SeatUse(None, None, has_never_used=True, seats=10),
]


def seats(use: list[SeatUse], *, has_seats: bool = True) -> list[str]:
    figures = some_figures(days=DAYS, weeks=WEEKS, has_seats=has_seats, seats=use)
    shown = section(outline(figures), "seats")
    labels = [row[0].text for row in shown.table.rows] if shown.table else []
    return [*labels, *shown.sentences]


def test_seats_are_told_by_when_they_were_used_last() -> None:
    labels = ["In the last 7 days", "7 days ago or earlier", "Never"]
    assert seats(SEATS)[:3] == labels
    assert seats(SEATS)[3] == "There are 40 licensed seats."


def test_seats_that_would_tell_of_few_people_are_a_bound() -> None:
    bound = SeatUse(0, None, has_never_used=True, seats=30, is_at_least=True)
    first, _ = seats([bound])
    assert first == "There are at least 30 licensed seats."


def test_no_seats_are_not_called_few() -> None:
    assert seats([], has_seats=False) == [
        "The table of seats has none of this organisation."
    ]


@pytest.mark.parametrize(
    ("differing", "verdict"),
    [(0, "Yes: all 30 comparisons agree."), (2, "Not everywhere: 2 of 30 comparisons")],
)
def test_whether_the_numbers_agree_is_said_first(differing: int, verdict: str) -> None:
    check = Check("1d", "messages", 30, differing, MONDAY if differing else None)
    report = outline(some_figures(days=DAYS, weeks=WEEKS, checks=[check]))
    assert section(report, "checks").sentences[0].startswith(verdict)


def test_an_organisation_without_activity_has_no_charts() -> None:
    report = outline(some_figures(days=some_days([0] * 30)))
    assert report.tiles == []
    assert report.summary[0].startswith("Nobody used Zencoder from 5 Oct 2026 to")


def test_without_a_complete_day_nobody_is_said_to_be_absent() -> None:
    report = outline(some_figures(days=some_days([None])))
    assert report.summary[0].startswith("No day is complete yet")
