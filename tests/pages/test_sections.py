"""What each section says of figures: its heading, sentences and tables."""

from __future__ import annotations

from datetime import date

import pytest

from pages.made_up import (
    DAYS,
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
from report.figures import (
    Breakdown,
    Check,
    Flow,
    Headline,
    Month,
    Newcomers,
    SeatUse,
)
from report.outline import outline, team_reports


@pytest.mark.parametrize(("weekend", "mean"), [({5, 6}, "8"), ({4, 5}, "7")])
def test_working_days_are_those_outside_of_the_weekend(
    weekend: set[int], mean: str
) -> None:
    days = some_days([8, 8, 8, 8, 8, 1, 3])
    figures = some_figures(days=days, weeks=WEEKS[:1], weekend=frozenset(weekend))
    said = section(outline(figures), "people").sentences
    [average] = [each for each in said if each.startswith("On an average working day")]
    assert f"{mean} people" in average


def test_who_comes_and_goes_has_the_months_of_its_chart_and_weeks_below() -> None:
    newcomers = [Newcomers(date(2026, 10, 1), 6, 5, 8.5, 3, None)]
    figures = some_figures(days=DAYS, weeks=WEEKS, months=MONTHS, newcomers=newcomers)
    shown = section(outline(figures), "comings")
    assert shown.title == (
        "In October, 1 person was new, and 3 of 12 people from September did not return"
    )
    assert shown.table
    [row] = shown.table.rows
    assert [cell.text for cell in row[1:]] == [
        "6",
        "5",
        "8.5",
        "3 (50%)",
        "\N{EN DASH}",
    ]
    months, weeks = shown.numbers
    assert [c.value for c in months.rows[1][1:]] == [10, 9, 0, 1, 3, 0.75]
    assert [row[1].value for row in weeks.rows] == [10, 12, 9]
    files = [shown.file(table) for table in shown.tables]
    assert files[1:] == ["comings-by-month.csv", "comings-by-week.csv"]


@pytest.mark.parametrize(
    ("flow", "title"),
    [
        (Flow(0, 48, 1, 0), "no one was new, and all 48 people from September were"),
        (Flow(2, 1, 0, 0), "2 people were new, and the 1 person from September was"),
        (Flow(2, 0, 0, 0), "2 people were new, and no one had been active in Sept"),
    ],
)
def test_a_month_is_told_by_who_was_new_and_who_was_active_again(
    flow: Flow, title: str
) -> None:
    months = [Month(date(2026, 10, 1), 10, flow)]
    shown = section(
        outline(some_figures(days=DAYS, weeks=WEEKS, months=months)), "comings"
    )
    assert shown.title.startswith(f"In October, {title}")


def languages(*, hidden: int = 0, **users: int) -> list[str]:
    given = Breakdown(uses(2, **users), {MONDAY + 2 * WEEK: hidden})
    figures = some_figures(days=DAYS, weeks=[a_week(2, 10)], languages=given)
    shown = section(outline(figures), "languages")
    return [shown.title, *shown.sentences]


def test_what_has_the_most_people_has_them_alone() -> None:
    alone, *_ = languages(Java=6)
    assert "Java\N{POP DIRECTIONAL ISOLATE} was the most used language: 60%" in alone
    tie, *said = languages(Java=6, Go=6)
    assert "were the most used languages: 60% of people each" in tie
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
    assert sum('"Or more"' in said for said in shown.sentences) == 1


def test_a_bound_is_explained_only_where_it_is_shown() -> None:
    [now] = uses(2, Code=6)
    earlier = type(now)(MONDAY + WEEK, "Code", 8, is_at_least=True)
    ides = Breakdown([earlier, now], {})
    shown = section(outline(some_figures(days=DAYS, weeks=WEEKS, ides=ides)), "ides")
    assert not any('"Or more"' in said for said in shown.sentences)
    assert '"Or more"' in shown.numbers[0].note


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
    assert shown.title == "7 of 12 people used it on 4 or more of 28 days"
    [numbers] = shown.numbers
    assert [c.value for c in numbers.rows[0]] == [SUNDAY, None, 7, 5, 3]
    assert any("counted in the neighbouring group" in said for said in shown.sentences)


def renewal(use: list[SeatUse], headline: Headline) -> list[str]:
    figures = some_figures(
        days=DAYS, weeks=WEEKS, has_seats=True, seats=use, headline=headline
    )
    shown = section(outline(figures), "renewal")
    labels = [row[0].text for row in shown.table.rows] if shown.table else []
    return [*labels, shown.title, *shown.sentences]


def test_a_renewal_reads_how_many_seats_are_used_needed_and_idle() -> None:
    headline = Headline(18, 22, None, 40, 20, 10, 5, 50, 200.0)
    *labels, title, needed, assigned, idle, without, _ = renewal(SEATS, headline)
    assert labels == [
        "Active in 28 days",
        "Too new to judge or never used",
        "Not used for 28 days",
    ]
    assert title == "20 of 40 seats were used in the last 28 days"
    assert needed.startswith("18 people used it in the last 28 days (28 Sep")
    assert needed.endswith("18 seats would do; the highest 28-day count was 22.")
    assert assigned == "10 of 50 seats bought are not assigned."
    assert idle.startswith("10 seats are idle")
    assert idle.endswith("Together they cost 200 (20 each).")
    assert without.startswith("5 people used it in the last 28 days but")


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
    assert "core" in shown.title
    merged = "Other teams: 3 teams and people without a team, combined"
    assert any(merged in said for said in shown.sentences)
    assert sum('"Or more"' in said for said in shown.sentences) == 1
    [page] = team_reports(figures)
    assert page.name == "core"
    assert page.summary[0].startswith("6 of 8 people used it in the week of 19")


@pytest.mark.parametrize(
    ("differing", "verdict"),
    [
        (0, "Our counts match Zencoder's own totals in all 30 checks"),
        (2, "Our counts differ from Zencoder's own totals in 2 of 30 checks"),
    ],
)
def test_whether_the_numbers_agree_is_said_first(differing: int, verdict: str) -> None:
    check = Check("1d", "messages", 30, differing, MONDAY if differing else None)
    report = outline(some_figures(days=DAYS, weeks=WEEKS, checks=[check]))
    assert section(report, "checks").title.startswith(verdict)
    assert section(report, "checks").is_folded == (not differing)
    assert any(said.startswith(verdict) for said in report.summary)
