"""The command of the page, run where Meltano has installed it."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

from models.databases import PROJECT
from support.logs import kept
from warehouses.loading import PLUGINS

if TYPE_CHECKING:
    from models.databases import Database

_PREFIXES = ("DBT_", "TARGET_", "ZENCODER_", "MELTANO_")


def make_page(
    database: Database,
    *words: str,
    environment: dict[str, str] | None = None,
    **variables: Any,
) -> subprocess.CompletedProcess[str]:
    """Run `python -m report` on a database, in its folder."""
    python = PLUGINS / "utilities" / f"dbt-{database.kind}" / "venv" / "bin" / "python"
    assert python.exists(), f"dbt-{database.kind} is not installed: use `make`"
    plain = {k: v for k, v in os.environ.items() if not k.startswith(_PREFIXES)}
    own = {
        "PYTHONPATH": str(PROJECT.parent),
        "DBT_PROJECT_DIR": str(PROJECT),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_TARGET": database.kind,
        "DBT_TARGET_PATH": str(database.folder / "target"),
        "DBT_LOG_PATH": str(database.folder),
        "DBT_VARS": json.dumps(
            {"zencoder_schema": database.source_schema, **variables}
        ),
        "ZENCODER_MODELS_SCHEMA": database.models_schema,
    }
    done = subprocess.run(
        [str(python), "-m", "report", *words],
        cwd=database.folder,
        env={**plain, **own, **database.environment(), **(environment or {})},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    kept(done.stdout + done.stderr)
    return done
