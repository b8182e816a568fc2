"""What is beside the models in a warehouse, in dbt's project of somebody else."""

from __future__ import annotations

import random
import secrets
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import yaml

from models.chance import random_history
from models.databases import PROJECT, DuckDB, Postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from support.postgres_server import PostgresServer

    from models.databases import Database

HISTORY = random_history("one", random.Random(3))  # noqa: S311  # repeatable on purpose
OWN_VIEW = """
{{ config(materialized='view') }}
select * from {{ ref('zencoder__daily') }}
"""
TIME_SPINE = {
    "own_days.sql": "select cast('2026-01-01' as date) as date_day",
    "own_days.yml": """
        models:
          - name: own_days
            time_spine: {standard_granularity_column: date_day}
            columns: [{name: date_day, granularity: day}]
    """,
}
SEMANTIC_MODELS = {"vars": {"zencoder": {"zencoder_semantic_models": True}}}


def host(folder: Path, files: dict[str, str], **settings: Any) -> Path:
    """Return a project that uses the package, with models of its own."""
    project = folder / "own"
    (project / "models").mkdir(parents=True)
    own = {"name": "own", "version": "1.0.0", "profile": "zencoder", **settings}
    (project / "dbt_project.yml").write_text(yaml.safe_dump(own))
    packages = {"packages": [{"local": str(PROJECT)}]}
    (project / "packages.yml").write_text(yaml.safe_dump(packages))
    for name, text in files.items():
        (project / "models" / name).write_text(text)
    return project


def run(database: Database, project: Path, *words: str) -> None:
    done = database.dbt(*words, project=project)
    assert done.returncode == 0, done.stdout[-6000:]


@pytest.fixture
def reader(server: PostgresServer) -> Iterator[str]:
    """Give the name of somebody who may read nothing yet."""
    name = f"reader_{secrets.token_hex(4)}"
    with server.connect() as connection:
        connection.execute(f"CREATE ROLE {name}".encode())
        yield name
        connection.execute(f"DROP OWNED BY {name}".encode())
        connection.execute(f"DROP ROLE {name}".encode())


def test_grants_and_views_that_dbt_makes_are_there_after_a_second_build(
    new_database: Callable[[str], Database], reader: str, tmp_path: Path
) -> None:
    postgres = new_database("postgres")
    assert isinstance(postgres, Postgres)
    postgres.load(HISTORY.rows(), of_several=False)
    marts = {"marts": {"+grants": {"select": [reader]}}}
    files = {"own_view.sql": OWN_VIEW}
    project = host(tmp_path, files, models={"zencoder": marts})
    run(postgres, project, "deps")
    run(postgres, project, "build", "--empty")
    schema = postgres.models_schema
    with postgres.server.connect() as connection:
        for statement in (
            f"GRANT USAGE ON SCHEMA {schema} TO {reader}",
            f"GRANT SELECT ON {schema}.own_view TO {reader}",
            f"CREATE VIEW {schema}.by_hand AS TABLE {schema}.zencoder__daily",
        ):
            connection.execute(statement.encode())
    run(postgres, project, "build")
    assert postgres.read("own_view") == postgres.read("zencoder__daily") != []
    with postgres.server.connect() as connection:
        connection.execute(f"SET ROLE {reader}".encode())
        for mart in ("zencoder__daily", "zencoder__users"):
            connection.execute(f"TABLE {schema}.{mart}".encode())
        # What dbt does not know of is lost, as docs/models.md says.
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"TABLE {schema}.own_view".encode())
        with pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute(f"TABLE {schema}.by_hand".encode())


def test_the_marts_carry_their_descriptions(
    new_database: Callable[[str], Database],
) -> None:
    postgres = new_database("postgres")
    assert isinstance(postgres, Postgres)
    postgres.load(HISTORY.rows(), of_several=False)
    postgres.build()
    query = """
        SELECT count(*), count(col_description(attrelid, attnum)),
            count(obj_description(attrelid, 'pg_class'))
        FROM pg_attribute INNER JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = %s::regnamespace AND attnum > 0
            AND starts_with(relname, 'zencoder__')
    """
    with postgres.server.connect() as connection:
        cursor = connection.execute(query, [postgres.models_schema])
        [(columns, described, of_described)] = cursor.fetchall()
    assert columns == described == of_described > 0


def test_a_model_that_is_not_a_mart_is_private(tmp_path: Path) -> None:
    files = {"own.sql": "select * from {{ ref('int_zencoder__users') }}"}
    project = host(tmp_path, files)
    database = DuckDB(tmp_path)
    run(database, project, "deps")
    done = database.dbt("parse", project=project)
    assert done.returncode != 0
    sentence = "which is not allowed because the referenced node is private"
    assert sentence in " ".join(done.stdout.split())


def test_the_semantic_models_fit_a_project_with_a_time_spine(tmp_path: Path) -> None:
    project = host(tmp_path, TIME_SPINE, **SEMANTIC_MODELS)
    database = DuckDB(tmp_path)
    run(database, project, "deps")
    errors = ["--warn-error-options", '{"error": "all"}']
    run(database, project, *errors, "parse", "--show-all-deprecations")
    done = database.dbt("--quiet", "list", "--resource-type=metric", project=project)
    for metric in ("weekly_active_users", "retention", "seat_use"):
        assert f"metric:zencoder.zencoder_{metric}\n" in done.stdout
