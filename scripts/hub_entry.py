"""Write the tap's entry for the Meltano Hub from what ``tap-zencoder --about`` says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

DEFINITION = Path(__file__).parents[1] / "examples" / "hub-entry.yml"
SOURCE = "git+https://your-git-host.example/tap-zencoder.git"
"""Until there is a package called tap-zencoder that is ours: nobody owns the name."""

# What the tap cannot say of itself.
_ENTRY = {
    "variant": "original",
    "label": "Zencoder",
    "domain_url": "https://zencoder.ai",
    "logo_url": "/assets/logos/extractors/zencoder.png",
    "namespace": "tap_zencoder",
    "pip_url": SOURCE,
    "executable": "tap-zencoder",
    "keywords": ["api", "meltano_sdk"],
    "maintenance_status": "beta",
    "quality": "unknown",
    "log_parser": "singer-sdk",
    # The two ways to log in.
    "settings_group_validation": [["client_id", "client_secret"], ["api_key"]],
}
# The tap comes without Faker.
_LEFT_OUT = {"faker_config"}
# The SDK's own setting, in which users keep the salt of their hashes.
_SENSITIVE = {"stream_map_config"}


def definition() -> str:
    """Return the entry as YAML, keys and settings in the order of their names."""
    words = [sys.executable, "-m", "tap_zencoder", "--about", "--format=json"]
    about = json.loads(subprocess.check_output(words, stderr=subprocess.DEVNULL))
    settings = about["settings"]["properties"]
    entry = {
        **_ENTRY,
        "name": about["name"],
        "description": about["description"],
        "capabilities": sorted(about["capabilities"]),
        "supported_python_versions": about["supported_python_versions"],
        "settings": [
            _setting(name, settings[name])
            for name in sorted(settings)
            if name not in _LEFT_OUT
        ],
    }
    return "# Written by `make hub`.\n" + yaml.safe_dump(
        entry, allow_unicode=True, width=88
    )


def _setting(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    description = schema["description"]
    if "minimum" in schema:
        description += f" From {schema['minimum']} to {schema['maximum']}."
    setting = {
        "name": name,
        "label": schema["title"],
        "description": description,
        "kind": _kind(schema),
    }
    if schema.get("secret") or name in _SENSITIVE:
        setting["sensitive"] = True
    if "default" in schema:
        setting["value"] = schema["default"]
    return setting


def _kind(schema: dict[str, Any]) -> str:
    # A date is text: of a date_iso8601, Meltano would make a day out of anything.
    [kind] = [name for name in schema["type"] if name != "null"]
    return str(kind)


if __name__ == "__main__":
    DEFINITION.write_text(definition())
