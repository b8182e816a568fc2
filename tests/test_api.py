from __future__ import annotations

import contextlib
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from tap_zencoder import api
from tap_zencoder.errors import (
    AccessDeniedError,
    AuthenticationError,
    ContractError,
    RequestRejectedError,
    TransientError,
    ZencoderError,
)
from tap_zencoder.responses import Response

NOW = datetime(2026, 3, 10, 12, 0, 0, tzinfo=UTC)
QUERY = api.UsageQuery.on(date(2026, 3, 2))
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


def response(status: int, body: Any, **headers: str) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, CaseInsensitiveDict(named), content, NOW)


def report(data: Any, **envelope: Any) -> api.UsageReport:
    body = {"status": "success", "data": data, **envelope}
    return api.read_usage(QUERY, response(200, body))


def test_a_query_asks_for_a_day_or_a_period_and_never_both() -> None:
    assert QUERY.parameters == {"day": "2026-03-02"}
    assert api.UsageQuery.over("30d").parameters == {"period": "30d"}
    assert [str(QUERY), str(api.UsageQuery.over("7d"))] == [
        "day 2026-03-02",
        "the usage of the last 7 days",
    ]


def test_a_report_holds_what_the_api_documents() -> None:
    usage = report(DATA)
    assert usage.unknown == ()
    assert usage.daily() == [{**DATA["daily"][0], "additional_fields": None}]
    assert usage.users() == [
        {
            "email": "a@example.com",
            "messages": 5,
            "last_active": "2026-03-02",
            "ides": ["VS Code"],
            "languages": ["Go"],
            "additional_fields": None,
        },
    ]
    assert usage.totals() == {
        "start": "2026-03-02",
        "end": "2026-03-02",
        "days": 1,
        "total_active_users": 1,
        "total_messages": 5,
        "additional_fields": None,
    }


def test_new_totals_are_kept_under_the_object_they_came_in() -> None:
    usage = report(
        {
            **DATA,
            "period": {**DATA["period"], "zone": "UTC"},
            "summary": {**DATA["summary"], "lines_accepted": 9},
        },
    )
    assert usage.totals()["additional_fields"] == {
        "period": {"zone": "UTC"},
        "summary": {"lines_accepted": 9},
    }


def test_members_without_a_place_are_named() -> None:
    usage = report({**DATA, "teams": []}, request_id="abc")
    assert usage.unknown == ("$.request_id", "$.data.teams")


def test_an_empty_last_activity_is_none() -> None:
    user = {"email": "a@example.com", "messages": 1, "last_active": ""}
    [row] = report({**DATA, "users": [user]}).users()
    assert row["last_active"] is None


def test_an_array_that_is_null_is_empty() -> None:
    usage = report({**DATA, "users": None, "daily": None})
    assert usage.users() == []
    assert usage.daily() == []


@pytest.mark.parametrize("stamp", ["soon", "10:00", "0001-01-01T00:00:00+14:00"])
def test_a_last_activity_that_is_no_date_is_refused_by_its_path(stamp: str) -> None:
    user = {"email": "a@example.com", "messages": 1, "last_active": stamp}
    with pytest.raises(ContractError, match=r"\$\.data\.users\[0\]\.last_active"):
        report({**DATA, "users": [user]}).users()


@pytest.mark.parametrize("missing", ["users", "daily", "period", "summary"])
def test_a_documented_member_may_not_be_missing(missing: str) -> None:
    usage = report({name: part for name, part in DATA.items() if name != missing})
    with pytest.raises(ContractError, match=rf"\$\.data\.{missing}: .* missing"):
        (usage.users(), usage.daily(), usage.totals())


@pytest.mark.parametrize("body", [[], 7, {"status": "success"}, {"data": []}, "text"])
def test_json_that_is_no_envelope_breaks_the_contract(body: Any) -> None:
    with pytest.raises(ContractError):
        api.read_usage(QUERY, response(200, body))


def test_a_status_that_is_neither_success_nor_error_breaks_the_contract() -> None:
    body = {"status": "partial", "data": DATA}
    with pytest.raises(ContractError, match=r"at \$\.status: .* not \"partial\""):
        api.read_usage(QUERY, response(200, body))


