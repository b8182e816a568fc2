"""A program of its own, since dbt prints as it likes: the models' rows, as JSON.

It builds the models before if asked to, which in one process takes half the time, and
writes dbt's own events to stdout. Run by ``source``.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import Any

from dbt.cli.main import dbtRunner


def main() -> int:
    """Return the exit status: 0, or 1 if the last event is an error."""
    errors: list[str] = []
    dbt = dbtRunner(callbacks=[lambda event: _keep(event, errors)])
    variables = ["--vars", os.environ.get("DBT_VARS") or "{}"]
    if "--build" in sys.argv[1:]:
        with contextlib.redirect_stdout(sys.stderr):
            built = dbt.invoke(["build", *variables])
        if not built.success:
            return _failed(next(iter(errors), str(built.exception or "")))
    read = ["--quiet", "--no-write-json", "--log-format", "json", "run-operation"]
    done = dbt.invoke([*read, "zencoder.report_rows", *variables])
    # What stopped dbt before it could log anything.
    return 0 if done.success else _failed(str(done.exception or ""))


def _keep(event: Any, errors: list[str]) -> None:
    """Keep what has a reason in it, which follows in lines of its own."""
    if event.info.level == "error" and "\n" in event.info.msg:
        errors.append(event.info.msg)


def _failed(message: str) -> int:
    print(json.dumps({"info": {"level": "error", "msg": message}}), flush=True)  # noqa: T201  # read by `source`
    return 1


if __name__ == "__main__":
    sys.exit(main())
