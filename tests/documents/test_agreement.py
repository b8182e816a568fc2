"""Settings of the tap, meltano.yml, sample_config.json and the documents agree."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from support.runs import STREAMS

from tap_zencoder.api.responses import LONGEST_RETRY_AFTER
from tap_zencoder.tap import TapZencoder
from tap_zencoder.transport import client, connection

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
SETTINGS = (ROOT / "docs" / "settings.md").read_text()
WAREHOUSES = (ROOT / "docs" / "warehouses.md").read_text()
TROUBLESHOOTING = (ROOT / "docs" / "troubleshooting.md").read_text()
BEHAVIOR = (ROOT / "docs" / "behavior.md").read_text()
WHAT_ARRIVES = (ROOT / "docs" / "what-arrives.md").read_text()
DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").rglob("*.md")),
    *sorted((ROOT / "dbt").glob("*.md")),
    *sorted((ROOT / "benchmarks").glob("*.md")),
]
TapZencoder.append_builtin_config(TapZencoder.config_jsonschema)
PROPERTIES: dict[str, dict[str, Any]] = TapZencoder.config_jsonschema["properties"]
OWN = [name for name in PROPERTIES if not name.startswith(("stream_", "flattening_"))]
OWN = [name for name in OWN if name != "faker_config"]
KINDS = {
    "integer": "integer",
    "boolean": "boolean",
    "object": "object",
    "string": "string",
}


@pytest.fixture(scope="module")
def extractor() -> dict[str, Any]:
    project = yaml.safe_load((ROOT / "meltano.yml").read_text())
    [extractor] = project["plugins"]["extractors"]
    assert isinstance(extractor, dict)
    return extractor


def kind(schema: dict[str, Any]) -> str:
    return next(KINDS[name] for name in schema["type"] if name in KINDS)


def test_every_setting_has_a_title_and_a_description() -> None:
    for name in OWN:
        assert PROPERTIES[name]["title"], name
        assert PROPERTIES[name]["description"].endswith("."), name


def test_the_secrets_are_marked_as_secret() -> None:
    secret = {name for name in OWN if PROPERTIES[name].get("secret")}
    assert secret == {"client_id", "client_secret", "api_key"}


def test_meltano_knows_the_settings_as_the_tap_does(extractor: dict[str, Any]) -> None:
    settings = {setting["name"]: setting for setting in extractor["settings"]}
    assert set(settings) == set(PROPERTIES) - {"faker_config"}
    for name in OWN:
        setting, schema = settings[name], PROPERTIES[name]
        assert setting.get("kind", "string") == kind(schema)
        assert setting.get("value") == schema.get("default")
        assert setting.get("sensitive", False) == schema.get("secret", False)
        described = " ".join(setting["description"].split())
        assert described == described_with_bounds(schema)


def described_with_bounds(schema: dict[str, Any]) -> str:
    text = str(schema["description"])
    if "minimum" in schema:
        text += f" From {schema['minimum']} to {schema['maximum']}."
    return text


def setting_rows(page: str) -> dict[str, str]:
    _, _, table = page.partition("| setting | default |")
    table, _, _ = table.partition("\n\n")
    return dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", table, re.MULTILINE))


def test_the_page_of_settings_has_each_as_the_tap_does() -> None:
    rows = setting_rows(SETTINGS)
    assert list(rows) == OWN
    for name in OWN:
        schema = PROPERTIES[name]
        default = schema.get("default", "")
        shown = f"`{json.dumps(default).strip(chr(34))}`" if default != "" else ""
        cells = [cell.strip() for cell in rows[name].split(" | ")]
        meaning = cells[-1].removeprefix("|").strip()
        assert meaning == described_with_bounds(schema), name
        assert shown in rows[name]


def test_the_readme_has_the_settings_that_most_people_need() -> None:
    assert setting_rows(README).items() <= setting_rows(SETTINGS).items()


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 140
    assert len(README.split("\n\n")[1].split()) < 20


def test_the_readme_has_every_stream() -> None:
    catalog = json.loads((ROOT / "tests" / "catalog.json").read_text())
    assert {entry["tap_stream_id"] for entry in catalog["streams"]} == set(STREAMS)
    for entry in catalog["streams"]:
        keys = ", ".join(f"`{key}`" for key in entry["key_properties"])
        assert f"| `{entry['tap_stream_id']}` | {keys} |" in README


def test_what_arrives_has_every_stream_as_the_readme_has() -> None:
    rows = r"^\| (`\w+`) \| (`.*?`) \| (\w+)"
    told = re.findall(rows, README.split("## What arrives")[1], re.MULTILINE)
    assert len(told) == len(STREAMS)
    assert told == re.findall(rows, WHAT_ARRIVES.split("```")[0], re.MULTILINE)


def test_days_that_were_never_synced_can_be_listed() -> None:
    query = WHAT_ARRIVES.split("-- days that were never synced\n")[1].split("```")[0]
    with duckdb.connect() as database:
        database.execute("CREATE TABLE daily (day DATE)")
        days = ["2026-02-27", "2026-02-28", "2026-03-02", "2026-03-05"]
        database.executemany("INSERT INTO daily VALUES (?)", [[day] for day in days])
        gaps = database.sql(query).fetchall()
    assert [(str(first), str(last)) for first, last in gaps] == [
        ("2026-03-01", "2026-03-01"),
        ("2026-03-03", "2026-03-04"),
    ]


def figures_in(section: str) -> list[str]:
    """Return the rows of a page's tables, but for their heads."""
    rows = re.findall(r"^\| [^|]+ (?:\| [\d.]+ )+\|$", section, re.MULTILINE)
    assert rows
    return rows


