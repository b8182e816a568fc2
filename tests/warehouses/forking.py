"""A loader that is started once and forks for each load: to import one takes seconds.

Run by ``loading`` with the loader's own Python and its name. Each line on stdin is a
load: its words and its three files. The answer is a line with the exit status.
"""

from __future__ import annotations

import json
import os
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def main() -> None:
    """Answer each line."""
    [program] = entry_points(group="console_scripts", name=sys.argv[1])
    run = program.load()
    for line in sys.stdin:
        load = json.loads(line)
        child = os.fork()
        if not child:
            _become(load)
            sys.exit(run())
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201  # the answer


def _become(load: dict[str, Any]) -> None:
    """Let this process look like one that a shell has started for the load."""
    os.chdir(load["folder"])
    files = zip(load["files"], (os.O_RDONLY, WRITE, WRITE), strict=True)
    for number, (file, how) in enumerate(files):
        opened = os.open(file, how)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = Path(load["files"][0]).open(encoding="utf-8")  # noqa: SIM115
    sys.argv = [sys.argv[1], *load["words"]]


if __name__ == "__main__":
    main()
