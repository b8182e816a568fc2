"""The oldest dbt that the package allows, and MetricFlow with it."""

from __future__ import annotations

import csv
import random
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import override
from warehouses.servers import command

from models.chance import random_history
from models.checking import check_one_organisation, tables_of
from models.databases import DuckDB
from models.test_guests import SEMANTIC_MODELS, TIME_SPINE, host, run

if TYPE_CHECKING:
    from pathlib import Path


class Oldest(DuckDB):
    """A file, and the oldest dbt."""

    @override
    def command(self) -> list[str]:
        return command("dbt-oldest", "dbt")


def test_the_oldest_dbt_builds_the_models(tmp_path: Path) -> None:
    database = Oldest(tmp_path)
    check_one_organisation(database, seed=0)
    for words in (
        ["run-operation", "zencoder.report_rows"],
        ["list"],
        ["compile"],
        ["docs", "generate"],
        ["build", "--empty"],
    ):
        done = database.dbt(*words)
        assert done.returncode == 0, done.stdout[-6000:]


def test_metricflow_computes_what_the_marts_have(tmp_path: Path) -> None:
    database = Oldest(tmp_path)
    choice = random.Random(8)  # noqa: S311  # repeatable on purpose
    histories = [random_history(name, choice) for name in ("north", "south", "west")]
    database.load(tables_of(histories), of_several=True)
    project = host(tmp_path, TIME_SPINE, **SEMANTIC_MODELS)
    for words in (["deps"], ["build"]):
        run(database, project, *words)
    rows = queried(database, project, "weekly_active_users", "retention")
    marts = {
        (row["organization"], str(row["week"])): (row["active_users"], row["retention"])
        for row in database.read("zencoder__weekly")
        if row["is_complete"]
    }
    assert len(marts) > 9
    assert any(retention is not None for _, retention in marts.values())
    assert rows == {
        key: tuple(None if figure is None else pytest.approx(figure) for figure in row)
        for key, row in marts.items()
    }


def queried(database: Oldest, project: Path, *metrics: str) -> dict[Any, Any]:
    """Return metrics of each organisation and week of which there are any."""
    file = project / "metrics.csv"
    # MetricFlow reads what dbt wrote there.
    (project / "target").symlink_to(database.folder / "target")
    words = ["query", "--metrics", ",".join(f"zencoder_{name}" for name in metrics)]
    words += ["--group-by", "zencoder_organization,metric_time__week"]
    done = subprocess.run(
        [*command("dbt-oldest", "mf"), *words, "--csv", str(file)],
        cwd=project,
        env=database.dbt_environment(project),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with file.open() as lines:
        rows = list(csv.reader(lines))[1:]
    return {
        (organization, week[:10]): tuple(float(f) if f else None for f in figures)
        for week, organization, *figures in rows
        if any(figures)
    }