def test_the_speeds_on_the_page_are_those_that_were_measured() -> None:
    page = (ROOT / "benchmarks" / "SPEED.md").read_text()
    parts = dict(
        re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    )
    results = (ROOT / "benchmarks" / "RESULTS.md").read_text()
    works = [results.split(f"## ({work})")[1].split("\n## ")[0] for work in "ab"]
    told = re.findall(
        r"^\| (.+?) \| ([\d.]+) \| ([\d.]+) \|$", parts["The tap alone"], re.MULTILINE
    )
    assert len(told) == 3
    for name, *speeds in told:
        for speed, work in zip(speeds, works, strict=True):
            assert f"| {name} | {speed} |" in work
    for row in figures_in(parts["The whole way"]):
        assert row in results.splitlines()


def test_the_sample_configuration_is_sound() -> None:
    sample = json.loads((ROOT / "sample_config.json").read_text())
    TapZencoder(config=sample)


def test_meltano_knows_the_capabilities(extractor: dict[str, Any]) -> None:
    capabilities = {str(capability.value) for capability in TapZencoder.capabilities}
    assert set(extractor["capabilities"]) == capabilities


def test_the_ways_to_log_in_are_known_to_meltano(extractor: dict[str, Any]) -> None:
    assert extractor["settings_group_validation"] == [
        ["client_id", "client_secret"],
        ["api_key"],
    ]


def test_every_message_in_the_documents_exists_in_the_code() -> None:
    code = " ".join(
        " ".join(file.read_text().split())
        for file in sorted((ROOT / "tap_zencoder").rglob("*.py"))
    )
    code = re.sub(r'" f?"', "", code)
    tables = TROUBLESHOOTING.split("## Errors")[1]
    messages = re.findall(r"^\| (`.*?`) \|", tables, re.MULTILINE)
    parts = [
        part.strip()
        for message in messages
        for quoted in re.findall(r"`(.*?)`", message)
        for part in quoted.split("...")
        if part.strip()
    ]
    assert len(parts) > 12
    for part in parts:
        assert part.strip(": $") in code, part


def test_every_test_that_is_said_to_hold_a_behaviour_exists() -> None:
    named = set(re.findall(r"\btest_\w+", BEHAVIOR))
    tests = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(), re.MULTILINE)
    }
    assert len(named) > 30
    assert named <= tests, sorted(named - tests)


def test_every_rule_and_table_of_behaviour_names_its_tests() -> None:
    blocks = BEHAVIOR.split("\n\n")
    rules = [block for block in blocks if block.startswith("**")]
    assert 12 < len(rules) <= 40
    for rule in rules:
        assert re.search(r"\n<!-- tests: test_\w+.* -->$", rule), rule
    tables = [index for index, block in enumerate(blocks) if block.startswith("|")]
    assert len(tables) == 2
    for index in tables:
        assert blocks[index + 1].startswith("<!-- tests: test_"), blocks[index]


def test_twelve_promises_come_first() -> None:
    first, promises, *_ = BEHAVIOR.split("\n## ")
    assert promises.startswith("Twelve promises\n")
    assert len(re.findall(r"^\*\*", first, re.MULTILINE)) == 0
    assert len(re.findall(r"^\*\*", promises, re.MULTILINE)) == 12


def anchors(document: Path) -> set[str]:
    """Return the anchors that a page of Markdown has for its headings."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: str(d.relative_to(ROOT)))
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        there = document.parent / path if path else document
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


def test_the_documents_agree_about_numbers() -> None:
    for text in (TROUBLESHOOTING, BEHAVIOR):
        plain = " ".join(text.split())
        assert re.search(rf"(tried )?{client.ATTEMPTS}( times)|Six attempts", plain)
        minutes = LONGEST_RETRY_AFTER / 60
        assert f"up to {minutes:.0f} minutes" in plain
    assert client.ATTEMPTS == 6
    assert f"more than {connection.LARGEST_BODY // 2**20} MiB is refused" in BEHAVIOR


def test_no_document_or_lock_names_an_index_or_another_product_as_ours() -> None:
    for file in [*DOCUMENTS, *ROOT.rglob("requirements/*.txt")]:
        if not {".venv", ".meltano"}.isdisjoint(file.parts):
            continue
        text = file.read_text()
        assert not re.search(r"https?://[^\s)]+/simple", text), file
    assert not re.search(
        r"https?://|file:", (ROOT / "requirements/dev.txt").read_text()
    )
    assert "Not related to Zencoder, the video encoding service" in README
