"""Refuse a tag that is not the version, or that the CHANGELOG does not begin with."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def problem(tag: str, version: str, changelog: str) -> str | None:
    """Say what keeps a tag from being released; None if nothing does."""
    if tag != f"v{version}":
        return f"The tag {tag} is not v{version}, the version in pyproject.toml."
    first = re.search(r"^## \[(.+?)\](.*)$", changelog, re.MULTILINE)
    if not first or first[1] != version:
        return f"The CHANGELOG begins with {first and first[1]}, not with {version}."
    if not re.fullmatch(r" - \d{4}-\d{2}-\d{2}", first[2]):
        return f"The CHANGELOG has no date for {version}: ## [{version}] - YYYY-MM-DD."
    return None


if __name__ == "__main__":
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    sys.exit(
        problem(sys.argv[1], project["version"], (ROOT / "CHANGELOG.md").read_text()),
    )
