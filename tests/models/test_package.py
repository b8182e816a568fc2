"""The models as a package in somebody's own dbt project."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import duckdb
import yaml

from models import oracle_of_seats
from models.activity import Rules
from models.chance import random_history
from models.checking import check, comparable
from models.databases import PROJECT, DuckDB
from models.oracle import Oracle

if TYPE_CHECKING:
    from pathlib import Path

    from models.history import Row

VARIABLES = {
    "zencoder_schema": "raw_usage",
    "zencoder_users_table": "people",
    "zencoder_week_start": "sunday",
    "zencoder_power_days": 8,
    "zencoder_seats_schema": "adoption",
    "zencoder_seats_table": "licences",
}
OWN_PROJECT = {
    "name": "own",
    "version": "1.0.0",
    "profile": "zencoder",
    "vars": {"zencoder": VARIABLES},
    "models": {"zencoder": {"+schema": "zencoder"}},
}
OWN_MODEL = """
select week, active_users from {{ ref('zencoder__weekly') }} where is_complete
"""


class OwnProject(DuckDB):
    """A file with tables of other names, and models in a schema of their own."""

    source_schema = "raw_usage"
    models_schema = "adoption"

    def read(self, model: str) -> list[Row]:
        with duckdb.connect(self.file, read_only=True) as database:
            answer = database.sql(f"FROM adoption_zencoder.{model}")
            return [
                dict(zip(answer.columns, row, strict=True)) for row in answer.fetchall()
            ]


def test_a_project_installs_the_package_and_sets_its_variables(tmp_path: Path) -> None:
    project = tmp_path / "own"
    (project / "models").mkdir(parents=True)
    (project / "seeds").mkdir()
    (project / "dbt_project.yml").write_text(yaml.safe_dump(OWN_PROJECT))
    packages = {"packages": [{"local": str(PROJECT)}]}
    (project / "packages.yml").write_text(yaml.safe_dump(packages))
    (project / "models" / "own_weeks.sql").write_text(OWN_MODEL)
    seats = ["user-1@example.com", "USER-2@example.com", "never@example.com"]
    (project / "seeds" / "licences.csv").write_text("\n".join(["email", *seats]))

    history = random_history("default", random.Random(5))  # noqa: S311  # repeatable
    database = OwnProject(tmp_path)
    database.load(history.rows(), of_several=False)
    with duckdb.connect(database.file) as connection:
        connection.execute("ALTER TABLE raw_usage.users RENAME TO people")
    for command in ("deps", "seed", "build"):
        done = database.dbt(command, project=project)
        assert done.returncode == 0, done.stdout[-6000:]

    rules = Rules(week_start="sunday", power_days=8)
    check(database, [history], rules)
    oracle = Oracle(history, rules)
    given = dict.fromkeys(email.lower() for email in seats)
    built = comparable(database.read("zencoder__seats"), "email")
    assert built == comparable(oracle_of_seats.seats(oracle, given), "email")
    with duckdb.connect(database.file) as connection:
        weeks = connection.sql("FROM adoption.own_weeks ORDER BY week").fetchall()
    assert weeks == [
        (row["week"], row["active_users"])
        for row in oracle.weekly()
        if row["is_complete"]
    ]
    _without_our_tables(database, project)


def _without_our_tables(database: OwnProject, project: Path) -> None:
    """What the host has beside us is built, compiled and described as before."""
    (project / "models" / "own.sql").write_text("select 1 as one")
    with duckdb.connect(database.file) as connection:
        connection.execute("DROP TABLE raw_usage.people")
        connection.execute("DROP TABLE raw_usage.daily")
    for words in (["compile"], ["docs", "generate"], ["build", "--empty"]):
        done = database.dbt(*words, project=project)
        assert ("There is no table" in done.stdout) is False, done.stdout[-3000:]
    for words in (["compile"], ["docs", "generate"]):
        done = database.dbt(*words, project=project)
        assert done.returncode == 0, done.stdout[-3000:]
    done = database.dbt("build", project=project)
    assert done.returncode == 1
    assert "There is no table people in store.raw_usage." in done.stdout
    with duckdb.connect(database.file) as connection:
        assert connection.sql("FROM adoption.own").fetchall() == [(1,)]