def test_an_answer_nested_too_deeply_is_named() -> None:
    body = b'{"data":' + b'{"a":' * 100_000
    with pytest.raises(ContractError, match=r"day 2026-03-02 .*too many others"):
        api.read_usage(QUERY, response(200, body))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Bad gateway</html>",
        b'{"status": "success", "data": {"users": [',
        b'{"data": {"users": "\xff"}}',
        b'{"status": "error", "message": "Failed to fetch data"}',
    ],
)
def test_what_is_no_whole_answer_is_asked_for_again(body: bytes) -> None:
    with pytest.raises(TransientError):
        api.read_usage(QUERY, response(200, body))


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 599])
def test_statuses_that_may_pass_are_asked_for_again(status: int) -> None:
    for read in (lambda r: api.read_usage(QUERY, r), api.read_token):
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
        api.read_usage(QUERY, response(429, b"", retry_after=header))
    assert error.value.retry_after == seconds


def test_the_pause_is_reckoned_by_the_clock_of_the_server() -> None:
    headers = {"Retry-After": "Tue, 10 Mar 2026 09:00:30 GMT"}
    headers["Date"] = "Tue, 10 Mar 2026 09:00:10 GMT"  # ours says twelve
    with pytest.raises(TransientError) as error:
        api.read_usage(QUERY, response(429, b"")._replace(headers=headers))
    assert error.value.retry_after == 20


def test_a_rejected_parameter_is_told_in_the_words_of_the_api() -> None:
    said = "Invalid day parameter. Day must be in YYYY-MM-DD format"
    with pytest.raises(RequestRejectedError) as error:
        api.read_usage(QUERY, response(400, {"status": "error", "message": said}))
    assert said in str(error.value)
    assert "day 2026-03-02" in str(error.value)


def test_the_words_of_the_api_are_cleaned_before_they_are_shown() -> None:
    said = "no\x1b[31m red\r\nlines, a.b@example.com, " + "x" * 500
    with pytest.raises(RequestRejectedError) as error:
        api.read_usage(QUERY, response(400, {"message": said}))
    shown = str(error.value)
    assert shown.isprintable()
    assert "example.com" not in shown
    assert len(shown) < 400


@pytest.mark.parametrize("status", [404, 405, 410])
def test_a_place_that_is_not_there_is_told_with_what_to_check(status: int) -> None:
    with pytest.raises(RequestRejectedError, match=r"Not found.* Check api_url"):
        api.read_usage(QUERY, response(status, {"message": "Not found"}))


def test_refused_credentials_and_missing_rights_say_what_to_do() -> None:
    with pytest.raises(AuthenticationError, match="client_id, client_secret"):
        api.read_usage(QUERY, response(401, b""))
    with pytest.raises(AccessDeniedError, match="Owner or Manager role"):
        api.read_usage(QUERY, response(403, b""))


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_refused(status: int) -> None:
    for read in (lambda r: api.read_usage(QUERY, r), api.read_token):
        with pytest.raises(RequestRejectedError, match="redirect"):
            read(response(status, b"", location="https://elsewhere.example"))


def test_a_login_brings_a_token_and_its_lifetime() -> None:
    token = api.read_token(
        response(
            200,
            {
                "token_type": "Bearer",
                "access_token": "abc.def",
                "id_token": "abc.def",
                "refresh_token": "r",
                "expires_in": 3600,
            },
        ),
    )
    assert (token.access_token, token.lifetime) == ("abc.def", 3600)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [({}, 86400), ({"expires_in": None}, 86400), ({"expires_in": "60"}, 60)],
)
def test_a_token_without_a_lifetime_has_the_documented_day(
    said: Any,
    seconds: float,
) -> None:
    answer = response(200, {"access_token": "abc", **said})
    assert api.read_token(answer).lifetime == seconds


@pytest.mark.parametrize(
    "body",
    [{}, {"access_token": 7}, {"access_token": ""}, {"access_token": "a\r\nb: c"}],
)
def test_a_login_without_a_usable_token_breaks_the_contract(body: Any) -> None:
    with pytest.raises(ContractError, match="the login at the token endpoint"):
        api.read_token(response(200, body))


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_login_names_the_settings_and_never_what_they_held(
    status: int,
) -> None:
    body = {"errors": ["no client my-client-id with my-secret"], "errorCode": "E"}
    with pytest.raises(AuthenticationError) as error:
        api.read_token(response(status, body))
    assert "client_id and client_secret" in str(error.value)
    assert "my-" not in str(error.value)


def test_a_refused_login_quotes_the_sentence_that_is_known() -> None:
    with pytest.raises(AuthenticationError, match="401: Invalid authentication"):
        api.read_token(response(401, {"errors": ["Invalid authentication"]}))


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
        usage = api.read_usage(QUERY, response(status, body))
        for part in (usage.daily, usage.users, usage.totals):
            part()
    with contextlib.suppress(ZencoderError):
        api.read_token(response(status, body))
