"""What the YAML files of the package say of every model and source."""

from __future__ import annotations

import re
from typing import Any

import yaml

from models.databases import PROJECT
from tap_zencoder.streams import STREAMS

FILES = sorted((PROJECT / "models").rglob("_*.yml"))
WITHOUT_KEY = {
    # Somebody listed in two spellings of the address is in them twice.
    "stg_zencoder__user_ides",
    "stg_zencoder__user_languages",
}


def described(kind: str) -> list[dict[str, Any]]:
    files = [yaml.safe_load(file.read_text()) for file in FILES]
    return [resource for file in files for resource in file.get(kind, ())]


def names(resources: list[dict[str, Any]]) -> set[str]:
    return {resource["name"] for resource in resources}


def test_each_column_of_a_mart_has_a_type() -> None:
    marts = [m for m in described("models") if m["name"].startswith("zencoder__")]
    assert marts
    for mart in marts:
        for column in mart["columns"]:
            assert column["data_type"], (mart["name"], column["name"])


def test_each_model_has_a_test_of_its_key() -> None:
    for model in described("models"):
        tests = model.get("data_tests", ())
        keyed = any("zencoder_key" in test for test in tests)
        assert keyed == (model["name"] not in WITHOUT_KEY), model["name"]


def test_each_column_of_a_stream_is_described() -> None:
    [tables] = [s["tables"] for s in described("sources") if s["name"] == "zencoder"]
    columns = {table["name"]: table["columns"] for table in tables}
    assert set(columns) == {stream.name for stream in STREAMS}
    for stream in STREAMS:
        of_stream = {*stream.schema["properties"], "_sdc_extracted_at"}
        assert names(columns[stream.name]) == of_stream, stream.name
        assert all(column["description"] for column in columns[stream.name])


def test_the_exposure_has_the_marts_that_the_page_reads() -> None:
    [page] = described("exposures")
    macro = (PROJECT / "macros" / "report_rows.sql").read_text()
    [read] = re.findall(r"for name in \[('daily'.*?)\]", macro, re.DOTALL)
    marts = {f"ref('zencoder__{name}')" for name in re.findall(r"\w+", read)}
    assert set(page["depends_on"]) == marts
