"""The one rule for a value: what each of any JSON type becomes in the rows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.responses import (
    DAY,
    ENTRY,
    OF_DAY,
    USER,
    documented,
    loaded,
    report,
    response,
    warnings,
)

from tap_zencoder.api.answers import read_answer
from tap_zencoder.api.reports import UsageReport
from tap_zencoder.errors import ContractError, TransientError
from tap_zencoder.streams import STREAMS

HERE = "the value"
LARGEST = 2**63 - 1
DEEP = "[" * 300 + "]" * 300
# Each value as it stands in the JSON text, and the whole number that it is, if any.
VALUES: dict[str, int | None] = {
    "null": None,
    "true": None,
    "false": None,
    "0": 0,
    "-0.0": 0,
    "58": 58,
    "-58": -58,
    "58.0": 58,
    "5.8e1": 58,
    '"58"': 58,
    '"58.0"': 58,
    "5.8": None,
    '"5.8"': None,
    '""': None,
    '" "': None,
    '"text"': None,
    '"NaN"': None,
    str(LARGEST): LARGEST,
    str(-LARGEST): -LARGEST,
    str(LARGEST + 1): None,
    "9" * 5000: None,
    "1e400": None,
    "-1e400": None,
    "[]": None,
    "[1]": None,
    '["a"]': None,
    "[null]": None,
    "{}": None,
    '{"a":1}': None,
    DEEP: None,
}
ITEMS_STOPPED = {"daily", "daily_ides", "daily_languages"}
DAY_FIELDS = ["users[].messages", "daily[].active_users", "daily[].messages"]
TOTALS = ["summary.total_active_users", "summary.total_messages", "period.days"]


def answered(path: str, value: str) -> UsageReport:
    """Return the report of an answer with a JSON text at a path."""
    data = documented()
    place: Any = data
    *steps, last = path.split(".")
    for step in steps:
        place = place[step.removesuffix("[]")]
        place = place[0] if step.endswith("[]") else place
    place[last] = HERE
    body = json.dumps({"status": "success", "data": data})
    body = body.replace(f'"{HERE}"', value)
    return read_answer(OF_DAY, response(200, body.encode()))


@pytest.mark.parametrize("path", [*DAY_FIELDS, *TOTALS])
def test_a_figure_is_a_whole_number_or_stops_its_stream(path: str) -> None:
    part, name = path.split(".")
    stream = part.removesuffix("[]") if "[]" in part else "period_summaries"
    for value, figure in VALUES.items():
        found = answered(path, value)
        records, stopped = loaded(found)
        if figure is None:
            assert stopped == {stream}
        else:
            assert stopped == set()
            [record] = records[stream]
            assert (record[name], type(record[name])) == (figure, int)
            assert record["additional_fields"] is None
        assert warnings(found) == []


@pytest.mark.parametrize(
    ("path", "stream"),
    [
        ("daily[].ides[].engaged_users", "daily_ides"),
        ("daily[].languages[].engaged_users", "daily_languages"),
    ],
)
def test_a_figure_of_an_item_stops_the_stream_of_items_and_is_kept_in_daily(
    path: str, stream: str
) -> None:
    array = path.split("[].")[1]
    for value, figure in VALUES.items():
        found = answered(path, value)
        records, stopped = loaded(found)
        [daily] = records["daily"]
        if figure is None:
            assert stopped == {stream}
            assert daily[array] is None
            assert f'"engaged_users": {value}' in daily["additional_fields"]
            assert_unreadable(found, f"daily[].{array}")
        else:
            assert stopped == set()
            assert records[stream][0]["engaged_users"] == figure
            assert daily[array][0]["engaged_users"] == figure
            assert daily["additional_fields"] is None


KEYS = {
    "users[].email": ("users", "(no address)"),
    "daily[].ides[].ide_name": ("daily_ides", "(no name)"),
    "daily[].languages[].language_name": ("daily_languages", "(no name)"),
}


@pytest.mark.parametrize("path", KEYS)
def test_a_key_is_text_or_its_placeholder_or_stops_its_stream(path: str) -> None:
    stream, placeholder = KEYS[path]
    for value in VALUES:
        found = answered(path, value)
        records, stopped = loaded(found)
        name = path.rpartition(".")[2]
        if value in ("null", '""'):
            assert records[stream][0][name] == placeholder
            assert f"$.data.{path} without a value" in "".join(warnings(found))
        elif value.startswith('"'):
            key = json.loads(value)
            of_address = key.strip().lower() or placeholder
            expected = of_address if stream == "users" else key
            assert records[stream][0][name] == expected
        else:
            assert stopped == {stream}


NULLABLE = {
    "users[].last_active": "users",
    "users[].ides": "users",
    "users[].languages": "users",
    "daily[].ides": "daily",
    "daily[].languages": "daily",
}


@pytest.mark.parametrize("path", NULLABLE)
def test_what_may_be_null_is_null_if_it_cannot_be_read_and_kept(path: str) -> None:
    for value in VALUES:
        stream, name = NULLABLE[path], path.rpartition(".")[2]
        readable: dict[str, Any] = {"null": None, "[]": [], '["a"]': ["a"]}
        if name == "last_active":
            readable = {"null": None, '""': None}
        elif stream == "daily":
            del readable['["a"]']
        found = answered(path, value)
        records, stopped = loaded(found)
        [record] = records[stream]
        is_read = value in readable
        assert record[name] == readable.get(value)
        assert record["additional_fields"] == (
            None if is_read else f'{{"{name}":{value}}}'
        )
        if is_read:
            assert warnings(found) == []
        else:
            assert_unreadable(found, path)
        is_loaded_elsewhere = stream == "daily" and not is_read
        assert stopped == ({f"daily_{name}"} if is_loaded_elsewhere else set())


def test_a_day_that_is_no_date_stops_the_streams_of_days() -> None:
    for value in VALUES:
        records, stopped = loaded(answered("daily[].day", value))
        assert stopped == ITEMS_STOPPED
        assert len(records["users"]) == 1


@pytest.mark.parametrize("path", ["period.start", "period.end"])
def test_a_period_without_its_dates_stops_the_summaries_alone(path: str) -> None:
    for value in VALUES:
        assert loaded(answered(path, value))[1] == {"period_summaries"}


@pytest.mark.parametrize("part", ["users", "daily"])
def test_a_part_that_is_no_list_of_objects_stops_the_streams_that_load_it(
    part: str,
) -> None:
    for value in VALUES:
        if value in ("null", "[]"):
            assert loaded(answered(part, value))[1] == set()
        else:
            due = {"users": {"users"}, "daily": ITEMS_STOPPED}[part]
            assert loaded(answered(part, value))[1] == due


@pytest.mark.parametrize("part", ["period", "summary"])
def test_a_part_that_is_no_object_stops_the_summaries_alone(part: str) -> None:
    for value in VALUES:
        assert loaded(answered(part, value))[1] == {"period_summaries"}


@pytest.mark.parametrize(
    ("place", "stream"),
    [
        ("users[]", "users"),
        ("daily[]", "daily"),
        ("daily[].ides[]", "daily_ides"),
        ("daily[].languages[]", "daily_languages"),
    ],
)
def test_an_unknown_field_is_kept_as_it_came(place: str, stream: str) -> None:
    for value in VALUES:
        found = answered(f"{place}.lines", value)
        records, stopped = loaded(found)
        assert stopped == set()
        assert records[stream][0]["additional_fields"] == f'{{"lines":{value}}}'
        [warning] = warnings(found)
        assert f"$.data.{place}.lines," in warning


MISSING: dict[str, set[str]] = {
    "users[].email": {"users"},
    "users[].messages": {"users"},
    "users[].last_active": set(),
    "users[].ides": set(),
    "users[].languages": set(),
    "daily[].day": ITEMS_STOPPED,
    "daily[].active_users": {"daily"},
    "daily[].messages": {"daily"},
    "daily[].ides": set(),
    "daily[].languages": set(),
    "period": {"period_summaries"},
    "period.days": {"period_summaries"},
    "summary": {"period_summaries"},
    "summary.total_messages": {"period_summaries"},
    "users": {"users"},
    "daily": ITEMS_STOPPED,
}


@pytest.mark.parametrize("path", MISSING)
def test_a_missing_field_is_null_or_stops_the_streams_that_load_it(path: str) -> None:
    data = documented()
    place: Any = data
    *steps, last = path.split(".")
    for step in steps:
        place = place[step.removesuffix("[]")]
        place = place[0] if step.endswith("[]") else place
    del place[last]
    body = {"status": "success", "data": data}
    records, stopped = loaded(read_answer(OF_DAY, response(200, body)))
    assert stopped == MISSING[path]
    if not stopped:
        [record] = records[path.partition("[")[0]]
        assert record[last] is None
        assert record["additional_fields"] is None


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
    found = report(users=[USER, {**USER, "email": "b", name: value}])
    plain, extended = loaded(found)[0]["users"]
    assert plain["additional_fields"] is None
    assert json.loads(extended.pop("additional_fields")) == {name: value}
    assert extended == {"day": str(DAY), **USER, "email": "b"}


def test_an_array_with_new_fields_is_known_without_them_and_kept_whole() -> None:
    plain = {"ide_name": "Zed", "engaged_users": 1}
    ides = [{**plain, "version": "1.2"}, {**plain, "ide_name": "Vim"}]
    found = report(daily=[{**ENTRY, "ides": ides}])
    [daily] = loaded(found)[0]["daily"]
    assert json.loads(daily.pop("additional_fields")) == {"ides": ides}
    assert daily == {**ENTRY, "ides": [plain, {**plain, "ide_name": "Vim"}]}
    [warning] = warnings(found)
    assert "$.data.daily[].ides[].version," in warning


def test_one_value_that_cannot_be_read_makes_its_whole_list_null() -> None:
    tools = ["VS Code", None, 7, {"name": "Zed"}]
    records, _ = loaded(report(users=[{**USER, "ides": tools}]))
    [user] = records["users"]
    assert user["ides"] is None
    assert json.loads(user["additional_fields"]) == {"ides": tools}


def test_each_unreadable_column_is_warned_of_once() -> None:
    users = [
        {**USER, "email": str(number), "ides": 7, "last_active": 8}
        for number in range(3)
    ]
    found = report(users=users)
    loaded(found)
    of_ides, of_last_active = sorted(warnings(found))
    assert "$.data.users[].ides that cannot be parsed" in of_ides
    assert "$.data.users[].last_active that cannot be parsed" in of_last_active
    for warning in (of_ides, of_last_active):
        assert "additional_fields" in warning
        assert "day 2026-03-02" in warning
        assert "got `int`" in warning


def assert_unreadable(found: UsageReport, column: str) -> None:
    """Hold that there is one warning, of a column that is null and kept elsewhere."""
    [warning] = warnings(found)
    assert f"$.data.{column} that cannot be parsed" in warning


@pytest.mark.parametrize("nothing", [{"email": None}, {"email": ""}, {}])
def test_some_entries_without_a_key_have_a_placeholder(nothing: dict[str, Any]) -> None:
    nameless = {**{k: v for k, v in USER.items() if k != "email"}, **nothing}
    found = report(users=[nameless, USER])
    assert [row["email"] for row in loaded(found)[0]["users"]] == [
        "(no address)",
        "a@example.com",
    ]
    [warning] = warnings(found)
    assert "$.data.users[].email without a value" in warning


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize(
    ("path", "stream"),
    [
        ("users", "users"),
        ("ides", "daily_ides"),
        ("languages", "daily_languages"),
    ],
)
def test_a_key_that_no_entry_has_stops_the_stream(
    path: str, stream: str, number: int
) -> None:
    """As where it has got another name: everybody would become one person."""
    renamed = [{"user": str(n), "name": "x", "messages": 5} for n in range(number)]
    items = [{"name": str(n), "engaged_users": 5} for n in range(number)]
    found = (
        report(users=renamed)
        if path == "users"
        else report(daily=[{**ENTRY, path: items}])
    )
    records, stopped = loaded(found)
    assert stopped == {stream}
    if stream != "users":
        [daily] = records["daily"]
        assert daily[path] is None
        assert json.loads(daily["additional_fields"]) == {path: items}


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_key_that_is_null_or_empty_in_all_of_several_entries_stops_the_stream(
    nothing: Any,
) -> None:
    users = [{**USER, "email": nothing, "messages": n} for n in (1, 2)]
    assert loaded(report(users=users))[1] == {"users"}
    [alone] = loaded(report(users=users[:1]))[0]["users"]
    assert alone["email"] == "(no address)"


BY_NAME = {stream.name: stream for stream in STREAMS}


def test_a_wrong_value_is_named_by_its_path_and_never_shown() -> None:
    users = [USER, {**USER, "email": "b", "messages": "joe@example.com"}]
    with pytest.raises(ContractError) as error:
        BY_NAME["users"].rows(report(users=users), DAY)
    assert "at $.data.users[1].messages" in str(error.value)
    assert "joe" not in str(error.value)


@pytest.mark.parametrize("path", ["day", "active_users"])
def test_a_wrong_entry_is_named_by_its_path(path: str) -> None:
    found = report(daily=[ENTRY, {**ENTRY, path: "soon"}])
    with pytest.raises(ContractError, match=rf"at \$\.data\.daily\[1\]\.{path}: "):
        BY_NAME["daily"].rows(found, DAY)


QUIET: dict[str, Any] = {"users": [], "daily": []}


def test_a_new_field_of_a_summary_that_is_not_loaded_is_not_said_to_be_kept() -> None:
    found = report(**QUIET, summary={"new": 1})
    [daily] = loaded(found)[0]["daily"]
    assert daily["additional_fields"] or "kept in" not in str(warnings(found))


def test_users_that_cannot_be_read_stop_users_alone() -> None:
    assert loaded(report(users=7, daily=[]))[1] == {"users"}


def test_addresses_that_are_all_blank_stop_users() -> None:
    blank = [{**USER, "email": " ", "messages": n} for n in (1, 2)]
    assert loaded(report(users=blank))[1] == {"users"}


def test_a_list_that_is_the_text_null_cannot_be_read() -> None:
    assert loaded(report(users="null"))[1] == {"users"}


def test_data_that_is_nan_is_no_absent_day() -> None:
    for body in (b"NaN", b'{"status":"success","data":NaN}'):
        with pytest.raises((TransientError, ContractError)):
            read_answer(OF_DAY, response(200, body))


def test_an_object_of_pagination_says_that_there_is_more() -> None:
    body = {"status": "success", "data": documented(), "pagination": {"after": "abc"}}
    with pytest.raises(ContractError, match="one page"):
        read_answer(OF_DAY, response(200, body))
