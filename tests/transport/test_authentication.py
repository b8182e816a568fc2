from __future__ import annotations

import threading
import time

import pytest

from tap_zencoder.api.login import Token
from tap_zencoder.errors import AuthenticationError
from tap_zencoder.transport.authentication import ApiKey, ClientCredentials


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
        raise AuthenticationError("refused")

    auth = ClientCredentials(("the-id", "the-secret"), refuse)
    for _ in range(3):
        with pytest.raises(AuthenticationError):
            auth.headers()
    assert len(attempts) == 1
