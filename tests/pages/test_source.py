"""What is read from dbt's output, and what a user reads when dbt fails."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from report.rows import figures
from report.source import ReportError, parsed, sentence

NAMES = [
    *("daily", "weekly", "monthly", "ides", "hidden_ides", "languages"),
    *("hidden_languages", "depth", "segments", "newcomers", "teams", "seat_use"),
    *("organizations", "checks"),
]
DAYS = [
    {
        "organization": "north",
        "day": "2026-10-05",
        "active_users": "7",
        "weekly_active_users": "9",
        "monthly_active_users": None,
        "incomplete_reason": None,
        "is_assumed": "0",
    },
    {
        "organization": "north",
        "day": "2026-10-06",
        "active_users": None,
        "weekly_active_users": None,
        "monthly_active_users": None,
        "incomplete_reason": "not over",
        "is_assumed": "0",
    },
]
SEGMENTS = [
    {
        "organization": "north",
        "week": "2026-09-28",
        "shown_power_users": None,
        "shown_regular_users": "7",
        "shown_occasional_users": "5",
        "dormant_users": "0",
    }
]
CHECKS = [
    {
        "organization": "south",
        "period": "7d",
        "check_name": "messages",
        "compared": "1",
        "differing": "0",
        "last_differing_day": None,
    }
]
TABLES: dict[str, list[Any]] = {
    **{name: [] for name in NAMES},
    "daily": DAYS,
    "segments": SEGMENTS,
    "checks": CHECKS,
}
MADE_ON = date(2026, 10, 7)
RUNNING = "Encountered an error while running operation: "
OTHER_MODELS = "The models may be of another version: build them again."
SETTINGS = {
    "minimum_group": 5,
    "power_days": 12,
    "regular_days": 4,
    "weekend": [5, 6],
    "has_seats": False,
    "has_people": False,
}


def lines(**settings: Any) -> list[str]:
    tables = [
        json.dumps(
            {
                "table": name,
                "columns": list(rows[0]) if rows else [],
                "rows": [list(row.values()) for row in rows],
            }
        )
        for name, rows in TABLES.items()
    ]
    return [json.dumps({**SETTINGS, **settings}), *tables]


def test_what_is_not_complete_is_unknown() -> None:
    read = figures(parsed(lines()), "north", MADE_ON)
    [day] = read.complete_days
    assert (day.day, day.users) == (date(2026, 10, 5), 7)
    assert (day.users_in_7_days, day.users_in_28_days) == (9, None)
    assert read.missing == []


def test_a_kind_of_few_is_counted_in_the_next() -> None:
    [segments] = figures(parsed(lines()), "north", MADE_ON).segments
    assert (segments.power, segments.regular, segments.often) == (None, 7, 7)


def test_an_organisation_is_known_from_any_table() -> None:
    assert parsed(lines()).organizations() == ["north", "south"]


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
