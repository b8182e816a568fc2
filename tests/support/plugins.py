"""The plugins that Meltano has installed, and what meltano.yml sets for loaders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
PLUGINS = ROOT / ".meltano"
MORE_LOADERS = "examples/loaders.meltano.yml"
"""What meltano.yml includes."""


def plugin(name: str) -> list[str]:
    """Return the command of a loader that Meltano has installed."""
    command = PLUGINS / "loaders" / name / "venv" / "bin" / name
    assert command.exists(), f"{name} is not installed: run the tests with `make`"
    return [str(command)]


def loader_entry(name: str) -> dict[str, Any]:
    """Return the entry of a loader in meltano.yml, or in the file that it includes."""
    for file in ("meltano.yml", MORE_LOADERS):
        for entry in yaml.safe_load((ROOT / file).read_text())["plugins"]["loaders"]:
            if entry["name"] == name:
                return dict(entry)
    raise LookupError(name)


def project_settings(name: str) -> dict[str, Any]:
    """Return the settings that a loader gets from meltano.yml, wherever it runs."""
    settings = loader_entry(name)["settings"]
    values = {s["name"]: s["value"] for s in settings if "value" in s}
    return nested({k: v for k, v in values.items() if "$" not in str(v)})


def nested(settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings with `outer.inner` as an object, as Meltano hands them over."""
    plain: dict[str, Any] = {}
    for name, value in settings.items():
        *outer, last = name.split(".")
        place = plain
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = value
    return plain
