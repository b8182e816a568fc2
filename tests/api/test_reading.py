from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from tap_zencoder.api.objects import ApiObject, DailyUsage
from tap_zencoder.api.objects import UserUsage as User
from tap_zencoder.api.reading import Findings, WrongValueError, read_objects

USER = {
    "email": "a@example.com",
    "messages": 5,
    "last_active": "2026-03-02",
    "ides": ["VS Code"],
    "languages": ["Go", "Python"],
}
DAY = {
    "day": "2026-03-02",
    "active_users": 2,
    "messages": 7,
    "ides": [{"ide_name": "VS Code", "engaged_users": 2}],
    "languages": [{"language_name": "Go", "engaged_users": 1}],
}


def read(objects: Any, kind: type[ApiObject] = User) -> list[dict[str, Any]]:
    """Return the objects as dictionaries, with their additional fields decoded."""
    raw = msgspec.Raw(json.dumps(objects).encode())
    found = [msgspec.to_builtins(item) for item in read_objects(raw, kind, Findings())]
    for item in found:
        if item.get("additional_fields") is not None:
            item["additional_fields"] = json.loads(item["additional_fields"])
    return found


def test_a_documented_object_is_itself() -> None:
    assert read([USER]) == [USER]
    assert read([DAY], DailyUsage) == [DAY]


def test_what_is_not_there_is_null() -> None:
    [item] = read([{"email": "a@example.com", "messages": 5}])
    assert item == {
        "email": "a@example.com",
        "messages": 5,
        "last_active": None,
        "ides": None,
        "languages": None,
    }


@pytest.mark.parametrize(
    "name",
    [
        "lines_generated",
        "Email",
        "day",
        "additional_fields",
        "a.b",
        "two words",
        "🚀",
        "",
    ],
)
@pytest.mark.parametrize("value", [{"deep": [1, 2.5, None]}, None, "text"])
def test_an_unknown_field_is_kept_whatever_its_name(name: str, value: Any) -> None:
    assert read([USER, {**USER, name: value}]) == [
        {**USER, "additional_fields": None},
        {**USER, "additional_fields": {name: value}},
    ]


def test_new_fields_are_named_by_their_paths_without_indices() -> None:
    ide = {"ide_name": "Zed", "engaged_users": 1, "version": "1.2"}
    raw = json.dumps([{**DAY, "ides": [ide], "sessions": 3}] * 2).encode()
    findings = Findings()
    read_objects(msgspec.Raw(raw), DailyUsage, findings)
    assert findings.new == {"[].sessions", "[].ides[].version"}


def test_an_array_with_new_fields_is_known_without_them_and_kept_whole() -> None:
    plain = {"ide_name": "Zed", "engaged_users": 1}
    ides = [{**plain, "version": "1.2"}, plain]
    [item] = read([{**DAY, "ides": ides}], DailyUsage)
    assert item == {
        **DAY,
        "ides": [plain, plain],
        "additional_fields": {"ides": ides},
    }


def test_a_number_with_a_zero_fraction_is_an_integer() -> None:
    assert read([{**USER, "messages": 58.0}])[0]["messages"] == 58
    ide = {"ide_name": "Zed", "engaged_users": 3.0}
    [item] = read([{**DAY, "ides": [ide]}], DailyUsage)
    count = item["ides"][0]["engaged_users"]
    assert (count, type(count)) == (3, int)


@pytest.mark.parametrize(
    ("objects", "path", "problem"),
    [
        ({}, "", "Expected `array`, got `object`"),
        ([USER, 7], "[1]", "an object was expected"),
        (
            [{**USER, "messages": "5.8"}],
            "[0].messages",
            "Expected `int`, got `str`",
        ),
        (
            [{**USER, "messages": 0.5}],
            "[0].messages",
            "Expected `int`, got `float`",
        ),
        ([USER, {**USER, "messages": None}], "[1].messages", "got `null`"),
        ([{**USER, "email": 5}], "[0].email", "got `int`"),
        ([{"email": "a"}], "[0]", "missing required field `messages`"),
        ([{**USER, "messages": True}], "[0].messages", "got `bool`"),
    ],
)
def test_a_wrong_type_is_refused_by_its_json_path(
    objects: Any,
    path: str,
    problem: str,
) -> None:
    with pytest.raises(WrongValueError) as refusal:
        read(objects)
    assert refusal.value.path == path
    assert problem in refusal.value.problem
    assert "example.com" not in refusal.value.problem


@pytest.mark.parametrize(
    ("ide", "path"),
    [
        ({"ide_name": "Zed", "engaged_users": "1.5"}, ".engaged_users: Expected"),
        ({"ide_name": "Zed"}, ": Object missing required field `engaged_users`"),
        ("Zed", ": an object was expected"),
    ],
)
def test_a_wrong_type_inside_an_array_is_refused_by_its_json_path(
    ide: Any, path: str
) -> None:
    with pytest.raises(WrongValueError) as refusal:
        read([{**DAY, "ides": [ide]}], DailyUsage)
    found = f"{refusal.value.path}: {refusal.value.problem}"
    assert found.startswith(f"[0].ides[0]{path}")


def test_text_that_json_does_not_allow_is_refused() -> None:
    lone_surrogate = msgspec.Raw(b'[{"email": "\\ud800", "messages": 1}]')
    with pytest.raises(WrongValueError, match="text that JSON does not allow"):
        read_objects(lone_surrogate, User, Findings())
