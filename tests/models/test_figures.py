"""Every figure of every mart is what the oracle says; more in test_more_figures.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.checking import check_one_organisation, check_several_organisations

if TYPE_CHECKING:
    from collections.abc import Callable

    from models.databases import Database


def test_figures_of_several_organisations_are_right(
    new_database: Callable[[str], Database],
) -> None:
    check_several_organisations(new_database("duckdb"), seed=0)


def test_figures_are_right_when_weeks_begin_on_another_day(
    new_database: Callable[[str], Database],
) -> None:
    check_one_organisation(new_database("postgres"), seed=0)
