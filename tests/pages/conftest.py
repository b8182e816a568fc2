"""Pages of real models, made once for all workers, and what a browser saw of them."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from models.databases import DuckDB
from support.plugins import PLUGINS

from pages.making import make_page, make_showcase
from pages.organisations import ALL, GIVEN, people, seats

if TYPE_CHECKING:
    from collections.abc import Callable

# Slow, or with a browser: `make test-report`.
SELECTED = os.environ.get("TEST_REPORT") == "all"
collect_ignore = [] if SELECTED else ["test_browser.py", "test_failures.py"]
_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Give a function that has a folder filled by the first worker that needs it."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "report"
    shared.mkdir(exist_ok=True)

    def filled(name: str, fill: Callable[[Path], None]) -> Path:
        folder = shared / name
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                draft = shared / f"{name}.draft"
                shutil.rmtree(draft, ignore_errors=True)
                draft.mkdir()
                fill(draft)
                draft.rename(folder)
        return folder

    return filled


@pytest.fixture(scope="session")
def pages(once: Callable[..., Path]) -> Path:
    """Give a folder with a page for each organisation and with one of all."""

    def fill(folder: Path) -> None:
        database = DuckDB(folder)
        tables: dict[str, list[Any]] = {}
        for known in ALL:
            for table, rows in known.history().rows().items():
                tables.setdefault(table, []).extend(rows)
        database.load(tables, of_several=True)
        text = {"organization": "text", "email": "text"}
        database.fill("licences", {**text, "assigned_on": "date"}, seats())
        database.fill("people", {**text, "team": "text"}, people())
        words = ["--build", "--each", "organization", "--output", "page.html"]
        made = make_page(database, *words, **GIVEN)
        assert made.returncode == 0, made.stderr[-3000:]
        if SELECTED:
            made = make_page(database, "--output", "all.html", **GIVEN)
            assert made.returncode == 0, made.stderr[-3000:]

    return once("pages", fill)


@pytest.fixture(scope="session")
def seen(pages: Path, once: Callable[..., Path]) -> list[dict[str, Any]]:
    """Give what Chromium showed of each page, and of the showcase."""
    python = PLUGINS / "environments" / "emulators" / "bin" / "python"
    if not python.exists():
        log = python.parents[1].with_suffix(".log")
        pytest.skip(log.read_text() if log.exists() else "run `make test-report`")
    chromium = next(filter(None, map(shutil.which, _CHROMIUMS)), None)
    if not chromium:
        pytest.skip("there is no Chromium here (on Debian: install chromium)")

    def fill(folder: Path) -> None:
        make_showcase(folder)
        made = [*pages.glob("page-*.html"), *folder.glob("*.html")]
        files = sorted(map(str, made))
        script = Path(__file__).with_name("browser.py")
        with (folder / "seen.json").open("w") as output:
            words = [str(python), str(script), chromium, *files]
            subprocess.run(words, stdout=output, check=True, timeout=300)

    answer = json.loads((once("seen", fill) / "seen.json").read_text())
    assert isinstance(answer, list)
    return answer
