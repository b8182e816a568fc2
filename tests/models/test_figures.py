"""Every figure of every mart is what the oracle says; more in test_more_figures.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.checking import (
    check_one_organisation,
    check_several_organisations,
    described_columns,
)
from models.databases import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable

    from models.databases import Database


def test_figures_of_several_organisations_are_right(
    new_database: Callable[[str], Database],
) -> None:
    database = new_database("duckdb")
    check_several_organisations(database, seed=0)
    # Every column is described, and no other.
    models = {path.stem for path in (PROJECT / "models").rglob("*.sql")}
    described = described_columns()
    assert set(described) == models
    for model, columns in described.items():
        rows = database.read(model)
        assert not rows or set(rows[0]) == set(columns), model


def test_figures_are_right_when_weeks_begin_on_another_day(
    new_database: Callable[[str], Database],
) -> None:
    check_one_organisation(new_database("postgres"), seed=0)
