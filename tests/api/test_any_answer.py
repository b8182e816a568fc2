"""For any answer, nothing but the tap's own errors, up to the RECORD messages."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from support.responses import (
    DAY,
    ENTRY,
    NOW,
    OF_DAY,
    OF_PERIOD,
    USER,
    documented,
    response,
)

from tap_zencoder.api.answers import read_answer
from tap_zencoder.api.responses import Response
from tap_zencoder.errors import TransientError, ZencoderError
from tap_zencoder.streams import STREAMS
from tap_zencoder.sync.log import SyncLog
from tap_zencoder.sync.messages import record_lines
from tap_zencoder.transport.authentication import read_token

VALIDATORS = {
    stream.name: Draft202012Validator(stream.schema, format_checker=FormatChecker())
    for stream in STREAMS
}
KEYS = {stream.name: stream.keys for stream in STREAMS}


def read_everything(answer: Response) -> None:
    """Read an answer as both endpoints do, and hold all records against schemas."""
    with contextlib.suppress(ZencoderError):
        read_token(answer)
    for query in (OF_DAY, OF_PERIOD):
        with contextlib.suppress(ZencoderError):
            report = read_answer(query, answer)
            for stream in STREAMS:
                with contextlib.suppress(ZencoderError):
                    rows = stream.rows(report, DAY)
                    check(stream.name, record_lines(stream.name, rows, NOW))
            SyncLog().warn_of_surprises(report, list(KEYS))


def check(stream: str, lines: bytes) -> None:
    records = [json.loads(line)["record"] for line in lines.splitlines()]
    for record in records:
        VALIDATORS[stream].validate(record)
    keys = [tuple(record[key] for key in KEYS[stream]) for record in records]
    assert len(set(keys)) == len(keys)
    if stream == "daily":
        assert [record["day"] for record in records] == [str(DAY)]


NAMES = ["status", *documented(), *USER, *ENTRY, *documented()["summary"], "days"]
NAMES += ["ide_name", "engaged_users", "language_name", "start", "end", "new", "next"]
texts = st.text(max_size=5) | st.sampled_from(
    ["2026-03-02", "2026-03-02T23:00:00-05:00", "58", "58.0", "", " A@x.com ", "null"]
)
numbers = (
    st.integers()
    | st.floats()
    | st.sampled_from([2**63 - 1, 2**63, -(2**63), 10**400, -0.0, 58.0])
)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | texts, inner, max_size=3)
    ),
    max_leaves=8,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of each value in an answer, and of a member more in each."""
    inner: Any = []
    if isinstance(value, dict):
        inner = [*value.items(), ("new", None)]
    if isinstance(value, list):
        inner = enumerate(value)
    return [path, *(p for step, item in inner for p in places(item, (*path, step)))]


def documented_answer() -> dict[str, Any]:
    """Return an answer with two of each, so that entries can become one."""
    two = [{**USER, "messages": 7}, {**USER, "email": "b"}, USER]
    entry = {**ENTRY, "ides": [*ENTRY["ides"], {"ide_name": "Zed", "engaged_users": 2}]}
    data = documented(users=two, daily=[entry, {**ENTRY, "day": "2026-03-01"}])
    return {"status": "success", "data": data}


PLACES = places(documented_answer())


def put(answer: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Put a value at a path, if the path is there; return the whole."""
    if not path:
        return value
    with contextlib.suppress(LookupError, TypeError):  # it is not there any more
        place = answer
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
    return answer


@given(
    changes=st.lists(st.tuples(st.sampled_from(PLACES), values), min_size=1, max_size=4)
)
def test_any_values_anywhere_in_an_answer_end_in_rows_or_in_an_error_of_ours(
    changes: list[tuple[tuple[Any, ...], Any]],
) -> None:
    answer: Any = documented_answer()
    for path, value in changes:
        answer = put(answer, path, value)
    read_everything(response(200, answer))


EACH_TYPE: list[Any] = [
    None,
    True,
    0,
    -1,
    58.0,
    5.8,
    1e300,
    10**400,
    "",
    "58",
    "text",
    [],
    [1],
]
EACH_TYPE += [
    "text",
    [1],
    {},
    {"a": 1},
    [None],
    [[]],
    [{}],
    "2026-03-02",
    "\ud800",
    float("nan"),
]


@pytest.mark.parametrize("path", PLACES, ids=str)
def test_a_value_of_each_type_at_each_place_is_no_unexpected_error(
    path: tuple[Any, ...],
) -> None:
    for value in EACH_TYPE:
        read_everything(response(200, put(documented_answer(), path, value)))


@given(
    status=st.sampled_from([200, 204, 400, 401, 403, 404, 410, 429, 500])
    | st.integers(100, 999),
    body=st.binary(max_size=100)
    | values
    | st.builds(lambda d: {"status": "success", "data": d}, values),
    headers=st.dictionaries(
        st.sampled_from(["Retry-After", "X-RateLimit-Reset", "Link", "Date"]),
        st.text(max_size=20) | st.sampled_from(["7", "1e300", "nan", "-inf"]),
        max_size=2,
    ),
)
@example(status=429, body=b"", headers={"Retry-After": "Mon, 1 Jan 0001 00:00:00 GMT"})
def test_any_response_ends_in_rows_or_in_an_error_of_ours(
    status: int, body: Any, headers: dict[str, str]
) -> None:
    read_everything(response(status, body, **headers))


WHOLE = json.dumps(documented_answer()).encode()


@given(cut=st.integers(0, len(WHOLE) - 1))
def test_a_body_that_is_cut_anywhere_is_tried_again(cut: int) -> None:
    with pytest.raises(TransientError):
        read_answer(OF_DAY, response(200, WHOLE[:cut]))


@given(place=st.integers(0, len(WHOLE) - 1), harm=st.binary(min_size=1, max_size=3))
def test_a_body_that_is_harmed_anywhere_is_no_unexpected_error(
    place: int, harm: bytes
) -> None:
    read_everything(response(200, WHOLE[:place] + harm + WHOLE[place + len(harm) :]))
