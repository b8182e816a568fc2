"""The Dockerfile, as far as it can be tested without a container engine."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from support.checkout import ROOT
from support.plugins import loader_entry

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING = os.environ.get("TEST_DOCUMENTS") == "all"
TEXT = re.sub(r"\\\n *", "", (ROOT / "Dockerfile").read_text())
STEPS = [line.split(" ", 1) for line in re.findall(r"^[A-Z]+ .*", TEXT, re.MULTILINE)]
COPIED = [rest for word, rest in STEPS if word == "COPY"]
VARIABLES = dict(
    pair.split("=", 1)
    for word, rest in STEPS
    if word == "ENV"
    for pair in shlex.split(rest)
)


def sources(rest: str) -> list[str]:
    *named, _ = [word for word in rest.split() if not word.startswith("--")]
    return named


def test_all_it_copies_is_there_and_not_ignored() -> None:
    allowed = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copied = {name for rest in COPIED for name in sources(rest)}
    assert copied == allowed
    assert all((ROOT / name).exists() for name in copied)


def test_its_user_is_a_number_other_than_root() -> None:
    """Kubernetes cannot see whether a name is root."""
    [user] = [rest for word, rest in STEPS if word == "USER"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)


def test_signals_reach_the_script() -> None:
    """It is process 1, which `tests/test_nightly.py` sends signals to."""
    [command] = [rest for word, rest in STEPS if word == "CMD"]
    assert command.startswith('["/opt/nightly.sh", ')
    assert VARIABLES["FOLDER"] == "/state"


def test_its_base_can_be_pinned_by_digest() -> None:
    [(_, base), (_, from_)] = STEPS[:2]
    assert base.startswith("BASE=")
    assert from_ == "${BASE}"


def test_the_loader_is_set_as_meltano_sets_it() -> None:
    settings = loader_entry("target-postgres")["settings"]

    def text(value: Any) -> str:
        return str(value).lower() if isinstance(value, bool) else str(value)

    wanted = {
        f"TARGET_POSTGRES_{setting['name'].upper()}": text(setting["value"])
        for setting in settings
        if "value" in setting
    }
    schema = wanted.pop("TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA")
    assert schema == "$MELTANO_EXTRACT__LOAD_SCHEMA"
    own = {name: v for name, v in VARIABLES.items() if name.startswith("TARGET_")}
    assert own.pop("TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA") == "tap_zencoder"
    # These are the loader's own defaults.
    assert wanted.pop("TARGET_POSTGRES_PORT") == "5432"
    assert wanted.pop("TARGET_POSTGRES_SSL_ENABLE") == "false"
    assert own == wanted


@pytest.mark.skipif(not EVERYTHING, reason="installs anew: make test-documents")
def test_what_it_installs_can_be_installed(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
    python = tmp_path / "programs" / "python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    environment["PATH"] = f"{python.parent}{os.pathsep}{environment['PATH']}"
    for word, rest in STEPS:
        if word == "COPY":
            *_, target = rest.split()
            (tmp_path / target).mkdir(parents=True, exist_ok=True)
            from_checkout = [str(ROOT / name) for name in sources(rest)]
            is_folder = len(from_checkout) == 1 and (ROOT / sources(rest)[0]).is_dir()
            words = ["cp", "-r", *from_checkout, str(tmp_path / target)]
            if is_folder:
                words[2] += "/."
            subprocess.run(words, check=True)
        elif word == "RUN" and "useradd" not in rest:
            subprocess.run(
                ["/bin/sh", "-c", rest], cwd=tmp_path, env=environment, check=True
            )
    for program in ("tap/bin/tap-zencoder", "target/bin/target-postgres"):
        subprocess.run([tmp_path / program, "--version"], check=True)
    assert os.access(tmp_path / "nightly.sh", os.X_OK)
