"""What an answer means: from status, headers and body."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest
from support.responses import (
    DAY,
    ENTRY,
    NOW,
    OF_DAY,
    OF_PERIOD,
    USER,
    documented,
    loaded,
    report,
    response,
    warnings,
)

from tap_zencoder.api.answers import quiet_report, read_answer
from tap_zencoder.api.reports import UsageQuery
from tap_zencoder.api.responses import Response
from tap_zencoder.errors import (
    AccessError,
    ContractError,
    NoAnswerError,
    RejectedError,
    TransientError,
)

ERROR = {"status": "error", "message": "Nothing here"}
HTML = b"<html>Welcome to the network</html>"
WHOLE = json.dumps({"status": "success", "data": documented()}).encode()
QUERIES = [OF_DAY, OF_PERIOD]


def test_a_query_asks_for_a_day_or_a_period_and_never_both() -> None:
    assert dict([OF_DAY]) == {"day": "2026-03-02"}
    assert dict([UsageQuery("period", "30d")]) == {"period": "30d"}
    assert [str(OF_DAY), str(OF_PERIOD)] == [
        "day 2026-03-02",
        "the usage of the last 7 days",
    ]


def test_a_documented_answer_is_read_without_a_warning() -> None:
    found = report()
    assert (found.query, found.received) == (OF_DAY, NOW)
    records, stopped = loaded(found)
    assert [user["email"] for user in records["users"]] == [USER["email"]]
    assert [entry["messages"] for entry in records["daily"]] == [5]
    assert (stopped, warnings(found)) == (set(), [])


@pytest.mark.parametrize("nothing", [[], None])
def test_a_day_whose_lists_are_empty_or_null_is_an_answer(nothing: Any) -> None:
    found = report(users=nothing, daily=nothing)
    records, _ = loaded(found)
    assert (records["users"], records["daily_ides"]) == ([], [])


def test_members_that_are_not_documented_are_noted() -> None:
    body = {"status": "success", "data": documented(teams=[]), "request_id": "abc"}
    notes = warnings(read_answer(OF_DAY, response(200, body)))
    for note, path in zip(notes, ("$.request_id", "$.data.teams"), strict=True):
        assert f"{path}," in note
        assert "day 2026-03-02" in note


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("body", [b"", HTML, ERROR])
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 599])
def test_statuses_that_may_pass_are_tried_again(
    query: UsageQuery, status: int, body: Any
) -> None:
    with pytest.raises(TransientError, match=f"HTTP {status}") as error:
        read_answer(query, response(status, body))
    assert error.value.is_limit is (status == 429)


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, b"", r"not JSON \(empty\)"),
        (200, b" \n", r"not JSON \(empty\)"),
        (200, HTML, r"not JSON \(35 bytes\)"),
        (200, WHOLE[:-20], "not JSON"),
        (200, b'{"data":' * 100_000, "not JSON"),
        (200, b'{"status":"success","data":' + b"[" * 100_000, "not JSON"),
        (200, ERROR, "an error in an answer with HTTP 200: Nothing here"),
        (200, {"status": "error"}, "an error in an answer with HTTP 200"),
        (200, {}, "JSON that is not the API's"),
        (200, [], "JSON that is not the API's"),
        (200, 7, "JSON that is not the API's"),
        (200, "text", "JSON that is not the API's"),
        (200, {"data": {}}, "JSON that is not the API's"),
        (200, {"data": documented()}, "JSON that is not the API's"),
        (200, {"status": 200, "data": documented()}, "JSON that is not the API's"),
        (200, {"status": None, "data": documented()}, "JSON that is not the API's"),
        (404, b"", "HTTP 404 without the API's JSON. Check api_url"),
        (404, HTML, "HTTP 404 without the API's JSON. Check api_url"),
        (404, {"message": "no such route"}, "HTTP 404 without the API's JSON"),
        (404, [], "HTTP 404 without the API's JSON"),
        (404, b"null", "HTTP 404 without the API's JSON"),
    ],
)
def test_what_is_not_the_api_speaking_is_tried_again(
    query: UsageQuery, status: int, body: Any, reason: str
) -> None:
    with pytest.raises(TransientError, match=reason) as error:
        read_answer(query, response(status, body))
    assert not error.value.is_limit


def test_a_body_compressed_without_being_asked_is_named_and_tried_again() -> None:
    brotli = response(200, b"\x8b\x02\x80", content_encoding="br")
    with pytest.raises(TransientError, match=r"3 bytes, compressed with br"):
        read_answer(OF_DAY, brotli)


NOTHING: list[tuple[int, Any]] = [
    (404, ERROR),
    (404, {"errors": ["Not found"]}),
    (404, {"status": "success", "data": None}),
    (204, b""),
    (200, b"null"),
    (200, b" null\n"),
    (200, {"status": "success"}),
    (200, {"status": "success", "data": None}),
    (200, {"status": "success", "data": {}}),
]
REFUSALS: list[tuple[int, Any]] = [
    (status, body) for status in (400, 406, 410, 422) for body in (b"", HTML, ERROR)
]


@pytest.mark.parametrize(("status", "body"), NOTHING)
def test_a_day_the_api_has_nothing_for_is_absent(status: int, body: Any) -> None:
    with pytest.raises(NoAnswerError, match="day 2026-03-02") as error:
        read_answer(OF_DAY, response(status, body))
    assert error.value.absent
    assert error.value.received == NOW


@pytest.mark.parametrize(("status", "body"), REFUSALS)
def test_a_day_the_api_does_not_want_to_be_asked_for_is_refused(
    status: int, body: Any
) -> None:
    with pytest.raises(NoAnswerError, match=f"HTTP {status}") as error:
        read_answer(OF_DAY, response(status, body))
    assert not error.value.absent


@pytest.mark.parametrize(("status", "body"), NOTHING + REFUSALS)
def test_a_period_without_an_answer_is_rejected(status: int, body: Any) -> None:
    with pytest.raises(RejectedError, match="the usage of the last 7 days"):
        read_answer(OF_PERIOD, response(status, body))


@pytest.mark.parametrize("status", [201, 202, 206, 402, 405, 409, 415, 451])
def test_any_other_status_is_an_error_and_proves_nothing_about_the_day(
    status: int,
) -> None:
    with pytest.raises(RejectedError, match=rf"HTTP {status}.*Check api_url") as error:
        read_answer(OF_DAY, response(status, WHOLE))
    assert not isinstance(error.value, NoAnswerError)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with pytest.raises(RejectedError, match=rf"redirect \(HTTP {status}\)") as error:
        read_answer(OF_DAY, response(status, b"", location="https://x.example"))
    assert not isinstance(error.value, NoAnswerError)


@pytest.mark.parametrize("query", QUERIES)
def test_refused_credentials_and_missing_rights_say_what_to_do(
    query: UsageQuery,
) -> None:
    for body in (b"", HTML, ERROR):
        with pytest.raises(
            AccessError, match=r"HTTP 401.*\(client_id, client_secret\)"
        ):
            read_answer(query, response(401, body))
        with pytest.raises(AccessError, match=r"HTTP 403.*Owner or Manager role"):
            read_answer(query, response(403, body))


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ({"status": "error", "message": "API rate limit exceeded"}, {}),
        ({"status": "error", "message": "Rate-limit"}, {}),
        ({"status": "error", "message": "Too many requests"}, {}),
        ({"errors": ["Quota of the day is used up"]}, {}),
        ({"message": "Request was throttled"}, {}),
        (b"", {"retry_after": "7"}),
        (HTML, {"X_RateLimit_Reset": "7"}),
        (HTML, {"RateLimit_Reset": "7"}),
    ],
)
def test_a_403_with_the_header_or_the_words_of_a_limit_is_a_limit(
    body: Any, headers: dict[str, str]
) -> None:
    with pytest.raises(TransientError, match="HTTP 403") as error:
        read_answer(OF_DAY, response(403, body, **headers))
    assert error.value.is_limit
    assert error.value.retry_after == (7 if headers else None)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"status": "partial", "data": documented()}, r"\$\.status: .* not \"partial"),
        ({"status": "", "data": documented()}, r"\$\.status"),
        ({"status": "success", "data": []}, r"\$\.data"),
        ({"status": "success", "data": [documented()]}, r"\$\.data"),
        ({"status": "success", "data": "text"}, r"\$\.data"),
        ({"status": "success", "data": 5}, r"\$\.data"),
    ],
)
def test_another_status_or_data_of_another_type_is_an_error_at_once(
    body: Any, path: str
) -> None:
    with pytest.raises(ContractError, match=f"breaks .* contract at {path}"):
        read_answer(OF_DAY, response(200, body))


def test_a_status_is_shown_without_secrets_and_addresses() -> None:
    body = {"status": "the-secret for joe@example.com", "data": {}}
    answer = response(200, body)._replace(secrets=("the-secret",))
    with pytest.raises(ContractError) as error:
        read_answer(OF_DAY, answer)
    assert "the-secret" not in str(error.value)
    assert "joe" not in str(error.value)


SIGNS: list[dict[str, Any]] = [
    {"has_more": True},
    {"hasMore": "true"},
    {"next": "/page/2"},
    {"NEXT_URL": "https://x.example"},
    {"cursor": "abc"},
    {"nextCursor": 7},
    {"offset": 100},
    {"offset": "100"},
    {"total": 2},
    {"total": "2"},
    {"total": -1},
    {"totalResults": 2.0},
    {"page": 1},
    {"page": {"number": 1}},
    {"pages": {"after": "abc"}},
    {"meta": {"total_count": 2}},
    {"remaining": 3},
    {"is_truncated": True},
    {"truncated": "yes"},
    {"continuation_token": "abc"},
    {"pages": ["a", "b"]},
]
NO_SIGNS: list[dict[str, Any]] = [
    {"has_more": False},
    {"has_more": "false"},
    {"has_more": "False"},
    {"next": None},
    {"next": ""},
    {"next": "null"},
    {"cursor": {}},
    {"pages": []},
    {"offset": 0},
    {"offset": "0"},
    {"offset": 0.0},
    {"pagination": {}},
    {"pagination": {"next": None, "total": 1}},
    {"total": 1},
    {"total": "1"},
    {"total": 1.0},
    {"meta": {"total_count": 1}},
    {"links": {"self": "/"}},
    {"limit": 100},
    {"sessions": 5},
    {"request_id": "abc"},
]


@pytest.mark.parametrize("members", SIGNS)
def test_an_answer_that_says_there_is_more_is_an_error(members: dict[str, Any]) -> None:
    name = next(iter(members))
    for place, body in placed(members):
        with pytest.raises(ContractError, match="is one page of several") as error:
            read_answer(OF_DAY, response(200, body))
        assert f"at {place}.{name}" in str(error.value)


@pytest.mark.parametrize("members", NO_SIGNS)
def test_an_answer_that_says_there_is_no_more_is_one(members: dict[str, Any]) -> None:
    for place, body in placed(members):
        [note] = warnings(read_answer(OF_DAY, response(200, body)))
        assert f"{place}.{next(iter(members))}" in note


def placed(members: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return answers with undocumented members in the envelope and in the data."""
    return [
        ("$", {"status": "success", "data": documented(), **members}),
        ("$.data", {"status": "success", "data": documented(**members)}),
    ]


