"""Run the tests that need no more than the tap on each Python it claims.

Each has an environment of its own with the wheel and its pinned dependencies, and a
copy of the tests beside it, from which the source cannot be imported.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from prove_wheel import ROOT, on_each_python, run, synced

TOOLS = "hypothesis jsonschema psycopg[binary] pytest pytest-xdist pyyaml trustme"
READ_BY_TESTS = ("README.md", "docs", "examples", "pyproject.toml", "tests")
NEED_MORE = (
    *("documents", "models", "pages", "schedules", "warehouses"),
    *("test_demo.py", "test_meltano.py", "test_release.py"),
)
"""Tests of what is around the tap: Meltano, loaders, models, orchestrators."""


def main() -> None:
    """Test the one wheel in ``dist``, or exit with what failed."""
    [wheel] = (ROOT / "dist").glob("*.whl")
    on_each_python(lambda python, folder: test(wheel, python, folder))


def test(wheel: Path, python: str, folder: Path) -> str:
    """Install the wheel, run the tests and sync; return what was seen."""
    environment = folder / "environment"
    offered = ["--python", python, "--no-python-downloads"]
    run("uv", "venv", *offered, str(environment), folder=folder)
    requirements = ROOT / "requirements"
    for what in (
        ["--require-hashes", "--requirement", str(requirements / "tap.txt")],
        ["--no-deps", str(wheel)],
        ["--constraint", str(requirements / "dev.txt"), *TOOLS.split()],
    ):
        into = ["--python", str(environment)]
        run("uv", "pip", "install", *into, *what, folder=folder)
    for name in READ_BY_TESTS:
        copy(ROOT / name, folder / name)
    tested = tests_pass(environment / "bin", folder)
    return f"{tested}; syncs {synced(environment / 'bin', folder)} records"


def copy(there: Path, here: Path) -> None:
    """Copy a file or a folder, without what Python has compiled."""
    if there.is_dir():
        compiled = shutil.ignore_patterns("__pycache__")
        shutil.copytree(there, here, ignore=compiled)
    else:
        shutil.copy(there, here)


def tests_pass(programs: Path, folder: Path) -> str:
    """Run the tests; return what pytest says at its end."""
    left_out = [f"--ignore=tests/{name}" for name in NEED_MORE]
    workers = ["--numprocesses=4", "--dist=worksteal"]
    done = subprocess.run(
        [programs / "pytest", "--quiet", "-p", "no:cacheprovider", *workers, *left_out],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"Tests fail:\n{done.stdout[-5000:]}")
    last = done.stdout.strip().splitlines()[-1]
    return re.sub(r" \(.*\)$", "", last)


if __name__ == "__main__":
    main()
