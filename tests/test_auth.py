from __future__ import annotations

import threading
import time

import pytest

from tap_zencoder.api import Token
from tap_zencoder.auth import ApiKey, ClientCredentials
from tap_zencoder.errors import AuthenticationError


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


def test_one_token_serves_every_request_until_it_nears_its_end() -> None:
    endpoint = TokenEndpoint(lifetime=0.5)
    auth = ClientCredentials(endpoint)
    assert auth.headers() == auth.headers() == {"Authorization": "Bearer token-1"}
    time.sleep(0.5)
    assert auth.headers() == {"Authorization": "Bearer token-2"}


def test_many_threads_that_are_refused_at_once_log_in_once() -> None:
    endpoint = TokenEndpoint(takes=0.05)
    auth = ClientCredentials(endpoint)
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
        raise AuthenticationError("refused")

    auth = ClientCredentials(refuse)
    for _ in range(3):
        with pytest.raises(AuthenticationError):
            auth.headers()
    assert len(attempts) == 1
