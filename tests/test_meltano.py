"""Through Meltano into a real DuckDB: rows are replaced and not repeated."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import jinja2
import pytest
import yaml
from support.expected import expected
from support.meltano_project import ROOT, MeltanoProject, variables
from support.runs import STREAMS
from warehouses.stores import sorted_by_key

from tap_zencoder.days import Window
from tap_zencoder.sandbox import Organisation, Sandbox

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

# Meltano runs the tap with its own clock, and midnight comes to tests as well: nothing
# here needs to know today but the summaries, which are left out.
TODAY = datetime.now(UTC).date()
WINDOW = Window(TODAY - timedelta(days=20), TODAY - timedelta(days=5))
LATER = Window(WINDOW.last - timedelta(days=3), TODAY - timedelta(days=3))


@dataclass(frozen=True)
class Project:
    """A Meltano project that reads from a sandbox and loads into its own folder."""

    project: MeltanoProject
    sandbox: Sandbox

    @property
    def folder(self) -> Path:
        return self.project.folder

    def meltano(self, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return self.project.meltano(
            *words,
            **variables("TAP_ZENCODER", {**self.sandbox.settings(), **settings}),
            TARGET_DUCKDB_FILEPATH=f"{self.folder}/test.duckdb",
            TARGET_DUCKDB_DATABASE="test",
        )

    def sync(self, window: Window) -> subprocess.CompletedProcess[str]:
        return self.meltano(
            "run",
            "tap-zencoder",
            "target-duckdb",
            start_date=str(WINDOW.first),
            end_date=str(window.last),
        )

    def table(self, stream: str) -> list[dict[str, Any]]:
        with duckdb.connect(self.folder / "test.duckdb", read_only=True) as database:
            rows = database.sql(f"FROM tap_zencoder.{stream}").fetchall()
            names = [
                column[0]
                for column in database.sql(f"DESCRIBE tap_zencoder.{stream}").fetchall()
            ]
        plain = [dict(zip(names, row, strict=True)) for row in rows]
        return [{k: v for k, v in row.items() if k[:5] != "_sdc_"} for row in plain]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    if not shutil.which("meltano") or not (ROOT / ".meltano" / "loaders").exists():
        pytest.fail("the plugins are not installed: run the tests with `make test`")
    with Sandbox(Organisation(users=12, seed=7)) as sandbox:
        yield Project(MeltanoProject.create(tmp_path), sandbox)


def messages(rows: list[dict[str, Any]]) -> dict[tuple[str, str], int]:
    return {(row["day"], row["email"]): row["messages"] for row in rows}


def test_days_that_are_sent_again_replace_what_was_there(project: Project) -> None:
    first = project.sync(WINDOW)
    assert first.returncode == 0, first.stderr
    truth = expected(project.sandbox.organisation, WINDOW)
    for stream in set(STREAMS) - {"period_summaries"}:
        assert len(project.table(stream)) == len(truth[stream])
    ides = sorted_by_key("daily_ides", project.table("daily_ides"))
    assert ides == sorted_by_key("daily_ides", truth["daily_ides"])
    before = truth["users"]
    assert messages(project.table("users")) == messages(before)

    def settle(envelope: dict[str, Any], _: object) -> dict[str, Any]:
        for user in envelope["data"]["users"]:
            user["messages"] += 1000
        return envelope

    project.sandbox.answers = settle
    project.sandbox.requests.clear()
    second = project.sync(Window(WINDOW.first, LATER.last))  # the bookmark decides
    assert second.returncode == 0, second.stderr
    asked = {r.query["day"] for r in project.sandbox.requests if "day" in r.query}
    assert asked == {day.isoformat() for day in LATER}
    after = expected(project.sandbox.organisation, LATER)["users"]
    again = {key: count + 1000 for key, count in messages(after).items()}
    assert messages(project.table("users")) == {**messages(before), **again}
    assert len(project.table("users")) == len({**messages(before), **again})


def test_a_failing_sync_fails_the_run_and_keeps_what_it_had(project: Project) -> None:
    broken = list(WINDOW)[8]

    def break_one_day(envelope: dict[str, Any], request: Any) -> dict[str, Any]:
        if request.query.get("day") == str(broken):
            envelope["data"]["daily"] = "none"
        return envelope

    project.sandbox.answers = break_one_day
    failed = project.sync(WINDOW)
    assert failed.returncode != 0
    assert f"day {broken} breaks" in failed.stderr
    days = sorted(row["day"] for row in project.table("daily"))
    assert days == [str(day) for day in WINDOW if day < broken]


def test_meltano_can_test_the_connection(project: Project) -> None:
    good = project.meltano("config", "test", "tap-zencoder")
    assert good.returncode == 0, good.stderr


def test_meltano_has_a_test_to_run(project: Project) -> None:
    bad = project.meltano("test", "tap-zencoder", client_secret="wrong")
    assert bad.returncode != 0
    assert "refused client_id and client_secret" in bad.stdout + bad.stderr


def test_a_stream_is_left_out_by_metadata_and_by_select_of_what_inherits(
    project_with_maps: Project,
) -> None:
    """Maps of users are there all the same, as in the documented recipes."""
    day = str(WINDOW.last)
    for name, environment in (
        (
            "tap-zencoder--chosen",
            {"TAP_ZENCODER__CHOSEN__METADATA_USERS_SELECTED": "false"},
        ),
        ("tap-zencoder--daily", {}),
    ):
        done = project_with_maps.project.meltano(
            "invoke",
            name,
            **variables("TAP_ZENCODER", project_with_maps.sandbox.settings()),
            TAP_ZENCODER_START_DATE=day,
            TAP_ZENCODER_END_DATE=day,
            **environment,
        )
        assert done.returncode == 0, done.stderr
        assert '"stream":"daily"' in done.stdout
        assert '"stream":"users"' not in done.stdout
        assert "WARNING" not in done.stderr


@pytest.fixture
def project_with_maps(tmp_path: Path, project: Project) -> Project:
    maps = {"users": {"email": "md5(email)"}}
    tap = {"name": "tap-zencoder", "config": {"stream_maps": maps}}
    # Meltano lets a variable change only what is there, and makes it text.
    chosen = {
        "name": "tap-zencoder--chosen",
        "inherit_from": "tap-zencoder",
        "metadata": {"users": {"selected": True}},
    }
    daily = {
        "name": "tap-zencoder--daily",
        "inherit_from": "tap-zencoder",
        "select": ["daily.*"],
    }
    folder = tmp_path / "with-maps"
    folder.mkdir()
    return Project(MeltanoProject.create(folder, tap, chosen, daily), project.sandbox)


class Surroundings:
    """What dbt would find around it, started by a utility of meltano.yml."""

    def __init__(self, folder: Path) -> None:
        self.project = MeltanoProject.create(folder)
        utilities = folder / ".meltano" / "utilities"
        utilities.unlink()  # a link to those of this checkout
        for name in ("dbt-duckdb", "dbt-postgres"):
            dbt = utilities / name / "venv" / "bin" / "dbt"
            dbt.parent.mkdir(parents=True)
            dbt.write_text("#!/bin/sh\nenv\necho ARGUMENTS=$*\n")
            dbt.chmod(0o755)

    def of(self, *words: str, **environment: str) -> dict[str, str]:
        done = self.project.meltano(*words, **environment)
        assert done.returncode == 0, done.stderr
        return dict(line.split("=", 1) for line in done.stdout.splitlines())


def test_dbt_gets_the_variables_of_the_loader_and_its_own_project(
    tmp_path: Path,
) -> None:
    elsewhere = dict.fromkeys(("DBT_TARGET", "DBT_PROJECT_DIR"), "of another project")
    found = Surroundings(tmp_path).of(
        *("invoke", "--no-install", "dbt-postgres:build"),
        TARGET_POSTGRES_SSL_ENABLE="yes",
        ZENCODER_MODELS_SCHEMA="marts",
        DBT_VARS="{zencoder_week_start: sunday}",
        **elsewhere,
    )
    assert found["TARGET_POSTGRES_SSL_ENABLE"] == "yes"
    assert found["ZENCODER_MODELS_SCHEMA"] == "marts"
    assert found["ARGUMENTS"] == "build --vars {zencoder_week_start: sunday}"
    assert found["DBT_TARGET"] == "postgres"
    assert found["DBT_PROJECT_DIR"] == found["DBT_PROFILES_DIR"] == f"{tmp_path}/dbt"


def test_the_demo_has_a_file_of_its_own_whatever_is_set(tmp_path: Path) -> None:
    found = Surroundings(tmp_path).of(
        *("--environment=demo", "invoke", "--no-install", "dbt-duckdb:build"),
        TARGET_DUCKDB_FILEPATH="precious.duckdb",
        ZENCODER_REPORT_FILE="precious.html",
    )
    assert found["TARGET_DUCKDB_FILEPATH"] == f"{tmp_path}/output/demo.duckdb"
    assert found["ZENCODER_REPORT_FILE"] == f"{tmp_path}/output/demo.html"
    assert "zencoder_seats_bought: 75" in found["DBT_VARS"]


@pytest.mark.parametrize(
    ("value", "mode"),
    [
        ("true", "verify-full"),
        ("1", "verify-full"),
        ("yes", "verify-full"),
        ("ON", "verify-full"),
        ("false", "prefer"),
        ("", "prefer"),
    ],
)
def test_dbt_verifies_tls_wherever_the_loader_does(value: str, mode: str) -> None:
    """Meltano takes more words for true than dbt."""
    profiles = yaml.safe_load((ROOT / "dbt" / "profiles.yml").read_text())
    line = profiles["zencoder"]["outputs"]["postgres"]["sslmode"]
    given = {"TARGET_POSTGRES_SSL_ENABLE": value}
    assert jinja2.Template(line).render(env_var=given.get) == mode
