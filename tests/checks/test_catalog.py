"""Whatever is wrong with a catalog is reported before anything is synced."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tap_zencoder.checks.catalog import checked_catalog
from tap_zencoder.errors import CatalogError
from tap_zencoder.streams import STREAMS
from tap_zencoder.tap import TapZencoder

DISCOVERED = json.loads(Path(__file__).parents[1].joinpath("catalog.json").read_text())
BY_NAME = {stream.name: stream for stream in STREAMS}


def of_users(**members: Any) -> dict[str, Any]:
    text = {"type": "string"}
    columns = {"properties": {"day": text, "email": text}}
    return {"streams": [{"tap_stream_id": "users", "schema": columns, **members}]}


def with_column(column: Any) -> dict[str, Any]:
    text = {"type": "string"}
    columns = {"day": text, "email": text, "ides": column}
    return of_users(schema={"properties": columns})


def with_metadata(**metadata: Any) -> dict[str, Any]:
    plain = {name.replace("_", "-"): value for name, value in metadata.items()}
    return of_users(metadata=[{"breadcrumb": [], "metadata": plain}])


@pytest.mark.parametrize(
    "catalog",
    [
        DISCOVERED,
        {"streams": []},
        of_users(stream=None, key_properties=None, replication_key=None),
        of_users(stream="", key_properties=[], replication_key="", is_view=False),
        of_users(replication_method="FULL_TABLE", database_name="any"),
        with_metadata(selected=True, replication_key="day"),
        with_metadata(forced_replication_method="FULL_TABLE"),
        with_column({}),
        with_column({"type": ["array", "null"], "items": {"type": "string"}}),
        with_column({"anyOf": [{"type": "null"}, {"properties": {"a": {}}}]}),
        with_column({"enum": [1, None], "maximum": 3, "$ref": "#/other"}),
    ],
)
def test_a_sound_catalog_is_accepted(catalog: Any) -> None:
    TapZencoder(config={"api_key": "the-key"}, catalog=catalog)


def test_columns_that_a_schema_leaves_out_are_deselected() -> None:
    own = {"breadcrumb": ["properties", "ides"], "metadata": {"selected": True}}
    root = {"breadcrumb": [], "metadata": {"selected": True}}
    [entry] = checked_catalog(of_users(metadata=[root, own]), BY_NAME)["streams"]
    selected = {tuple(m["breadcrumb"]): m["metadata"] for m in entry["metadata"]}
    assert selected.pop(()) == {"selected": True}
    left_out = [
        ("properties", name)
        for name in BY_NAME["users"].schema["properties"]
        if name not in {"day", "email"}
    ]
    assert sorted(selected) == sorted(left_out)
    assert not any(metadata["selected"] for metadata in selected.values())


@pytest.mark.parametrize(
    ("catalog", "problem"),
    [
        ([], "it is no catalog"),
        ({}, "'streams'"),
        ({"streams": 7}, "it is no catalog"),
        ({"streams": [7]}, "it is no catalog"),
        ({"streams": [{"schema": {"properties": {}}}]}, "'tap_stream_id'"),
        (
            of_users(tap_stream_id="user"),
            "did you mean users?",
        ),
        (of_users(tap_stream_id={"a@b.example": 1}), "it is no catalog"),
        (of_users(stream="people"), "users has another name"),
        (of_users(schema={}), "'properties'"),
        (
            of_users(schema={"properties": {"email": {"type": "string"}}}),
            "users leaves out",
        ),
        (of_users(schema={"properties": {"day": {}}}), "users leaves out"),
        (with_column(None), "it is no catalog"),
        (with_column({"type": 5}), "it is no catalog"),
        (with_column({"properties": {"a": None}}), "it is no catalog"),
        (
            of_users(key_properties=["nope"]),
            "key_properties of users",
        ),
        (of_users(key_properties=[["day"]]), "it is no catalog"),
        (of_users(metadata=7), "it is no catalog"),
        (of_users(metadata=[{"breadcrumb": []}]), "'metadata'"),
        (of_users(replication_key="at"), "replication key of users"),
        (
            with_metadata(replication_key="joe@example.com"),
            "replication key of users",
        ),
        (
            of_users(replication_method="LOG_BASED"),
            "replication method of users",
        ),
        (
            with_metadata(forced_replication_method="LOG_BASED"),
            "replication method of users",
        ),
    ],
)
def test_a_catalog_that_cannot_be_used_is_refused_in_words(
    catalog: Any, problem: str
) -> None:
    with pytest.raises(CatalogError) as refusal:
        TapZencoder(config={"api_key": "the-key"}, catalog=catalog)
    sentence = str(refusal.value)
    assert sentence.startswith("The catalog cannot be used")
    assert problem in sentence
    assert "@" not in sentence
