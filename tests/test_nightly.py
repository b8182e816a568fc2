"""examples/nightly.sh: one nightly sync without Meltano."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
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
ROWS = (
    LOADER
    + """
    else:
        print(line, end="", file=open(f"{message['stream']}.jsonl", "a"))
"""
)
SILENT = "import sys; sys.stdin.read()"
FULL_DISK = LOADER + 'print(\'{"bookmarks": {"daily": {"repl\', end=\'\')\nsys.exit(3)'
NEEDED = ("mkdir", "mkfifo", "mv", "rm")
DAYS = {"START_DATE": "2026-03-01", "END_DATE": "2026-03-05"}


def environment(sandbox: Sandbox, **settings: str) -> dict[str, str]:
    own = {**{k.upper(): v for k, v in sandbox.settings().items()}, **DAYS, **settings}
    plain = {k: v for k, v in os.environ.items() if "ZENCODER" not in k}
    path = os.pathsep.join([str(Path(sys.executable).parent), plain["PATH"]])
    own = {f"TAP_ZENCODER_{k}": v for k, v in own.items()}
    return {**plain, "PATH": path, **own, "FOLDER": "kept"}


def night(
    sandbox: Sandbox,
    folder: Path,
    loader: str = LOADER,
    more: dict[str, str] | None = None,
    **settings: str,
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        ["/bin/bash", SCRIPT, sys.executable, "-c", loader],
        cwd=folder,
        env={**environment(sandbox, **settings), **(more or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    kept(done.stderr)
    return done


def state(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "kept" / "state.json").read_text())
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
    files = {file.name for file in (folder / "kept").iterdir()}
    assert files == {"state.json", "states.jsonl"}


@pytest.mark.parametrize(
    ("loader", "bookmark"),
    [(FULL_DISK, "2026-03-06"), ("import sys; sys.exit(3)", "2026-03-05")],
)
def test_a_night_whose_loader_fails_fails_and_takes_no_torn_state(
    second_night: tuple[Sandbox, Path], loader: str, bookmark: str
) -> None:
    sandbox, folder = second_night
    assert night(sandbox, folder, loader, END_DATE="2026-03-06").returncode == 3
    assert set(bookmarks(state(folder)).values()) == {bookmark}


def test_a_night_whose_loader_prints_no_state_fails(
    first_night: tuple[Sandbox, Path], tmp_path: Path
) -> None:
    sandbox, _ = first_night
    done = night(sandbox, tmp_path, SILENT)
    assert done.returncode == 1
    assert "The loader printed no state" in done.stderr
    assert state(tmp_path) == {}


def test_a_night_needs_no_python_on_the_path(
    second_night: tuple[Sandbox, Path],
) -> None:
    sandbox, folder = second_night
    programs = folder / "programs"
    programs.mkdir()
    for name in ("tap-zencoder", *NEEDED):
        (programs / name).symlink_to(shutil.which(name) or "")
    path = {"PATH": str(programs)}
    done = night(sandbox, folder, LOADER, path, END_DATE="2026-03-06")
    assert done.returncode == 0, done.stderr
    assert set(bookmarks(state(folder)).values()) == {"2026-03-06"}


def test_a_night_takes_files_from_where_it_was_started(
    first_night: tuple[Sandbox, Path], tmp_path: Path
) -> None:
    """And what it writes is in a folder that only its user can read."""
    sandbox, _ = first_night
    catalog = json.loads((SCRIPT.parents[1] / "tests" / "catalog.json").read_text())
    for entry in catalog["streams"]:
        entry["selected"] = entry["tap_stream_id"] == "daily"
    (tmp_path / "catalog.json").write_text(json.dumps(catalog))
    (tmp_path / "config.json").write_text(json.dumps(sandbox.settings()))
    (tmp_path / "loader.py").write_text(ROWS)
    files = {"CATALOG": "catalog.json", "CONFIG": "config.json"}
    subprocess.run(
        ["/bin/bash", SCRIPT, sys.executable, "loader.py"],
        cwd=tmp_path,
        env={**environment(sandbox), **files},
        capture_output=True,
        check=True,
    )
    folder = tmp_path / "kept"
    assert folder.stat().st_mode & 0o777 == 0o700
    modes = {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}
    assert set(modes) == {"daily.jsonl", "state.json", "states.jsonl"}
    assert set(modes.values()) == {0o600}
    assert {*bookmarks(state(tmp_path))} == {"daily"}


@pytest.mark.parametrize("alone", [False, True], ids=["a process", "process 1"])
@pytest.mark.parametrize(
    ("signum", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)]
)
def test_a_signal_ends_the_tap_and_the_loader(
    organisation: Organisation,
    tmp_path: Path,
    signum: signal.Signals,
    status: int,
    *,
    alone: bool,
) -> None:
    """Also in a container, where the script is process 1."""
    words = ["/bin/bash", str(SCRIPT), sys.executable, "-c", LOADER]
    apart = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"]
    if alone and not (
        shutil.which("unshare")
        and subprocess.run([*apart, "true"], check=False).returncode == 0
    ):
        pytest.skip("this machine lets users have no process namespaces")
    with (
        Sandbox(organisation, today=lambda: TODAY, latency=0.5) as sandbox,
        subprocess.Popen(
            [*apart, *words] if alone else words,
            cwd=tmp_path,
            env={**environment(sandbox), "FOLDER": "."},
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        while not sandbox.requests:
            time.sleep(0.05)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        script = int(children.read_text()) if alone else process.pid
        os.kill(script, signum)
        _, log = process.communicate(timeout=10)
    kept(log)
    assert process.returncode == status, log
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


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
