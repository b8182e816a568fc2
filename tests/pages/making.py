"""The command of the page, run where Meltano has installed it."""

from __future__ import annotations

import json
import subprocess
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
    python = PLUGINS / "utilities" / f"dbt-{database.kind}" / "venv" / "bin" / "python"
    assert python.exists(), f"dbt-{database.kind} is not installed: use `make`"
    variables = {"zencoder_schema": database.source_schema, **variables}
    own = {"PYTHONPATH": str(PROJECT.parent), "DBT_VARS": json.dumps(variables)}
    done = subprocess.run(
        [str(python), "-m", "report", *words],
        cwd=database.folder,
        env={**database.dbt_environment(), **own, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    kept(done.stdout + done.stderr)
    return done
