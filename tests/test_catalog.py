"""Whatever is wrong with a catalog is told by its place, before anything is synced."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import STREAMS

from tap_zencoder.catalog import problems

DISCOVERED = json.loads(Path(__file__).with_name("catalog.json").read_text())


def of_users(**members: Any) -> dict[str, Any]:
    columns = {"properties": {"day": {"type": "string"}}}
    return {"streams": [{"tap_stream_id": "users", "schema": columns, **members}]}


def with_column(column: Any) -> dict[str, Any]:
    columns = {"day": {"type": "string"}, "ides": column}
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
    assert list(problems(catalog, STREAMS)) == []


@pytest.mark.parametrize(
    ("catalog", "problem"),
    [
        ([], "$ must be of type object"),
        ({}, "$ lacks streams"),
        ({"streams": 7}, "$.streams must be of type array"),
        ({"streams": [7]}, "$.streams[0] must be of type object"),
        (
            {"streams": [{"schema": {"properties": {}}}]},
            "$.streams[0] lacks tap_stream",
        ),
        (
            of_users(tap_stream_id="user"),
            "there is no stream user (did you mean users?)",
        ),
        (of_users(stream="people"), "the stream users has another name as well"),
        (of_users(stream=["users"]), "$.streams[0].stream must be of type string"),
        (of_users(schema={}), "$.streams[0].schema lacks properties"),
        (
            of_users(schema={"properties": {"email": {"type": "string"}}}),
            "$.streams[0].schema.properties lacks day",
        ),
        (
            of_users(schema={"properties": {"day": {}}}),
            "$.streams[0].schema.properties.day must not be empty",
        ),
        (with_column(None), ".properties.ides must be of type object"),
        (with_column({"type": 5}), ".ides.type must be of type string or array"),
        (with_column({"anyOf": 5}), ".ides.anyOf must be of type array"),
        (with_column({"anyOf": [{"items": True}]}), ".ides.anyOf[0].items must be of"),
        (with_column({"items": {"properties": [1]}}), ".ides.items.properties must be"),
        (with_column({"properties": {"a": None}}), ".ides.properties.a must be of"),
        (
            of_users(key_properties=["nope"]),
            "the stream users has key_properties that are not among its columns",
        ),
        (of_users(key_properties=[["day"]]), ".key_properties[0] must be of type"),
        (of_users(metadata=None), "$.streams[0].metadata must be of type array"),
        (
            of_users(metadata=[{"breadcrumb": []}]),
            "$.streams[0].metadata[0] lacks metadata",
        ),
        (of_users(replication_key="at"), "$.streams[0].replication_key must be day"),
        (
            with_metadata(replication_key="at"),
            "metadata['replication-key'] must be day",
        ),
        (
            of_users(replication_method="LOG_BASED"),
            "$.streams[0].replication_method must be INCREMENTAL or FULL_TABLE",
        ),
        (
            of_users(
                replication_key="joe@example.com", tap_stream_id={"a@b.example": 1}
            ),
            "$.streams[0].replication_key must be day",
        ),
    ],
)
def test_a_catalog_that_cannot_be_used_is_refused_by_its_place(
    catalog: Any, problem: str
) -> None:
    told = next(problems(catalog, STREAMS))
    assert problem in told
    assert "@" not in told
