"""What docs/ tells users to copy, so that the tests can do so too."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
PAGES = "\n".join(page.read_text() for page in sorted((ROOT / "docs").rglob("*.md")))


def section(title: str) -> str:
    """Return the one section with a title, and the sections within it."""
    [(level, _)] = re.findall(rf"^(#+) ({re.escape(title)})$", PAGES, re.MULTILINE)
    after = PAGES.split(f"\n{level} {title}\n")[1]
    return re.split(rf"^#{{1,{len(level)}}} ", after, maxsplit=1, flags=re.MULTILINE)[0]


def settings(title: str) -> list[Any]:
    """Return the blocks of YAML in a section."""
    return [yaml.safe_load(block) for block in _blocks(title, "yaml")]


def statement(title: str, comment: str) -> str:
    """Return the SQL that a section has under a comment, such as a database's name."""
    sql = "".join(_blocks(title, "sql"))
    parts = re.split(r"^-- (.*)\n", sql, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))[comment]


def columns(title: str) -> dict[str, dict[str, str]]:
    """Return the tables of a section: the type of each column of each stream."""
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", section(title), re.MULTILINE)
    return {
        table: dict(re.findall(r"`(\w+) ([^`]+)`", cells))
        for table, cells in rows
        if re.search(r"`\w+ [^`]+`", cells)
    }


def _blocks(title: str, language: str) -> list[str]:
    form = rf"^```{language}\n(.*?)^```"
    return re.findall(form, section(title), re.DOTALL | re.MULTILINE)
