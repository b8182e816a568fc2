from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from support.responses import response

from tap_zencoder.errors import (
    AccessError,
    ContractError,
    NoAnswerError,
    RejectedError,
    TransientError,
    ZencoderError,
)
from tap_zencoder.transport.authentication import (
    ApiKey,
    ClientCredentials,
    Token,
    read_token,
)


class TokenEndpoint:
    """Stands for the login: gives out numbered tokens, and counts."""

    def __init__(self, lifetime: float = 3600, takes: float = 0) -> None:
        self.logins = 0
        self._lifetime = lifetime
        self._takes = takes

    def __call__(self) -> Token:
        time.sleep(self._takes)
        self.logins += 1
        return Token(f"token-{self.logins}", self._lifetime)


def test_an_api_key_goes_into_its_own_header_and_cannot_be_renewed() -> None:
    auth = ApiKey("the-key")
    assert auth.headers() == {"zencoder-api-key": "the-key"}
    assert not auth.renew(auth.headers())
    assert auth.secrets == ("the-key",)


def test_client_credentials_hold_themselves_and_their_tokens_secret() -> None:
    auth = ClientCredentials(("the-id", "the-secret"), TokenEndpoint())
    auth.renew(auth.headers())
    auth.headers()
    assert set(auth.secrets) == {"the-id", "the-secret", "token-1", "token-2"}


def test_one_token_serves_every_request_until_it_nears_its_end() -> None:
    endpoint = TokenEndpoint(lifetime=0.5)
    auth = ClientCredentials(("the-id", "the-secret"), endpoint)
    assert auth.headers() == auth.headers() == {"Authorization": "Bearer token-1"}
    time.sleep(0.5)
    assert auth.headers() == {"Authorization": "Bearer token-2"}


@pytest.mark.parametrize(
    ("lifetime", "still_good", "renewed"), [(100, 89, 91), (86400, 86339, 86341)]
)
def test_a_token_is_renewed_before_it_expires(
    monkeypatch: pytest.MonkeyPatch, lifetime: float, still_good: float, renewed: float
) -> None:
    clock = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    auth = ClientCredentials(("the-id", "the-secret"), TokenEndpoint(lifetime))
    first = auth.headers()
    clock[0] = 1000 + still_good
    assert auth.headers() == first
    clock[0] = 1000 + renewed
    assert auth.headers() != first


def test_many_threads_that_are_refused_at_once_log_in_once() -> None:
    endpoint = TokenEndpoint(takes=0.05)
    auth = ClientCredentials(("the-id", "the-secret"), endpoint)
    refused = auth.headers()

    def be_refused() -> None:
        assert auth.renew(refused)
        assert auth.headers() == {"Authorization": "Bearer token-2"}

    threads = [threading.Thread(target=be_refused) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert endpoint.logins == 2


def test_a_login_that_failed_is_not_repeated() -> None:
    attempts = []

    def refuse() -> Token:
        attempts.append(1)
        raise AccessError("refused")

    auth = ClientCredentials(("the-id", "the-secret"), refuse)
    for _ in range(3):
        with pytest.raises(AccessError):
            auth.headers()
    assert len(attempts) == 1


def test_a_login_brings_a_token_and_its_lifetime() -> None:
    body = {
        "token_type": "Bearer",
        "access_token": "abc.def",
        "id_token": "abc.def",
        "refresh_token": "r",
        "expires_in": 3600,
    }
    token = read_token(response(200, body))
    assert (token.access_token, token.lifetime) == ("abc.def", 3600)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ({}, 86400),
        ({"expires_in": None}, 86400),
        ({"expires_in": "60"}, 60),
        ({"expires_in": 0}, 0),
    ],
)
def test_a_token_without_a_lifetime_has_the_documented_day(
    given: Any, seconds: float
) -> None:
    answer = response(200, {"access_token": "abc", **given})
    assert read_token(answer).lifetime == seconds


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"access_token": 7},
        {"access_token": ""},
        {"access_token": "a\r\nb: c"},
        {"access_token": "abc", "expires_in": -1},
        {"access_token": "abc", "expires_in": "soon"},
    ],
)
def test_a_login_without_a_usable_token_breaks_the_contract(body: Any) -> None:
    with pytest.raises(ContractError, match="the login at the token endpoint") as error:
        read_token(response(200, body))
    assert "abc" not in str(error.value)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (200, b"<html>"),
        (200, b'{"access_token": "ab'),
        (200, b"\xff"),
        (404, b"<html>"),
        (408, b""),
        (429, b""),
        (500, {"errors": ["Failed"]}),
        (503, b"<html>"),
    ],
)
def test_a_login_that_may_pass_is_tried_again(status: int, body: Any) -> None:
    with pytest.raises(TransientError):
        read_token(response(status, body))


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_login_names_the_settings_and_never_what_they_held(
    status: int,
) -> None:
    body = {"errors": ["no client my-client-id with my-secret"], "errorCode": "E"}
    with pytest.raises(AccessError) as error:
        read_token(response(status, body))
    assert "client_id and client_secret" in str(error.value)
    assert "my-" not in str(error.value)


def test_a_refused_login_quotes_the_sentence_that_is_known() -> None:
    with pytest.raises(AccessError, match="401: Invalid authentication"):
        read_token(response(401, {"errors": ["Invalid authentication"]}))


@pytest.mark.parametrize("status", [302, 405])
def test_a_token_endpoint_that_is_not_there_says_what_to_check(status: int) -> None:
    with pytest.raises(RejectedError, match=r"the login at .* Check api_url and auth"):
        read_token(response(status, b"<html>"))


@pytest.mark.parametrize("status", [204, 404, 406, 410, 422])
def test_a_login_without_an_answer_is_no_day_without_one(status: int) -> None:
    """Or the days after it would be left to the next sync, as if they came late."""
    with pytest.raises(ZencoderError, match=f"HTTP {status}") as error:
        read_token(response(status, {"errors": ["Not found"]}))
    assert not isinstance(error.value, NoAnswerError)