def test_a_total_is_held_against_the_users_that_came() -> None:
    of_user = [{**USER, "email": f"{number}@example.com"} for number in range(3)]
    assert loaded(report(users=of_user, total=3))[1] == set()
    with pytest.raises(ContractError, match=r"at \$\.data\.total"):
        report(users=of_user, total=4)
    wrong: list[Any] = [None, [], 7]
    for nothing in wrong:
        with pytest.raises(ContractError, match=r"at \$\.data\.total"):
            report(users=nothing, total=1)


def test_documented_names_are_no_sign_of_pages() -> None:
    """Such as the totals of the summary, and new fields of users."""
    users = [{**USER, "pages_read": 7, "total": 9}]
    found = report(users=users, period={**documented()["period"], "next": 1})
    assert loaded(found)[1] == set()


@pytest.mark.parametrize(
    ("link", "is_part"),
    [
        ('<https://x.example?page=2>; rel="next"', True),
        ("<https://x.example?page=2>; rel=next", True),
        ("</a>; rel='prev', </b>; rel = 'next'; title=\"b\"", True),
        ('<https://x.example?page=1>; rel="prev"', False),
        ('<https://x.example/next>; rel="self"', False),
        ("", False),
    ],
)
def test_a_link_to_the_next_page_is_an_error(link: str, *, is_part: bool) -> None:
    answer = response(200, WHOLE, link=link)
    if is_part:
        with pytest.raises(ContractError, match=r"at the header Link: .* one page"):
            read_answer(OF_DAY, answer)
    else:
        assert warnings(read_answer(OF_DAY, answer)) == []


