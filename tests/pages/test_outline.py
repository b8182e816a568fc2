"""What a page says, and what it leaves out, from figures made up for it."""

from __future__ import annotations

import csv
import io
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.made_up import MONDAY, WEEK, a_week, section, some_days, some_figures, uses
from report.content import Cell, Lines, Table
from report.figures import Check, Cohort, Seats
from report.outline import outline

WEEKS = [
    a_week(0, active=10),
    a_week(1, active=12, retained=8, churned=2),
    a_week(2, active=9, retained=9, churned=3),
]
DAYS = some_days([8] * 21)


def test_the_sections_come_in_the_order_in_which_they_are_read() -> None:
    report = outline(some_figures(days=DAYS, weeks=WEEKS, seats=Seats(20, 10, 9, 8)))
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
    tiles = outline(some_figures(days=days, weeks=WEEKS)).tiles
    assert [(tile.figure, tile.change) for tile in tiles] == [
        ("9", "3 fewer than the week before"),
        ("2", ""),
        ("5", "3 fewer than the week before"),
        ("12.5", "The same as the week before"),
        ("75%", "5 points less than the week before"),
    ]


def test_who_came_in_the_first_week_is_not_told_from_who_was_there() -> None:
    flow = section(outline(some_figures(days=DAYS, weeks=WEEKS)), "flow")
    assert flow.numbers
    assert [row[0].value for row in flow.numbers.rows] == [
        MONDAY + WEEK,
        MONDAY + 2 * WEEK,
    ]


def test_nobody_is_looked_at_in_a_week_of_few_people() -> None:
    weeks = [a_week(0, active=4), a_week(1, active=4, retained=4)]
    report = outline(some_figures(days=DAYS, weeks=weeks, ides=uses(1, VSCode=4)))
    assert [tile.figure for tile in report.tiles[3:]] == ["\N{EN DASH}", "\N{EN DASH}"]
    assert not section(report, "messages").numbers
    assert not section(report, "ides").plot
    assert "VSCode" not in str(report)


def test_an_ide_of_few_people_is_counted_and_not_named() -> None:
    ides = [*uses(1, Code=9, Rare=4), *uses(2, Code=6, Rare=3, Other=2)]
    report = outline(some_figures(days=DAYS, weeks=WEEKS, ides=ides))
    shown = section(report, "ides")
    assert (
        "2 more IDEs are not shown, each of which fewer than 5" in shown.sentences[-1]
    )
    assert "Rare" not in str(report)
    assert shown.table
    assert [cell.value for cell in shown.table.rows[0]][:3] == ["Code", 6, 6 / 9]


def test_a_week_in_which_a_group_was_small_is_a_gap() -> None:
    ides = [*uses(0, Code=9), *uses(1, Code=4), *uses(2, Code=9)]
    shown = section(outline(some_figures(days=DAYS, weeks=WEEKS, ides=ides)), "ides")
    assert isinstance(shown.plot, Lines)
    assert [value for _, value in shown.plot.series[0].points] == [0.9, None, 1.0]


def cohort(number: int, users: int, *active: int) -> Cohort:
    week = MONDAY + number * WEEK
    return Cohort(
        week, users, dict(enumerate((users, *active))), is_comparable=number > 0
    )


def test_small_cohorts_are_one_and_what_is_not_over_is_empty() -> None:
    cohorts = [cohort(0, 10, 8), cohort(1, 2, 1), cohort(2, 4, 3), cohort(3, 6)]
    shown = section(
        outline(some_figures(days=DAYS, weeks=WEEKS, cohorts=cohorts)), "cohorts"
    )
    assert shown.table
    assert [[cell.value for cell in row[1:]] for row in shown.table.rows] == [
        [10, 0.8],
        [6, 4 / 6],
        [6, None],
    ]


@given(people=st.dictionaries(st.integers(0, 28), st.integers(1, 9), max_size=29))
def test_how_many_days_people_use_it_is_never_about_few(people: dict[int, int]) -> None:
    figures = some_figures(days=DAYS, weeks=WEEKS, active_days=people)
    shown = section(outline(figures), "habits")
    if not shown.numbers:
        assert sum(people.values()) < 5
        return
    groups = [row[2].value for row in shown.numbers.rows]
    assert sum(group for group in groups if isinstance(group, int)) == sum(
        people.values()
    )
    assert not set(groups) & {1, 2, 3, 4}


def test_seats_are_told_by_when_they_were_used_last() -> None:
    figures = some_figures(days=DAYS, weeks=WEEKS, seats=Seats(40, 30, 22, 20))
    shown = section(outline(figures), "seats")
    assert shown.table
    assert [(row[0].text, row[1].value) for row in shown.table.rows] == [
        ("Active in the last 7 days", 20),
        ("8 to 28 days ago or earlier", 10),
        ("Never active", 10),
    ]
    assert "22" not in shown.sentences[0], "or 2 would be known"


def test_how_many_seats_are_used_is_said_where_no_group_is_small() -> None:
    figures = some_figures(days=DAYS, weeks=WEEKS, seats=Seats(40, 35, 30, 20))
    told = section(outline(figures), "seats").sentences[0]
    assert "40 licensed seats, of which 30 (75%) were used" in told


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
    assert report.summary[0].startswith("Nobody has used Zencoder from 5 Oct 2026 to")


def test_the_csv_has_the_values_and_no_formula() -> None:
    names = ['=SUM(1)"', "+1", "-1", "@x", "a,b", "</script>", "\u202eע"]
    rows = [[Cell(name, name), Cell("33%", 1 / 3), Cell("", None)] for name in names]
    kind, _, text = Table(["Name", "Share", "Change"], rows).csv.partition(",")
    assert kind == "data:text/csv;charset=utf-8"
    assert not set(text) & set("\"<> '")
    read = list(csv.reader(io.StringIO(unquote(text))))
    assert read[0] == ["Name", "Share", "Change"]
    assert [row[0].removeprefix("'") for row in read[1:]] == names
    assert all(row[0][0] not in "=+-@" for row in read[1:])
    assert {tuple(row[1:]) for row in read[1:]} == {("0.3333", "")}
