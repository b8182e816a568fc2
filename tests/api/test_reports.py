from __future__ import annotations

import contextlib
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.responses import response

from tap_zencoder.api import objects, rows
from tap_zencoder.api.login import read_token
from tap_zencoder.api.objects import DailyUsage, IdeUsage
from tap_zencoder.api.reports import UsageQuery, UsageReport, read_report
from tap_zencoder.errors import (
    AccessDeniedError,
    AuthenticationError,
    ContractError,
    DayEmptyError,
    RequestRejectedError,
    TransientError,
    ZencoderError,
)

DAY = date(2026, 3, 2)
QUERY = UsageQuery("day", str(DAY))
DATA: dict[str, Any] = {
    "period": {"start": "2026-03-02", "end": "2026-03-02", "days": 1},
    "summary": {"total_active_users": 1, "total_messages": 5},
    "users": [
        {
            "email": "a@example.com",
            "messages": 5,
            "last_active": "2026-03-02T10:00:00Z",
            "ides": ["VS Code"],
            "languages": ["Go"],
        },
    ],
    "daily": [
        {
            "day": "2026-03-02",
            "active_users": 1,
            "messages": 5,
            "ides": [{"ide_name": "VS Code", "engaged_users": 1}],
            "languages": [{"language_name": "Go", "engaged_users": 1}],
        },
    ],
}


def report(data: Any, **envelope: Any) -> UsageReport:
    body = {"status": "success", "data": data, **envelope}
    return read_report(QUERY, response(200, body))


def test_a_query_asks_for_a_day_or_a_period_and_never_both() -> None:
    assert dict([QUERY]) == {"day": "2026-03-02"}
    assert dict([UsageQuery("period", "30d")]) == {"period": "30d"}
    assert [str(QUERY), str(UsageQuery("period", "7d"))] == [
        "day 2026-03-02",
        "the usage of the last 7 days",
    ]


def test_members_without_a_place_are_named() -> None:
    usage = report({**DATA, "teams": []}, request_id="abc")
    assert usage.surprises == [
        "The API sent $.request_id, which no stream holds.",
        "The API sent $.data.teams, which no stream holds.",
    ]


def test_a_documented_answer_holds_no_surprise() -> None:
    usage = report(DATA)
    for read in (rows.daily_rows, rows.user_rows):
        assert len(read(usage, DAY)) == 1
    assert rows.period_row(usage).total_messages == 5
    assert (usage.surprises, usage.findings.new) == ([], set())


def test_an_array_that_is_null_is_empty() -> None:
    usage = report({**DATA, "users": None, "daily": None})
    assert rows.user_rows(usage, DAY) == []
    assert rows.daily_rows(usage, DAY) == []
    assert rows.daily_item_rows(usage, DAY, "ides", IdeUsage) == []


@pytest.mark.parametrize("missing", ["users", "daily", "period", "summary"])
def test_a_documented_member_may_not_be_missing(missing: str) -> None:
    usage = report({name: part for name, part in DATA.items() if name != missing})
    with pytest.raises(ContractError, match=rf"\$\.data\.{missing}: .* missing"):
        (
            rows.user_rows(usage, DAY),
            usage.objects("daily", DailyUsage),
            rows.period_row(usage),
        )


def test_each_part_is_read_without_the_others() -> None:
    """What is wrong in one array keeps nobody from reading another."""
    [entry] = DATA["daily"]
    wrong = {**entry, "messages": "many", "ides": [{"ide_name": 5}]}
    usage = report({**DATA, "daily": [wrong], "summary": 7})
    languages = rows.daily_item_rows(usage, DAY, "languages", objects.LanguageUsage)
    assert [row.additional_fields for row in languages] == [None]
    assert len(rows.user_rows(usage, DAY)) == 1
    with pytest.raises(ContractError, match=r"daily\[0\]\.ides\[0\]"):
        rows.daily_item_rows(usage, DAY, "ides", IdeUsage)
    with pytest.raises(ContractError, match=r"daily\[0\]\.(messages|ides)"):
        rows.daily_rows(usage, DAY)


@pytest.mark.parametrize("body", [[], 7, {"error": "none"}, {"data": []}, "text"])
def test_json_that_is_no_envelope_breaks_the_contract(body: Any) -> None:
    with pytest.raises(ContractError):
        read_report(QUERY, response(200, body))


def test_a_status_that_is_neither_success_nor_error_breaks_the_contract() -> None:
    body = {"status": "partial", "data": DATA}
    with pytest.raises(ContractError, match=r"at \$\.status: .* not \"partial\""):
        read_report(QUERY, response(200, body))


def test_an_answer_nested_too_deeply_is_named() -> None:
    body = b'{"data":' + b'{"a":' * 100_000
    with pytest.raises(ContractError, match=r"day 2026-03-02 .*nested too deeply"):
        read_report(QUERY, response(200, body))


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Bad gateway</html>",
        b'{"status": "success", "data": {"users": [',
        b'\xff{"data": {"users": []}}',
        b'{"status": "error", "message": "Failed to fetch data"}',
    ],
)
def test_what_is_no_whole_answer_is_asked_for_again(body: bytes) -> None:
    with pytest.raises(TransientError):
        read_report(QUERY, response(200, body))


