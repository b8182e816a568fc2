from __future__ import annotations

import json
import socket
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests
from support.runs import TODAY

from tap_zencoder.sandbox import Organisation, Sandbox, faults
from tap_zencoder.sandbox.service import API_KEY, CLIENT_ID, CLIENT_SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator

LOG_IN = {
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "grant_type": "client_credentials",
}
INVALID_JSON = b'{"errors":["Invalid input json"],"errorCode":"ER-00006"}'
INVALID_DAY = "Invalid day parameter. Day must be in YYYY-MM-DD format"
REFUSED = b'{"errors":["Invalid authentication"]}'


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def token(sandbox: Sandbox, http: requests.Session) -> str:
    answer = http.post(sandbox.auth_url, json=LOG_IN).json()
    return str(answer["access_token"])


def get(
    sandbox: Sandbox,
    http: requests.Session,
    token: str,
    **query: str,
) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{sandbox.api_url}/api/v1/data/usage"
    return http.get(url, params=query, headers=headers, timeout=10)


def test_a_login_answers_the_documented_fields(
    sandbox: Sandbox,
    http: requests.Session,
) -> None:
    answer = http.post(sandbox.auth_url, json=LOG_IN).json()
    assert set(answer) == {
        "token_type",
        "access_token",
        "id_token",
        "refresh_token",
        "expires_in",
    }
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 86400)
    assert answer["access_token"] == answer["id_token"]


@pytest.mark.parametrize(
    ("body", "status", "answer"),
    [
        ({"data": LOG_IN}, 400, INVALID_JSON),
        ({"data": "{"}, 400, INVALID_JSON),
        ({"data": json.dumps(LOG_IN)}, 400, INVALID_JSON),
        ({"json": [LOG_IN]}, 400, INVALID_JSON),
        ({"json": {**LOG_IN, "client_secret": "wrong"}}, 401, REFUSED),
        ({"json": {**LOG_IN, "client_id": "wrong"}}, 401, REFUSED),
        ({"json": {**LOG_IN, "grant_type": "password"}}, 401, REFUSED),
        ({"json": {}}, 401, REFUSED),
    ],
)
def test_a_login_that_is_wrong_is_refused_as_the_real_one_does(
    sandbox: Sandbox,
    http: requests.Session,
    body: dict[str, Any],
    status: int,
    answer: bytes,
) -> None:
    refusal = http.post(sandbox.auth_url, **body)
    assert (refusal.status_code, refusal.content) == (status, answer)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            {"period": "8d"},
            "Invalid period parameter. Period has to be one of 7d, 30d, 90d",
        ),
        (
            {"day": "2026-3-2"},
            "Invalid day parameter. Day must be in YYYY-MM-DD format",
        ),
        (
            {"day": "20260302"},
            "Invalid day parameter. Day must be in YYYY-MM-DD format",
        ),
        ({"day": ""}, "Invalid day parameter. Day must be in YYYY-MM-DD format"),
        (
            {"day": "2026-03-02", "period": "7d"},
            (
                "Only one parameter is expected. "
                "Provide either 'day' or 'period', not both"
            ),
        ),
    ],
)
def test_a_wrong_parameter_is_answered_as_documented(
    sandbox: Sandbox,
    http: requests.Session,
    token: str,
    query: dict[str, str],
    message: str,
) -> None:
    answer = get(sandbox, http, token, **query)
    assert answer.status_code == 400
    assert answer.json() == {"status": "error", "message": message}


def test_a_day_and_a_period_are_answered_in_the_documented_envelope(
    sandbox: Sandbox,
    http: requests.Session,
    token: str,
) -> None:
    organisation = sandbox.organisation
    day = TODAY - timedelta(days=1)
    success = {"status": "success"}
    assert get(sandbox, http, token, day=str(day)).json() == {
        **success,
        "data": organisation.day(day),
    }
    week = {**success, "data": organisation.period(7, TODAY)}
    assert get(sandbox, http, token, period="7d").json() == week
    assert get(sandbox, http, token).json() == week


