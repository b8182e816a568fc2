"""What is read from dbt's output, and what a user reads when dbt fails."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from report.errors import ReportError
from report.rows import figures
from report.source import parsed, sentence

TABLES: dict[str, tuple[list[str], list[list[str | None]]]] = {
    "daily": (
        [
            "organization",
            "day",
            "active_users",
            "weekly_active_users",
            "monthly_active_users",
            "is_complete",
            "is_full_week",
            "is_full_month",
        ],
        [
            ["north", "2026-10-05", "7", "9", "12", "1", "1", "0"],
            ["north", "2026-10-06", "3", "9", "12", "0", "1", "0"],
        ],
    ),
    "weekly": ([], []),
    "cohorts": (
        [
            "organization",
            "cohort_week",
            "weeks_since",
            "users",
            "active_users",
            "is_comparable",
        ],
        [
            ["north", "2026-09-28", "0", "6", "6", "0"],
            ["north", "2026-09-28", "1", "6", None, "0"],
        ],
    ),
    "ides": ([], []),
    "languages": ([], []),
    "habits": ([], []),
    "seats": ([], []),
    "checks": (
        [
            "organization",
            "period",
            "check_name",
            "compared",
            "differing",
            "last_differing_day",
        ],
        [["south", "7d", "messages", "1", "0", None]],
    ),
}
RUNNING = "Encountered an error while running operation: "
OTHER_MODELS = "The models may be of another version: build them again."
SETTINGS = {"minimum_group": 5, "power_days": 12, "regular_days": 4, "has_seats": False}


def lines(**settings: Any) -> list[str]:
    tables = [
        json.dumps({"table": name, "columns": columns, "rows": rows})
        for name, (columns, rows) in TABLES.items()
    ]
    return [json.dumps({**SETTINGS, **settings}), *tables]


def test_days_that_are_not_over_and_windows_that_are_not_full_are_unknown() -> None:
    [day] = figures(parsed(lines()), "north").days
    assert (day.day, day.users) == (date(2026, 10, 5), 7)
    assert (day.users_in_7_days, day.users_in_28_days) == (9, None)


def test_a_week_of_a_cohort_that_is_not_over_is_left_out() -> None:
    [cohort] = figures(parsed(lines()), "north").cohorts
    assert cohort.active == {0: 6}


def test_an_organisation_is_known_from_any_table() -> None:
    assert parsed(lines()).organizations() == ["north", "south"]


def test_seats_are_unknown_unless_a_table_is_given() -> None:
    assert figures(parsed(lines()), "north").seats is None
    given = figures(parsed(lines(has_seats=True)), "north").seats
    assert given
    assert given.seats == 0


@pytest.mark.parametrize(
    "printed",
    [[], ["{}"], lines()[:-1], ["no JSON"], [lines()[0].replace("minimum", "least")]],
)
def test_rows_of_another_version_are_an_error(printed: list[str]) -> None:
    with pytest.raises(ReportError, match="use both of one version"):
        parsed(printed)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "Encountered an error:\nRuntime Error\n  Could not find profile named 'x'",
            "dbt: Could not find profile named 'x'",
        ),
        (
            f"{RUNNING}Compilation Error in m\n  A table has no column x.\n  \n  > in",
            "dbt: A table has no column x.",
        ),
        (
            f"{RUNNING}IO Error: No such file",
            "dbt: IO Error: No such file",
        ),
        (
            f'{RUNNING}Database Error\n  column "week" does not exist',
            f'dbt: column "week" does not exist. {OTHER_MODELS}',
        ),
        ("String '{a' is not valid YAML", "dbt: String '{a' is not valid YAML"),
    ],
)
def test_a_failure_of_dbt_is_one_sentence(said: str, told: str) -> None:
    assert sentence(said) == told
