"""A Meltano project as a user might have it: the entries here and a few lines more."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from support.logs import kept
from support.plugins import MORE_LOADERS

ROOT = Path(__file__).parents[2]
_VIRTUAL_ENVIRONMENTS = ("extractors", "loaders", "mappers", "utilities")


@dataclass(frozen=True)
class MeltanoProject:
    """A folder with a `meltano.yml`, which uses the plugins that are installed.

    Each test has its own: of two runs at once in one project, one overwrites the
    catalog of the other.
    """

    folder: Path

    @classmethod
    def create(cls, folder: Path, *extractors: dict[str, Any]) -> MeltanoProject:
        """Write a project; an extractor that is there already gets what is new."""
        project = yaml.safe_load((ROOT / "meltano.yml").read_text())
        there = project["plugins"]["extractors"]
        [tap] = there
        for extractor in extractors:
            if extractor["name"] == tap["name"]:
                tap |= extractor
            else:
                there.append(extractor)
        (folder / "meltano.yml").write_text(yaml.safe_dump(project, sort_keys=False))
        (folder / "requirements").symlink_to(ROOT / "requirements")
        (folder / MORE_LOADERS).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / MORE_LOADERS, folder / MORE_LOADERS)
        made = shutil.ignore_patterns("target", "logs")
        shutil.copytree(ROOT / "dbt", folder / "dbt", ignore=made)
        (folder / ".meltano").mkdir()
        for kind in _VIRTUAL_ENVIRONMENTS:
            (folder / ".meltano" / kind).symlink_to(ROOT / ".meltano" / kind)
        return cls(folder)

    def run(
        self,
        *words: str,
        **environment: str,
    ) -> subprocess.CompletedProcess[str]:
        """Run a pipeline with nothing of the caller's settings but these."""
        return self.meltano("run", *words, **environment)

    def meltano(
        self,
        *words: str,
        **environment: str,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of Meltano with nothing of the caller's settings but these."""
        done = subprocess.run(
            ["meltano", "--env-file=/dev/null", *words],  # noqa: S607  # of make's PATH
            cwd=self.folder,
            env={
                **without_settings(),
                "MELTANO_PROJECT_ROOT": str(self.folder),
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        kept(done.stdout + done.stderr)
        return done


def without_settings() -> dict[str, str]:
    """Return the environment without anything that the caller has set for a plugin."""
    prefixes = ("MELTANO_", "TAP_", "TARGET_", "DBT_", "ZENCODER_", "EMAIL_SALT")
    return {k: v for k, v in os.environ.items() if not k.startswith(prefixes)}


def variables(prefix: str, settings: dict[str, Any]) -> dict[str, str]:
    """Return settings as the environment variables of a plugin."""
    return {f"{prefix}_{name.upper()}": str(v) for name, v in settings.items()}