def test_the_future_is_empty(
    sandbox: Sandbox, http: requests.Session, token: str
) -> None:
    data = get(sandbox, http, token, day=str(TODAY + timedelta(days=1))).json()["data"]
    assert (data["users"], data["daily"]) == ([], [])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer made-up"},
        {"Authorization": "Basic {token}"},
        {"Authorization": "{token}"},
        {"zencoder-api-key": "wrong"},
    ],
)
def test_every_call_needs_credentials(
    sandbox: Sandbox,
    http: requests.Session,
    token: str,
    headers: dict[str, str],
) -> None:
    url = f"{sandbox.api_url}/api/v1/data/usage"
    given = {name: value.format(token=token) for name, value in headers.items()}
    assert http.get(url, headers=given).status_code == 401


def test_an_api_key_is_as_good_as_a_token(
    sandbox: Sandbox,
    http: requests.Session,
) -> None:
    url = f"{sandbox.api_url}/api/v1/data/usage"
    assert http.get(url, headers={"zencoder-api-key": API_KEY}).status_code == 200


def test_a_token_ends_when_it_expires_or_is_revoked(
    sandbox: Sandbox,
    http: requests.Session,
    token: str,
) -> None:
    assert get(sandbox, http, token).status_code == 200
    sandbox.revoke_tokens()
    assert get(sandbox, http, token).status_code == 401
    sandbox.token_lifetime = 0.1
    short = http.post(sandbox.auth_url, json=LOG_IN).json()["access_token"]
    assert get(sandbox, http, short).status_code == 200
    time.sleep(0.15)
    assert get(sandbox, http, short).status_code == 401


def test_what_is_not_there_is_not_found(
    sandbox: Sandbox,
    http: requests.Session,
    token: str,
) -> None:
    assert http.get(f"{sandbox.api_url}/api/v2").status_code == 404
    assert http.get(sandbox.auth_url).status_code == 405
    assert http.post(f"{sandbox.api_url}/api/v1/data/usage").status_code == 405
    assert get(sandbox, http, token).status_code == 200


def test_latency_is_added_to_data_and_not_to_logins(
    sandbox: Sandbox,
    http: requests.Session,
    token: str,
) -> None:
    sandbox.latency = 0.3
    started = time.monotonic()
    http.post(sandbox.auth_url, json=LOG_IN)
    assert time.monotonic() - started < 0.25
    get(sandbox, http, token)
    assert time.monotonic() - started >= 0.3


def test_faults_reach_the_client(
    sandbox: Sandbox,
    http: requests.Session,
    token: str,
) -> None:
    plan: list[faults.Fault]
    plan = [faults.Reset(), faults.Truncate(), faults.Hang(0.1), faults.throttled("7")]
    sandbox.faults = faults.Fail(faults.is_usage, plan)
    for broken in (requests.ConnectionError,) * 3:
        with pytest.raises((broken, requests.exceptions.ChunkedEncodingError)):
            get(sandbox, http, token)
    answer = get(sandbox, http, token)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert get(sandbox, http, token).status_code == 200


def test_the_same_seed_fails_the_same_requests(sandbox: Sandbox) -> None:
    def failing(seed: int) -> list[bool]:
        plan = faults.Chance(seed, error_rate=0.2, throttle_rate=0.2, truncate_rate=0.2)
        return [plan(request) is not None for request in sandbox.requests * 200]

    sandbox.arrived("GET", "/")
    assert failing(1) == failing(1) != failing(2)
    assert 90 < sum(failing(1)) < 150


def test_nothing_is_left_behind() -> None:
    before = threading.active_count()
    with Sandbox(Organisation(users=1)) as sandbox, requests.Session() as session:
        session.post(sandbox.auth_url, json=LOG_IN)
        address = sandbox.api_url
    assert threading.active_count() == before
    with pytest.raises(requests.ConnectionError):
        requests.get(address, timeout=5)


def test_a_target_that_is_no_url_is_a_bad_request(
    sandbox: Sandbox, capfd: pytest.CaptureFixture[str]
) -> None:
    address = urlsplit(sandbox.api_url)
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(b"GET http://[::1 HTTP/1.1\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 400 ")
    assert capfd.readouterr().err == ""
