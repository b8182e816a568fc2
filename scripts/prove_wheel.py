"""Install the wheel alone, on each Python it claims, and use it as users do.

Pythons that are not on this machine are named. Exits with status 1, and says why, if
one of these fails: it discovers the catalog of the tests, syncs from the sandbox, and
gives a user's own code types to check.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
USERS_LINES = """
from tap_zencoder.tap import TapZencoder
tap = TapZencoder(config={"api_key": "zak_live_example"})
first: str = tap.settings.first_day(tap.today).isoformat()
"""
WRONG_LINE = "wrong: str = tap.today\n"


def main() -> None:
    """Prove the one wheel in ``dist``, or exit with what is wrong."""
    [wheel] = (ROOT / "dist").glob("*.whl")
    [sdist] = (ROOT / "dist").glob("*.tar.gz")
    print(f"{sdist.name}, {wheel.name}")
    on_each_python(lambda python, folder: prove(wheel, python, folder))


def on_each_python(prove: Callable[[str, Path], str]) -> None:
    """Prove something with each Python that is here, and print what was seen."""
    proved = 0
    for version in claimed():
        python = shutil.which(f"python{version}")
        if python is None or not runs(python):
            print(f"Python {version}: not on this machine")
            continue
        with tempfile.TemporaryDirectory() as folder:
            print(f"Python {version}: {prove(python, Path(folder))}", flush=True)
        proved += 1
    if not proved:
        sys.exit("No Python of those it claims is on this machine.")


def claimed() -> list[str]:
    """Return the Pythons that the package says it works on, such as 3.11."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    prefix = "Programming Language :: Python :: 3."
    return [c.rsplit(" ", 1)[1] for c in project["classifiers"] if c.startswith(prefix)]


def runs(python: str) -> bool:
    """Tell whether a Python is more than a name."""
    return (
        subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode
        == 0
    )


def prove(wheel: Path, python: str, folder: Path) -> str:
    """Use the wheel in an empty environment; return what it did."""
    environment = folder / "environment"
    run(python, "-m", "venv", str(environment), folder=folder)
    programs = environment / "bin"
    run(
        str(programs / "pip"),
        "install",
        "-qq",
        "--disable-pip-version-check",
        str(wheel),
        folder=folder,
    )
    tap = str(programs / "tap-zencoder")

    catalog = json.loads(run(tap, "--discover", folder=folder))
    if catalog != json.loads((ROOT / "tests" / "catalog.json").read_text()):
        sys.exit("It discovers another catalog than tests/catalog.json.")

    records = synced(programs, folder)
    types_check(folder, environment / "bin" / "python")
    return f"discovers, syncs {records} records, has types"


def synced(programs: Path, folder: Path) -> int:
    """Sync from the sandbox; return the number of records."""
    sandbox = [str(programs / "zencoder-sandbox"), "--users=5", "--"]
    tap = [str(programs / "tap-zencoder"), "--config=ENV"]
    messages = run(*sandbox, *tap, folder=folder).splitlines()
    kinds = Counter(json.loads(message)["type"] for message in messages)
    if not kinds["RECORD"] or json.loads(messages[-1])["type"] != "STATE":
        sys.exit(f"It does not sync from the sandbox: {dict(kinds)}")
    return kinds["RECORD"]


def types_check(folder: Path, python: Path) -> None:
    """Have mypy check a user's lines, and find the wrong one among them."""
    for lines, right in ((USERS_LINES, True), (USERS_LINES + WRONG_LINE, False)):
        file = folder / "users.py"
        file.write_text(lines)
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "mypy",
                "--strict",
                f"--python-executable={python}",
                "--config-file=",
                "--no-incremental",
                str(file),
            ],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if (done.returncode == 0) is not right:
            sys.exit(f"Its types do not hold what they should:\n{done.stdout}")


def run(*words: str, folder: Path) -> str:
    """Run a command without settings of this machine, and return what it prints."""
    plain = {
        k: v for k, v in os.environ.items() if not k.startswith(("TAP_", "PYTHON"))
    }
    done = subprocess.run(
        words, cwd=folder, env=plain, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(words)} failed:\n{done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    main()
