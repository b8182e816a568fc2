"""Every figure of every mart, in each warehouse and for more organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from models.checking import check_one_organisation, check_several_organisations

if TYPE_CHECKING:
    from collections.abc import Callable

    from models.databases import Database

KINDS = ("duckdb", "postgres", "bigquery", "snowflake")


@pytest.mark.parametrize("kind", KINDS)
def test_figures_of_random_organisations_are_right(
    new_database: Callable[[str], Database],
    kind: str,
    seed: int,
) -> None:
    check_several_organisations(new_database(kind), seed)


@pytest.mark.parametrize("kind", KINDS)
def test_figures_of_a_random_organisation_are_right(
    new_database: Callable[[str], Database],
    kind: str,
    seed: int,
) -> None:
    check_one_organisation(new_database(kind), seed)
