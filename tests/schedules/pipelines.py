"""As much of GitHub Actions and GitLab CI as the examples use.

A job runs on a machine that keeps nothing: a fresh clone, a Python without packages,
the secrets of the CI as environment, and whatever the CI itself keeps between jobs.
"""

from __future__ import annotations

import abc
import itertools
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import yaml
from support.logs import kept
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
_INHERITED = ("UV_", "PIP_", "SSL_", "REQUESTS_", "LANG", "TMPDIR", "HOME")


@dataclass
class Machine:
    """A machine for one job, with what its steps have printed."""

    folder: Path
    environment: dict[str, str]
    log: str = ""
    failed: bool = False
    artifacts: list[Path] = field(default_factory=list)

    @property
    def clone(self) -> Path:
        """The checkout, where commands run."""
        return self.folder / "clone"

    def check_out(self) -> None:
        """Clone what is committed."""
        words = ["git", "clone", "--quiet", "--depth=1", f"file://{ROOT}"]
        subprocess.run([*words, str(self.clone)], check=True)

    def set_up_python(self) -> None:
        """Put a Python without packages first on the PATH."""
        words = [sys.executable, "-m", "venv", str(self.folder / "python")]
        subprocess.run(words, check=True)
        programs = str(self.folder / "python" / "bin")
        self.environment["PATH"] = f"{programs}{os.pathsep}{os.defpath}"

    def keep(self, path: str) -> None:
        """Keep a file of the job for people to read."""
        assert (self.clone / path).exists(), f"no file {path}"
        self.artifacts.append(self.clone / path)

    def run(self, commands: str) -> None:
        """Run commands as both CI systems do: to the first that fails."""
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", commands],  # noqa: S607  # of the PATH
            cwd=self.clone,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.log += kept(done.stdout)
        self.failed |= done.returncode != 0


@dataclass
class Schedule(abc.ABC):
    """A file of examples/, run again and again with what the CI keeps between runs."""

    file: Path
    keeping: Path
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def run(
        self, folder: Path, secrets: Mapping[str, str], **variables: str
    ) -> Machine:
        """Run the file's one job; ``variables`` are the machine's, not the file's."""
        folder.mkdir()
        plain = {k: v for k, v in os.environ.items() if k.startswith(_INHERITED)}
        machine = Machine(folder, {**plain, **variables})
        self._run(machine, yaml.safe_load(self.file.read_text()), secrets)
        return machine

    @abc.abstractmethod
    def _run(
        self, machine: Machine, content: dict[str, Any], secrets: Mapping[str, str]
    ) -> None: ...


class GitHub(Schedule):
    """A workflow of GitHub Actions."""

    @override
    def _run(
        self, machine: Machine, content: dict[str, Any], secrets: Mapping[str, str]
    ) -> None:
        [job] = content["jobs"].values()
        assert job["defaults"]["run"]["shell"] == "bash", "or it has no pipefail"
        known = {f"secrets.{name}": value for name, value in secrets.items()}
        known |= {"github.run_id": str(next(self.numbers)), "github.run_attempt": "1"}

        def filled(text: str) -> str:
            # A secret that is not set is empty.
            return re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda m: known.get(m[1], ""), text)

        machine.environment |= {name: filled(v) for name, v in job["env"].items()}
        for step in job["steps"]:
            if not self._is_due(step.get("if", ""), machine):
                continue
            if "run" in step:
                machine.run(step["run"])
            else:
                action, _, _ = step["uses"].partition("@")
                options = step.get("with", {})
                self._actions[action](
                    self, machine, {k: filled(str(v)) for k, v in options.items()}
                )

    @staticmethod
    def _is_due(condition: str, machine: Machine) -> bool:
        named = re.search(r"hashFiles\('(.+?)'\) != ''", condition)
        if named and not (machine.clone / named[1]).exists():
            return False
        return "always()" in condition or not machine.failed

    def _restore(self, machine: Machine, options: dict[str, str]) -> None:
        saved = sorted(self.keeping.glob(f"{options['restore-keys']}*"))
        newest = max(saved, key=lambda file: file.stat().st_mtime_ns, default=None)
        if newest:
            shutil.copy(newest, machine.clone / options["path"])

    def _save(self, machine: Machine, options: dict[str, str]) -> None:
        assert not (self.keeping / options["key"]).exists(), "a cache never changes"
        shutil.copy(machine.clone / options["path"], self.keeping / options["key"])

    _actions: ClassVar[dict[str, Any]] = {
        "actions/checkout": lambda _, machine, __: machine.check_out(),
        "actions/setup-python": lambda _, machine, __: machine.set_up_python(),
        "actions/cache/restore": _restore,
        "actions/cache/save": _save,
        "actions/upload-artifact": lambda _, machine, options: machine.keep(
            options["path"]
        ),
    }


class GitLab(Schedule):
    """A pipeline of GitLab CI."""

    @override
    def _run(
        self, machine: Machine, content: dict[str, Any], secrets: Mapping[str, str]
    ) -> None:
        [job] = content.values()
        machine.check_out()
        machine.set_up_python()
        # Variables of the project win over those in the file.
        machine.environment = {**job["variables"], **machine.environment, **secrets}
        cache = job.get("cache", {"paths": []})
        for name in cache["paths"]:
            if (self.keeping / name).exists():
                shutil.copy(self.keeping / name, machine.clone / name)
        machine.run("\n".join(job["script"]))
        failed = machine.failed
        for name in [] if failed else job.get("artifacts", {"paths": []})["paths"]:
            machine.keep(name)
        machine.run("\n".join(job.get("after_script", [])))
        machine.failed = failed  # whatever comes after it
        if cache.get("when") == "always" or not failed:
            for name in cache["paths"]:
                if (machine.clone / name).exists():
                    shutil.copy(machine.clone / name, self.keeping / name)
