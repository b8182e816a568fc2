"""What can be wrong is one sentence, and no page is left half-written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest
from models.databases import PROJECT, DuckDB
from models.oracle import MARTS

from pages.making import make_page
from pages.organisations import ALL
from pages.test_page import text_of

if TYPE_CHECKING:
    from pathlib import Path


def test_one_page_has_all_organisations(pages: Path) -> None:
    content = text_of(pages / "all.html")
    assert all(known.name in content for known in ALL)


@pytest.fixture
def database(tmp_path: Path) -> DuckDB:
    return DuckDB(tmp_path)


@pytest.mark.parametrize(
    ("words", "environment", "sentence"),
    [
        ([], {}, "There is no table zencoder__daily in store.zencoder_models"),
        (["--build"], {}, "There is no table users in store.tap_zencoder. Sync first"),
        ([], {"DBT_PROFILES_DIR": "."}, "Could not find profile named 'zencoder'"),
        ([], {"DBT_PROJECT_DIR": "."}, "No dbt_project.yml found"),
        ([], {"DBT_TARGET": "postgres"}, "'TARGET_POSTGRES_HOST'"),
        ([], {"DBT_VARS": "{a"}, "not valid YAML"),
        ([], {"TARGET_DUCKDB_FILEPATH": "no/such.duckdb"}, "Cannot open file"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_the_old_page_stays(
    database: DuckDB, words: list[str], environment: dict[str, str], sentence: str
) -> None:
    (database.folder / "profiles.yml").write_text("other: {}")
    page = database.folder / "adoption.html"
    page.write_text("the old page")
    done = make_page(database, "--output", page.name, *words, environment=environment)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("Error: ")
    assert sentence in last
    assert "Traceback" not in done.stderr
    assert page.read_text() == "the old page"
    assert not list(database.folder.glob(".tmp*"))


def test_models_of_another_version_are_one_sentence(database: DuckDB) -> None:
    with duckdb.connect(database.file) as connection:
        connection.execute(f"CREATE SCHEMA {database.models_schema}")
        for mart in (*MARTS, "seat_use", "team_use", "organizations"):
            table = f"{database.models_schema}.zencoder__{mart}"
            connection.execute(f"CREATE TABLE {table} (organization text)")
    done = make_page(database, "--output", "adoption.html")
    assert done.returncode == 1
    assert "build them again" in done.stderr.splitlines()[-1]


def test_a_page_that_cannot_be_written_and_a_name_that_is_unknown(pages: Path) -> None:
    built = DuckDB(pages)
    done = make_page(built, "--output", "page-north.html/adoption.html")
    assert (done.returncode, "cannot be written" in done.stderr) == (1, True)
    done = make_page(built, "--organization", "nobody")
    assert (done.returncode, "no organisation called" in done.stderr) == (1, True)


@pytest.mark.parametrize("library", ["click", "jinja2", "vl_convert"])
def test_a_library_that_is_missing_is_named(pages: Path, library: str) -> None:
    hidden = pages / library
    hidden.mkdir()
    missing = f"raise ModuleNotFoundError(name={library!r})"
    (hidden / f"{library}.py").write_text(missing)
    paths = {"PYTHONPATH": f"{hidden}:{PROJECT.parent}"}
    done = make_page(DuckDB(pages), environment=paths)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"There is no library {library} in" in done.stderr
    with duckdb.connect(pages / "store.duckdb"):
        pass  # dbt has ended as well, and locks it no more


def test_a_user_without_name_and_home_gets_a_page_in_a_new_folder(pages: Path) -> None:
    nobody = {"HOME": "", "USER": "", "LOGNAME": ""}
    done = make_page(DuckDB(pages), "--output", "new/page.html", environment=nobody)
    assert done.returncode == 0, done.stderr
    assert (pages / "new" / "page.html").exists()
