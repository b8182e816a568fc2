"""The commands of the documents, run as a user would run them, page by page.

All blocks of `sh` of a page are one script, run in a copy of the checkout with the
sandbox as its account. A block of `text` after one is what it prints. What cannot run
here has its reason in a comment before it.
"""

from __future__ import annotations

import configparser
import json
import os
import secrets
import subprocess
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from support import checkout
from support.checkout import ROOT
from support.meltano_project import variables

from documents import running
from documents.blocks import blocks, comments, first_line_missing

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.postgres_server import PostgresServer

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
BLOCKS = {str(page.relative_to(ROOT)): blocks(page.read_text()) for page in PAGES}
RUN = {page: [b for b in there if running.runs(b)] for page, there in BLOCKS.items()}
THAT_RUN = [page for page, there in RUN.items() if there]
THAT_INSTALL = [page for page in THAT_RUN if any(map(running.installs, RUN[page]))]
EVERYTHING = os.environ.get("TEST_DOCUMENTS") == "all"

PARSERS: dict[str, Callable[[str], Any]] = {
    "ini": lambda text: configparser.ConfigParser().read_string(text),
    "json": json.loads,
    "python": lambda text: compile(text, "python", "exec"),
    "toml": tomllib.loads,
    "yaml": yaml.safe_load,
}
LANGUAGES = {
    *PARSERS,
    "cron",
    "dockerfile",
    "dotenv",
    "mermaid",
    "sh",
    "sql",
    "text",
}


def test_commands_are_run_or_say_why_not() -> None:
    for page, there in BLOCKS.items():
        for block in there:
            place = f"{page}:{block.line}"
            assert block.language in LANGUAGES, f"{place}: what language is it?"
            assert block.comments.get("not run", "?"), f"{place}: no reason is given"
            words = running.SQL if block.language == "sql" else {running.ON_REQUEST}
            assert block.comments.get("run") in {None, *words}, f"{place}: run how?"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_is_said_about_running_stands_before_a_block(page: Path) -> None:
    text = page.read_text()
    lines = [line for line in text.splitlines() if line.lstrip().startswith("<!--")]
    said = [word for line in lines for word in comments(line)]
    assert said == [word for block in blocks(text) for word in block.comments]


def test_settings_in_documents_can_be_read() -> None:
    for page, there in BLOCKS.items():
        for block in there:
            if block.language in PARSERS:
                try:
                    PARSERS[block.language](block.text)
                except Exception as error:  # noqa: BLE001  # each parser has its own
                    pytest.fail(f"{page}:{block.line}: {error}")


@pytest.mark.parametrize("page", THAT_RUN)
def test_the_commands_of_a_page_do_what_it_says(
    page: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = checkout.copied(tmp_path / "tap-zencoder")
    checkout.link_packages(folder)
    checkout.link_plugins(folder)
    follow(page, folder, request, installing=False)


@pytest.mark.skipif(not EVERYTHING, reason="installs anew: make test-documents")
@pytest.mark.parametrize("page", THAT_INSTALL)
def test_the_commands_of_a_page_install_what_it_says(
    page: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = tmp_path / "tap-zencoder"
    checkout.commit(checkout.copied(tmp_path / "origin"))
    words = ["git", "clone", "--quiet", str(tmp_path / "origin"), str(folder)]
    subprocess.run(words, check=True)
    running.provide_pipx(folder)
    if not any("make " in block.text for block in RUN[page]):
        checkout.link_packages(folder)
    follow(page, folder, request, installing=True)


def follow(
    page: str, folder: Path, request: pytest.FixtureRequest, *, installing: bool
) -> None:
    """Run the blocks of a page, and hold what they print against what it says."""
    earlier = [b for p in THAT_RUN[: THAT_RUN.index(page)] for b in RUN[p]]
    before = frozenset().union(*map(running.pipelines, earlier))
    script = running.script(RUN[page], installing=installing, before=before)
    assert "make test" not in script, "tests that run themselves never end"
    environment = running.environment(folder, installing=installing)
    if "postgres" in script:
        environment |= database_of_its_own(request.getfixturevalue("server"))
    status, output = running.run(script, folder, environment)
    assert status == 0, output
    for block in RUN[page]:
        if installing or not running.installs(block):
            there = running.printed(output, block)
            missing = first_line_missing(block.prints, there)
            assert missing is None, f"{page}:{block.line} prints:\n{there}"


def database_of_its_own(server: PostgresServer) -> dict[str, str]:
    """Make a database; return the variables that lead a loader and psql to it."""
    name = f"page_{secrets.token_hex(4)}"
    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    login = {**vars(server), "database": name}
    own = {f"PG{setting.upper()}": str(value) for setting, value in login.items()}
    return {**own, **variables("TARGET_POSTGRES", login)}
