"""What the page says of figures: sentences, tables and charts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pages.made_up import MONDAY, WEEK, a_week, section, some_days, some_figures, uses
from report.content import Lines
from report.figures import (
    Breakdown,
    Check,
    Depth,
    Flow,
    Headline,
    Month,
    Newcomers,
    SeatUse,
    Segments,
    Team,
)
from report.outline import outline, team_reports

WEEKS = [
    a_week(0, 10),
    a_week(1, 12, 4, 8, 0, 2),
    a_week(2, 9, 0, 9, 0, 3),
]
DAYS = some_days([8] * 21)
DEPTH = [Depth(MONDAY + n * WEEK, 3.0, 10.0 + n, 20.5) for n in range(3)]
SUNDAY = MONDAY + timedelta(days=20)


LAST_WEEK = MONDAY + 2 * WEEK
SEGMENTS = [Segments(LAST_WEEK, None, 7, 5, 3)]
SEATS = [
    SeatUse("active in 28 days", "active in 7 days", 20),
    SeatUse("too new to judge", "never used", 10),
    SeatUse("not for 28 days", "not for 28 days", 10),
]
MONTHS = [
    Month(date(2026, 9, 1), 12),
    Month(date(2026, 10, 1), 10, Flow(1, 9, 0, 3)),
]
TEAMS = [
    Team(LAST_WEEK, "core", 1, 8, 6, 0.75, 5, is_at_least=True),
    Team(LAST_WEEK, "other teams", 3, None, 2, None, None, has_people_without=True),
]


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
    [needs] = [said for said in report.summary if said.startswith("Not here yet")]
    for topic in ("seats", "how often", "messages", "who comes", "teams", "IDEs"):
        assert topic in needs


def test_tiles_are_of_the_last_complete_week_with_their_last_weeks() -> None:
    headline = Headline(in_28_days=14, often=7)
    tiles = outline(
        some_figures(
            days=DAYS, weeks=WEEKS, depth=DEPTH, segments=SEGMENTS, headline=headline
        )
    ).tiles
    assert [tile.figure for tile in tiles] == ["14", "9", "7", "12"]
    assert tiles[1].spark[-3:] == [10, 12, 9]
    assert len(tiles[1].spark) == 12
    assert tiles[3].change == "1 more than the week before"


@pytest.mark.parametrize(
    ("before", "now", "begins"),
    [
        (44, 37, "Weekly use fell 16% in four weeks: 44 to 37 people"),
        (37, 44, "Weekly use rose 19% in four weeks: 37 to 44 people"),
        (37, 37, "Weekly use is what it was four weeks ago: 37 people"),
        (2, 1, "Weekly use went from 2 to 1 person in four weeks"),
    ],
)
def test_the_headline_is_the_change_in_four_weeks(
    before: int, now: int, begins: str
) -> None:
    weeks = [a_week(0, before), *(a_week(n, 40) for n in (1, 2, 3)), a_week(4, now)]
    report = outline(some_figures(days=some_days([8] * 35), weeks=weeks))
    assert report.summary[0].startswith(begins)


@pytest.mark.parametrize(("weekend", "mean"), [({5, 6}, "8"), ({4, 5}, "7")])
def test_working_days_are_those_outside_of_the_weekend(
    weekend: set[int], mean: str
) -> None:
    days = some_days([8, 8, 8, 8, 8, 1, 3])
    figures = some_figures(days=days, weeks=WEEKS[:1], weekend=frozenset(weekend))
    said = section(outline(figures), "people").sentences
    assert f"On a working day of the last complete week: {mean} on average." in said


def test_time_that_was_not_loaded_is_said_once_and_shaded_in_every_chart() -> None:
    days = some_days([8] * 7 + [None] * 7 + [8] * 7)
    report = outline(
        some_figures(days=days, weeks=[WEEKS[0], WEEKS[2]], depth=[DEPTH[0], DEPTH[2]])
    )
    hole = (MONDAY + WEEK, MONDAY + 2 * WEEK - timedelta(days=1))
    said = "12\N{EN DASH}18 Oct 2026 were not loaded, or not in every table"
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


def test_who_comes_and_goes_is_told_by_month_with_its_weeks_below() -> None:
    newcomers = [Newcomers(date(2026, 10, 1), 6, 5, 8.5, 3, None)]
    figures = some_figures(days=DAYS, weeks=WEEKS, months=MONTHS, newcomers=newcomers)
    shown = section(outline(figures), "comings")
    assert shown.title == "In October, 1 began and 3 did not return"
    assert shown.table
    assert shown.numbers
    [row] = shown.table.rows
    assert [cell.text for cell in row[1:]] == [
        "6",
        "5",
        "8.5",
        "3 (50%)",
        "\N{EN DASH}",
    ]
    assert [row[1].value for row in shown.numbers.rows] == [10, 12, 9]


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
    shown = section(outline(figures), "languages")
    return [shown.title, *shown.sentences]


def test_what_has_the_most_people_has_them_alone() -> None:
    alone, *_ = languages(Java=6)
    assert alone.endswith("Java\N{POP DIRECTIONAL ISOLATE} had the most people: 60%")
    tie, *said = languages(Java=6, Go=6)
    assert "each 60%" in tie
    assert "more than 100%" in said[1]


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
    assert texts == ["Code", "7 or more", "78% or more", "\N{EN DASH}", ""]
    assert row[1].value == "7 or more", "the CSV has no other figure"


def test_a_week_in_which_a_group_was_small_is_a_gap_in_its_line() -> None:
    ides = Breakdown([*uses(0, Code=9), *uses(2, Code=9)], {})
    shown = section(outline(some_figures(days=DAYS, weeks=WEEKS, ides=ides)), "ides")
    assert shown.table
    assert shown.table.rows[0][-1].spark
    assert shown.table.rows[0][-1].spark[-3:] == [0.9, None, 1.0]


def test_what_is_few_is_shown_with_the_next_kind() -> None:
    shown = section(
        outline(some_figures(days=DAYS, weeks=WEEKS, segments=SEGMENTS)), "segments"
    )
    assert shown.title == "7 of 12 people come often"
    assert shown.numbers
    assert [c.value for c in shown.numbers.rows[0][1:]] == [None, 7, 5, 3]
    assert any("with the next kind" in said for said in shown.sentences)


def renewal(use: list[SeatUse], headline: Headline) -> list[str]:
    figures = some_figures(
        days=DAYS, weeks=WEEKS, has_seats=True, seats=use, headline=headline
    )
    shown = section(outline(figures), "renewal")
    labels = [row[0].text for row in shown.table.rows] if shown.table else []
    return [*labels, shown.title, *shown.sentences]


def test_a_renewal_reads_how_many_seats_are_used_needed_and_idle() -> None:
    headline = Headline(18, 22, None, 40, 20, 10, 5, 50, 200.0)
    assert renewal(SEATS, headline)[:-1] == [
        "Active in 28 days",
        "Too new to judge or never used",
        "Not used for 28 days",
        "20 of 40 seats were used in 28 days",
        "At today's use 18 seats would be enough; the most that 28 days needed was 22.",
        "Of 50 seats bought, 10 are not assigned.",
        "10 seats are idle: not used for 28 days, or never. Their price is 200.",
        "5 people were active in 28 days without a seat.",
    ]


def test_seats_that_would_tell_of_few_people_are_a_bound() -> None:
    bound = SeatUse("active in 28 days", "not for 28 days", 30, is_at_least=True)
    assert renewal([bound], Headline(seats=30))[0] == "There are at least 30 seats"


def test_teams_are_told_without_few_and_each_has_a_page() -> None:
    figures = some_figures(days=DAYS, weeks=WEEKS, teams=TEAMS, has_people=True)
    shown = section(outline(figures), "teams")
    assert shown.table
    texts = [[cell.text for cell in row[:5]] for row in shown.table.rows]
    assert texts[0] == ["core", "8", "6", "75%", "5 or more"]
    assert texts[1] == ["Other teams", "\N{EN DASH}", "2", *["\N{EN DASH}"] * 2]
    assert shown.title == "Somebody was active in each of 1 team"
    merged = "Other teams: 3 teams and people without a team, counted together"
    assert any(merged in said for said in shown.sentences)
    [page] = team_reports(figures)
    assert page.name == "core"
    assert page.summary[0].startswith("6 people were active in the week of 19")


@pytest.mark.parametrize(
    ("differing", "verdict"),
    [(0, "The API's totals agree: 30"), (2, "The API's totals differ in 2 of 30")],
)
def test_whether_the_numbers_agree_is_said_first(differing: int, verdict: str) -> None:
    check = Check("1d", "messages", 30, differing, MONDAY if differing else None)
    report = outline(some_figures(days=DAYS, weeks=WEEKS, checks=[check]))
    assert section(report, "checks").title.startswith(verdict)
    assert section(report, "checks").is_folded == (not differing)
    assert any(said.startswith(verdict) for said in report.summary)


def test_an_organisation_without_activity_has_no_charts() -> None:
    report = outline(some_figures(days=some_days([0] * 30)))
    assert report.tiles == []
    assert report.summary[0].startswith("Nobody used Zencoder from 5 Oct 2026 to")


def test_without_a_complete_day_nobody_is_said_to_be_absent() -> None:
    report = outline(some_figures(days=some_days([None])))
    assert report.summary[0].startswith("No day is complete yet")
