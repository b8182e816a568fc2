"""examples/nightly.sh: one night without Meltano."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.logs import kept
from support.runs import TODAY, bookmarks

from tap_zencoder.sandbox import Organisation, Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPT = Path(__file__).parents[1] / "examples" / "nightly.sh"
# The least that a loader does: it prints each state once what came before it is safe.
LOADER = """
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "STATE":
        print(json.dumps(message["value"]), flush=True)
"""
FULL_DISK = LOADER + 'print(\'{"bookmarks": {"daily": {"repl\', end=\'\')\nsys.exit(3)'
DAYS = {"START_DATE": "2026-03-01", "END_DATE": "2026-03-05"}


def night(
    sandbox: Sandbox, folder: Path, loader: str = LOADER, **settings: str
) -> subprocess.CompletedProcess[str]:
    own = {**{k.upper(): v for k, v in sandbox.settings().items()}, **DAYS, **settings}
    plain = {k: v for k, v in os.environ.items() if "ZENCODER" not in k}
    path = os.pathsep.join([str(Path(sys.executable).parent), plain["PATH"]])
    done = subprocess.run(
        ["bash", SCRIPT, sys.executable, "-c", loader],  # noqa: S607  # the user's bash
        cwd=folder,
        env={**plain, "PATH": path, **{f"TAP_ZENCODER_{k}": v for k, v in own.items()}},
        capture_output=True,
        text=True,
        check=False,
    )
    kept(done.stderr)
    return done


def state(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "state.json").read_text())
    return content


@pytest.fixture(scope="module")
def first_night(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Sandbox, Path]]:
    """Give a sandbox, and the folder that the first night left."""
    folder = tmp_path_factory.mktemp("first")
    with Sandbox(Organisation(users=12, seed=7), today=lambda: TODAY) as sandbox:
        assert night(sandbox, folder).returncode == 0
        assert set(bookmarks(state(folder)).values()) == {"2026-03-05"}
        yield sandbox, folder


@pytest.fixture
def second_night(
    first_night: tuple[Sandbox, Path], tmp_path: Path
) -> tuple[Sandbox, Path]:
    """Give the same, in a folder of the test's own."""
    sandbox, folder = first_night
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return sandbox, tmp_path


def test_a_night_goes_on_where_the_one_before_it_ended(
    second_night: tuple[Sandbox, Path],
) -> None:
    sandbox, folder = second_night
    second = night(sandbox, folder, END_DATE="2026-03-06")
    assert "Syncing 5 days, 2026-03-02 to 2026-03-06" in second.stderr
    assert set(bookmarks(state(folder)).values()) == {"2026-03-06"}


def test_a_night_whose_tap_fails_fails_and_keeps_the_state(
    second_night: tuple[Sandbox, Path],
) -> None:
    sandbox, folder = second_night
    before = state(folder)
    assert night(sandbox, folder, CLIENT_SECRET="expired").returncode == 1
    assert state(folder) == before
    assert {file.name for file in folder.iterdir()} == {"state.json", "states.jsonl"}


@pytest.mark.parametrize("loader", [FULL_DISK, "import sys; sys.exit(3)"])
def test_a_night_whose_loader_fails_fails_and_takes_no_torn_state(
    second_night: tuple[Sandbox, Path], loader: str
) -> None:
    sandbox, folder = second_night
    before = state(folder)
    assert night(sandbox, folder, loader, END_DATE="2026-03-06").returncode == 3
    assert state(folder) == before


def test_a_night_without_a_loader_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", SCRIPT],  # noqa: S607  # the user's bash
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Name the loader: ")
    assert not list(tmp_path.iterdir())
