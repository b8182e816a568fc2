"""A copy of this checkout, as it is now, to run a user's commands in."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PLUGINS = ("extractors", "loaders", "mappers", "utilities")


def copied(folder: Path) -> Path:
    """Copy what Git knows or would add, with its times; return the folder."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.check_output(words, cwd=ROOT, text=True)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():  # it may be deleted, and not yet committed
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def link_packages(folder: Path) -> None:
    """Let a copy use the tap and the tools that are installed here."""
    _link_content(ROOT / ".venv", folder / ".venv")


def link_plugins(folder: Path) -> None:
    """Let a copy use the plugins of Meltano that are installed here."""
    for kind in _PLUGINS:
        _link_content(ROOT / ".meltano" / kind, folder / ".meltano" / kind)
    for stamp in (".installed", ".installed-for-tests"):
        (folder / ".meltano" / stamp).touch()


def _link_content(there: Path, here: Path) -> None:
    # What make looks at is new and the copy's own, so that it has nothing to install.
    here.mkdir(parents=True)
    for path in there.iterdir():
        if path.name == ".installed":
            (here / path.name).touch()
        else:
            (here / path.name).symlink_to(path)


def commit(folder: Path) -> None:
    """Make a repository of a copy, from which the tap can be installed."""
    git = ["git", "-C", str(folder), "-c", "user.name=tests", "-c", "user.email="]
    for words in (["init"], ["add", "--all"], ["commit", "--message=A copy"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
