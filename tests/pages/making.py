"""The command of the page, run where Meltano has installed it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.databases import PROJECT
from support.logs import kept
from support.plugins import PLUGINS

if TYPE_CHECKING:
    from models.databases import Database


def make_page(
    database: Database,
    *words: str,
    environment: dict[str, str] | None = None,
    **variables: Any,
) -> subprocess.CompletedProcess[str]:
    """Run `python -m report` on a database, in its folder."""
    python = _python(database.kind)
    variables = {"zencoder_schema": database.source_schema, **variables}
    own = {"PYTHONPATH": str(PROJECT.parent), "DBT_VARS": json.dumps(variables)}
    done = subprocess.run(
        [python, "-m", "report", *words],
        cwd=database.folder,
        env={**database.dbt_environment(), **own, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    kept(done.stdout + done.stderr)
    return done


def make_showcase(folder: Path) -> None:
    """Write pages of made-up content into a folder."""
    script = Path(__file__).with_name("showcase.py")
    own = {**os.environ, "PYTHONPATH": str(PROJECT.parent)}
    words = [_python("duckdb"), str(script), str(folder)]
    subprocess.run(words, env=own, check=True, timeout=60)


def _python(kind: str) -> str:
    """Return the Python that has dbt and what draws."""
    python = PLUGINS / "utilities" / f"dbt-{kind}" / "venv" / "bin" / "python"
    assert python.exists(), f"dbt-{kind} is not installed: use `make`"
    return str(python)