@pytest.mark.parametrize(
    "body", [b"", b" ", b"null", b"{}", b'{"status": "success"}', b'{"data": {}}']
)
def test_an_answer_with_nothing_in_it_has_nothing_for_a_day(body: bytes) -> None:
    with pytest.raises(DayEmptyError, match=r"day 2026-03-02 is empty \(HTTP 200\)"):
        read_report(QUERY, response(200, body))


@pytest.mark.parametrize(
    ("members", "is_part"),
    [
        ({"has_more": True}, True),
        ({"hasMore": True}, True),
        ({"next": "/page/2"}, True),
        ({"total": 2}, True),
        ({"page": 1, "total_pages": 3}, True),
        ({"page": 1}, True),
        ({"pagination": {"next_cursor": "abc"}}, True),
        ({"has_more": False, "page": 1}, False),
        ({"next": None, "limit": 100}, False),
        ({"total": 1, "page": 1}, False),
        ({"links": {"self": "/"}}, False),
        ({"sessions": 5}, False),
    ],
)
def test_an_answer_that_is_but_a_page_is_an_error(
    members: dict[str, Any], *, is_part: bool
) -> None:
    for body in ({"data": DATA, **members}, {"data": {**DATA, **members}}):
        if is_part:
            with pytest.raises(ContractError, match="is one page of several"):
                read_report(QUERY, response(200, body))
        else:
            assert read_report(QUERY, response(200, body)).surprises


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 599])
def test_statuses_that_may_pass_are_asked_for_again(status: int) -> None:
    for read in (lambda r: read_report(QUERY, r), read_token):
        with pytest.raises(TransientError, match=f"HTTP {status}"):
            read(response(status, b"<html>"))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("-3", 0.0),
        ("86400", 300.0),
        ("9" * 5000, 300.0),
        ("Tue, 10 Mar 2026 12:00:30 GMT", 30.0),
        ("Tue, 10 Mar 2026 11:00:00 GMT", 0.0),
        ("Tue, 10 Mar 2026 12:00:30 -0000", 30.0),
        ("soon", None),
        ("nan", None),
        ("", None),
    ],
)
def test_a_server_may_say_how_long_to_wait(header: str, seconds: float | None) -> None:
    with pytest.raises(TransientError) as error:
        read_report(QUERY, response(429, b"", retry_after=header))
    assert error.value.retry_after == seconds


def test_the_pause_is_measured_by_the_clock_of_the_server() -> None:
    headers = {"Retry-After": "Tue, 10 Mar 2026 09:00:30 GMT"}
    headers["Date"] = "Tue, 10 Mar 2026 09:00:10 GMT"  # ours says twelve
    with pytest.raises(TransientError) as error:
        read_report(QUERY, response(429, b"")._replace(headers=headers))
    assert error.value.retry_after == 20


def test_a_rejected_parameter_is_reported_in_the_words_of_the_api() -> None:
    said = "Invalid day parameter. Day must be in YYYY-MM-DD format"
    with pytest.raises(RequestRejectedError) as error:
        read_report(QUERY, response(400, {"status": "error", "message": said}))
    assert said in str(error.value)
    assert "day 2026-03-02" in str(error.value)


def test_the_words_of_the_api_are_cleaned_before_they_are_shown() -> None:
    said = "no\x1b[31m red\r\nlines, a.b@example.com, " + "x" * 500
    with pytest.raises(RequestRejectedError) as error:
        read_report(QUERY, response(400, {"message": said}))
    shown = str(error.value)
    assert shown.isprintable()
    assert "example.com" not in shown
    assert len(shown) < 400


@pytest.mark.parametrize("status", [404, 405, 410])
def test_a_place_that_is_not_there_says_what_to_check(status: int) -> None:
    with pytest.raises(RequestRejectedError, match=r"Not found.* Check api_url"):
        read_report(
            UsageQuery("period", "7d"), response(status, {"message": "Not found"})
        )


def test_refused_credentials_and_missing_rights_say_what_to_do() -> None:
    with pytest.raises(AuthenticationError, match="client_id, client_secret"):
        read_report(QUERY, response(401, b""))
    with pytest.raises(AccessDeniedError, match="Owner or Manager role"):
        read_report(QUERY, response(403, b""))


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_refused(status: int) -> None:
    for read in (lambda r: read_report(QUERY, r), read_token):
        with pytest.raises(RequestRejectedError, match="redirect"):
            read(response(status, b"", location="https://elsewhere.example"))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
names = st.sampled_from([*DATA, *DATA["users"][0], *DATA["daily"][0]])
lookalikes = st.recursive(
    json_values,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner),
    max_leaves=30,
)


@given(
    status=st.integers(100, 599),
    body=st.binary() | lookalikes | st.builds(lambda d: {"data": d}, lookalikes),
)
def test_no_answer_raises_anything_but_the_taps_own_errors(
    status: int,
    body: Any,
) -> None:
    with contextlib.suppress(ZencoderError):
        usage = read_report(QUERY, response(status, body))
        for read in (rows.daily_rows, rows.user_rows):
            with contextlib.suppress(ZencoderError):
                rows.merge_duplicates(read(usage, DAY), ("day",))
        rows.daily_item_rows(usage, DAY, "ides", IdeUsage)
        rows.period_row(usage)
    with contextlib.suppress(ZencoderError):
        read_token(response(status, body))
