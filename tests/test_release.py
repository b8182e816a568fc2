"""What a release needs: a tag that fits, and the entry for the Meltano Hub."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from documents import running
from support.meltano_project import ROOT, MeltanoProject

from tap_zencoder.tap import TapZencoder

if TYPE_CHECKING:
    import subprocess
    from types import ModuleType


def script(path: str) -> ModuleType:
    """Return a script of the project as a module."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CHECK_TAG = script("scripts/check_tag.py")
HUB = script("scripts/hub_entry.py")
RELEASED = "# Changelog\n\n## [1.2.0] - 2026-12-01\n\n## [1.1.0] - 2026-11-01\n"


def test_a_tag_that_is_the_version_and_heads_the_changelog_is_released() -> None:
    assert CHECK_TAG.problem("v1.2.0", "1.2.0", RELEASED) is None


@pytest.mark.parametrize(
    ("tag", "version", "changelog", "problem"),
    [
        ("v1.3.0", "1.2.0", RELEASED, "is not v1.2.0, the version in pyproject.toml"),
        ("1.2.0", "1.2.0", RELEASED, "is not v1.2.0"),
        ("v1.1.0", "1.1.0", RELEASED, "begins with 1.2.0, not with 1.1.0"),
        ("v1.2.0", "1.2.0", "## [Unreleased]\n" + RELEASED, "begins with Unreleased"),
        ("v1.2.0", "1.2.0", "# Changelog\n", "begins with None"),
        ("v1.2.0", "1.2.0", "## [1.2.0]\n", "has no date for 1.2.0"),
    ],
)
def test_any_other_tag_is_refused(
    tag: str, version: str, changelog: str, problem: str
) -> None:
    assert problem in CHECK_TAG.problem(tag, version, changelog)


def test_the_workflow_checks_the_tag_before_it_publishes() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())
    build, publish = workflow["jobs"]["build"], workflow["jobs"]["publish"]
    commands = [step.get("run", "") for step in build["steps"]]
    assert any("scripts/check_tag.py" in command for command in commands)
    assert commands.index("make lint test test-pythons") > 0
    assert publish["needs"] == "build"
    assert publish["permissions"] == {"id-token": "write"}


def test_the_tests_run_on_each_python_that_the_package_claims() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text())
    whole = workflow["jobs"]["test"]["strategy"]["matrix"]["python"]
    [alone] = [
        step["with"]["python-version"].split()[0]
        for step in workflow["jobs"]["newest"]["steps"]
        if "python-version" in step.get("with", {})
    ]
    assert [*whole, alone] == script("scripts/prove_wheel.py").claimed()


def test_the_entry_for_the_hub_is_what_the_tap_says_of_itself() -> None:
    assert HUB.DEFINITION.read_text() == HUB.definition(), "make hub"


def test_the_entry_for_the_hub_and_the_project_agree() -> None:
    entry = yaml.safe_load(HUB.DEFINITION.read_text())
    project = yaml.safe_load((ROOT / "meltano.yml").read_text())
    [extractor] = project["plugins"]["extractors"]
    for key in ("name", "namespace", "executable", "label"):
        assert entry[key] == extractor[key]
    assert entry["capabilities"] == sorted(extractor["capabilities"])
    groups = "settings_group_validation"
    assert entry[groups] == extractor[groups]
    assert [s["name"] for s in entry["settings"]] == sorted(
        s["name"] for s in extractor["settings"]
    )
    sensitive = {"client_id", "client_secret", "api_key", "stream_map_config"}
    for settings in (entry["settings"], extractor["settings"]):
        assert {s["name"] for s in settings if s.get("sensitive")} == sensitive


def test_nothing_installs_a_package_by_a_name_that_nobody_owns_yet() -> None:
    released = re.search(r"^## \[\d", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    entry = yaml.safe_load(HUB.DEFINITION.read_text())
    assert released or entry["pip_url"] == f"git+{running.SOURCE}"
    assert running.SOURCE.split("/")[2].endswith(".example")  # which never resolves


def test_meltano_adds_the_tap_by_its_entry_without_the_hub(tmp_path: Path) -> None:
    done = meltano(tmp_path, *documented_command())
    assert done.returncode == 0, done.stderr
    project = yaml.safe_load((tmp_path / "meltano.yml").read_text())
    [added] = project["plugins"]["extractors"]
    assert added["name"] == "tap-zencoder"
    shown = meltano(tmp_path, "config", "list", "--all", "tap-zencoder")
    assert shown.returncode == 0, shown.stderr
    for name in TapZencoder.config_jsonschema["properties"]:
        if name != "faker_config":
            assert name in shown.stdout


def documented_command() -> list[str]:
    """Return the words of docs/install.md that add the tap, after `meltano`."""
    text = (ROOT / "docs" / "install.md").read_text()
    command = re.search(r"^meltano (add .*?[^\\])$", text, re.DOTALL | re.MULTILINE)
    assert command
    words = command[1].replace("\\\n", " ").split()
    return [w.replace("../tap-zencoder", str(ROOT)) for w in words]


def meltano(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Meltano in a new project, with no Hub to ask."""
    file = folder / "meltano.yml"
    if not file.exists():
        project: dict[str, Any] = {"project_id": "test", "default_environment": "dev"}
        project["environments"] = [{"name": "dev"}]
        project["send_anonymous_usage_stats"] = False
        file.write_text(yaml.safe_dump(project))
    return MeltanoProject(folder).meltano(*words, MELTANO_HUB_URL="http://127.0.0.1:9")