def entries(*days: str) -> list[dict[str, Any]]:
    return [{**ENTRY, "day": f"2026-03-{day}"} for day in days]


@pytest.mark.parametrize(
    ("days", "listed"),
    [
        (["01"], "2026-03-01"),
        (["01", "03"], "2026-03-01, 2026-03-03"),
        (["01", "02", "03"], "2026-03-01, 2026-03-03"),
        (["01", "01"], "2026-03-01"),
        (["20", "19", "02", "18"], "2026-03-18, 2026-03-19, 2026-03-20"),
    ],
)
def test_an_answer_about_other_days_is_an_error(days: list[str], listed: str) -> None:
    with pytest.raises(
        ContractError,
        match=rf"\$\.data\.daily: .* about {listed}, and not about 2026-03-02",
    ):
        report(daily=entries(*days))


@pytest.mark.parametrize(
    ("days", "number"),
    [([], 0), (["02"], 0), (["02", "02"], 0), (["01", "02"], 1), (["02", "17"], 1)],
)
def test_one_neighbour_beside_the_own_entry_is_noted(
    days: list[str], number: int
) -> None:
    notes = warnings(report(daily=entries(*days)))
    assert len(notes) == number
    assert all("figures of a day that was not requested" in note for note in notes)


def test_an_answer_for_a_period_is_about_many_days() -> None:
    found = report(OF_PERIOD, daily=entries("01", "02", "03", "04"))
    assert warnings(found) == []


