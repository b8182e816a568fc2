"""The demo: what it does when its file is gone, or nobody wants its output."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from support import checkout
from support.meltano_project import MeltanoProject
from support.runs import STREAMS

if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO

YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a copy of the checkout with everything installed."""
    checkout.copied(tmp_path)
    checkout.link_packages(tmp_path)
    checkout.link_plugins(tmp_path)
    return tmp_path


def demo(
    folder: Path, stdout: int | IO[str] = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "scripts/demo.py"],
        cwd=folder,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_demo_whose_file_is_gone_loads_everything_again(folder: Path) -> None:
    bookmark = {
        "replication_key": "day",
        "replication_key_value": YESTERDAY.isoformat(),
    }
    state = {"singer_state": {"bookmarks": dict.fromkeys(STREAMS, bookmark)}}
    words = ["state", "set", "--force", "demo:tap-zencoder-to-target-duckdb"]
    kept = MeltanoProject(folder).meltano(*words, json.dumps(state))
    assert kept.returncode == 0, kept.stderr
    # The models and the page are built by what the README says of `make report`.
    project = folder / "meltano.yml"
    project.write_text(project.read_text().replace("-m report --build", "-c pass"))
    done = demo(folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("output/demo.duckdb is gone")
    first = re.search(r"^First sync: (\d+) days", done.stdout, re.MULTILINE)
    assert first
    assert int(first[1]) >= timedelta(weeks=26).days


def test_a_demo_that_cannot_write_its_files_says_so_in_one_sentence(
    folder: Path,
) -> None:
    (folder / "output" / ".gitignore").unlink()
    (folder / "output").rmdir()
    (folder / "output").touch()
    done = demo(folder)
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("output/demo.log cannot be written: Not a directory")


def test_a_demo_whose_output_cannot_be_written_says_so_in_one_sentence(
    folder: Path,
) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123  # no file
        done = demo(folder, full)
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert "cannot be written: No space left on device" in line


def test_a_demo_whose_reader_has_gone_ends_quietly(folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = demo(folder, writer)
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")
