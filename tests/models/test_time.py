"""Days to come, and how long ago the last sync was."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from models.activity import Rules
from models.chance import random_history
from models.checking import check
from models.databases import DuckDB

HISTORY = random_history("default", random.Random(3))  # noqa: S311  # repeatable on purpose


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> DuckDB:
    return DuckDB(tmp_path_factory.mktemp("duckdb"))


@pytest.mark.parametrize(
    "day", [datetime.now(UTC).date() + timedelta(1), date(2099, 12, 31)]
)
def test_rows_of_days_to_come_change_no_figure(database: DuckDB, day: date) -> None:
    rows = HISTORY.rows()
    for table, known in rows.items():
        known.append({**known[-1], "day": day})
        if table == "period_summaries":
            known[0] = {**known[0], "end": day}
    database.load(rows, of_several=False)
    database.build()
    check(database, [HISTORY], Rules())


@pytest.mark.parametrize(("hours", "status"), [(1, 0), (100, 1)])
def test_data_is_as_fresh_as_the_last_sync_whoever_was_active(
    database: DuckDB, hours: int, status: int
) -> None:
    rows = HISTORY.rows()
    synced = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=hours)
    rows["daily"].append({**rows["daily"][-1], "_sdc_extracted_at": synced})
    database.load(rows, of_several=False)
    done = database.dbt("source", "freshness")
    assert done.returncode == status, done.stdout