def test_days_that_cannot_be_read_are_left_to_the_streams_that_load_them() -> None:
    for wrong in (7, [{**ENTRY, "day": "soon"}]):
        assert loaded(report(daily=wrong))[1] == {
            "daily",
            "daily_ides",
            "daily_languages",
        }


@pytest.mark.parametrize(
    ("given", "read", "number"),
    [
        (b"NaN", None, 1),
        (b"[Infinity, -Infinity, NaN]", [None, None, None], 1),
        (b'"\xff\xfe"', "\ufffd\ufffd", 1),
        (b'"\\ud83d!"', "\ufffd!", 1),
        (b'"\\udc00"', "\ufffd", 1),
        (b'["\\ud83d\\ude00 \\\\ud83d", NaN]', ["\U0001f600 \\ud83d", None], 1),
        (b'["a \\" NaN", "\xff"]', ['a " NaN', "\ufffd"], 1),
        (b'"\\ud83d\\ude00 \\\\ud83d"', "\U0001f600 \\ud83d", 0),
        (b'"a \\" NaN"', 'a " NaN', 0),
    ],
)
def test_a_body_that_is_nearly_json_is_repaired_with_one_note(
    given: bytes, read: Any, number: int
) -> None:
    whole = WHOLE.replace(b'{"email"', b'{"new": %s, "email"' % given)
    found = read_answer(OF_DAY, response(200, whole))
    [user] = loaded(found)[0]["users"]
    assert json.loads(user["additional_fields"]) == {"new": read}
    notes = [note for note in warnings(found) if "what JSON does not allow" in note]
    assert len(notes) == number


def test_a_byte_order_mark_is_taken_off() -> None:
    found = read_answer(OF_DAY, response(200, b"\xef\xbb\xbf" + WHOLE))
    assert len(loaded(found)[0]["users"]) == 1


def test_a_repair_invents_no_answer() -> None:
    for body in (b'{"status": NaN}', b'"\xff"', WHOLE[:-9] + b"NaN"):
        with pytest.raises(TransientError):
            read_answer(OF_DAY, response(200, body))


def test_a_repair_takes_memory_in_proportion_to_the_body() -> None:
    users = b",".join(b'{"email":"%d","messages":NaN}' % n for n in range(5_000))
    body = WHOLE.replace(b'"users": [', b'"users": [%s,' % users)
    peaks = [peak_of_reading(response(200, body + b" " * n)) for n in (0, len(body))]
    assert peaks[0] < 60 * len(body)
    assert peaks[1] < 2.5 * peaks[0]


def peak_of_reading(answer: Response) -> int:
    tracemalloc.start()
    try:
        read_answer(OF_PERIOD, answer)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_rejected_parameter_is_reported_in_the_words_of_the_api() -> None:
    words = "Invalid day parameter. Day must be in YYYY-MM-DD format"
    with pytest.raises(RejectedError) as error:
        read_answer(OF_DAY, response(400, {"status": "error", "message": words}))
    assert words in str(error.value)
    assert "day 2026-03-02" in str(error.value)


def test_the_words_of_the_api_are_cleaned_before_they_are_shown() -> None:
    words = "no\x1b[31m red\r\nlines, a.b@example.com, the-secret " + "x" * 500
    answer = response(400, {"message": words})._replace(secrets=("the-secret",))
    with pytest.raises(RejectedError) as error:
        read_answer(OF_DAY, answer)
    shown = str(error.value)
    assert shown.isprintable()
    assert "example.com" not in shown
    assert "the-secret" not in shown
    assert len(shown) < 400


def test_the_report_of_a_quiet_day_has_zeros_and_no_entries() -> None:
    quiet = quiet_report(str(DAY), NOW)
    assert (quiet.query, quiet.received) == (OF_DAY, NOW)
    assert loaded(quiet)[0]["users"] == []
    assert warnings(quiet) == []
