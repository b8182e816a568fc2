"""From the API to the marts through Meltano, with the settings of the loaders."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.meltano_project import MeltanoProject, variables
from warehouses.organisations import LeftOrganisation, OddOrganisation

from models.activity import Rules
from models.checking import check
from models.history import Answer, History, User
from tap_zencoder.days import Window
from tap_zencoder.sandbox import Organisation, Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from models.databases import Database

# Meltano runs the tap with its own clock.
NOW = datetime.now(UTC).replace(tzinfo=None)
DAYS = Window(NOW.date() - timedelta(days=30), NOW.date() - timedelta(days=2))
SLICE = {"start_date": DAYS.first, "end_date": DAYS.last, "lookback_days": 40}

only_with_all = pytest.mark.skipif(
    os.environ.get("TEST_WAREHOUSES") != "all",
    reason="takes long: make test-warehouses",
)


@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=only_with_all) for kind in ("duckdb", "postgres")],
)
def test_one_line_brings_usage_into_the_marts_without_who_is_listed_no_longer(
    new_database: Callable[[str], Database],
    kind: str,
    tmp_path: Path,
) -> None:
    before, after = OddOrganisation(seed=7), LeftOrganisation(seed=7)
    database = new_database(kind)
    (tmp_path / "project").mkdir()
    project = MeltanoProject.create(tmp_path / "project")
    settings = {
        **database.environment(),
        "ZENCODER_MODELS_SCHEMA": database.models_schema,
        "DBT_VARS": f"{{zencoder_schema: {database.source_schema}}}",
        f"TARGET_{kind.upper()}_DEFAULT_TARGET_SCHEMA": database.source_schema,
    }
    if kind == "duckdb":
        settings["TARGET_DUCKDB_DATABASE"] = "store"

    def run(organisation: Organisation, *words: str) -> None:
        with Sandbox(organisation) as sandbox:
            own = variables("TAP_ZENCODER", {**sandbox.settings(), **SLICE})
            done = project.run(*words, **own, **settings)
        assert done.returncode == 0, done.stdout + done.stderr

    pipeline = ["tap-zencoder", f"target-{kind}"]
    run(before, *pipeline)
    run(after, *pipeline, f"dbt-{kind}:build")
    check(database, [known_of(after)], Rules())


def known_of(after: Organisation) -> History:
    """Say what is known after both: only what was listed last."""
    answers = {}
    for day in DAYS:
        usage = after.day(day)
        nobody = Answer(at=NOW, daily=(0, 0))
        answers[day] = answer_of(usage) if usage["users"] else nobody
    return History("default", answers, summaries=[], stale={})


def answer_of(usage: dict[str, Any]) -> Answer:
    [daily] = usage["daily"]
    return Answer(
        at=NOW,
        users=[
            User(user["email"], user["messages"], user["ides"], user["languages"])
            for user in usage["users"]
        ],
        daily=(daily["active_users"], daily["messages"]),
        ides={ide["ide_name"]: ide["engaged_users"] for ide in daily["ides"]},
        languages={
            language["language_name"]: language["engaged_users"]
            for language in daily["languages"]
        },
    )
