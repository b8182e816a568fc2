from __future__ import annotations

from typing import Any

import pytest
from support.responses import response

from tap_zencoder.api.login import read_token
from tap_zencoder.errors import AuthenticationError, ContractError


def test_a_login_brings_a_token_and_its_lifetime() -> None:
    token = read_token(
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
    assert read_token(answer).lifetime == seconds


@pytest.mark.parametrize(
    "body",
    [{}, {"access_token": 7}, {"access_token": ""}, {"access_token": "a\r\nb: c"}],
)
def test_a_login_without_a_usable_token_breaks_the_contract(body: Any) -> None:
    with pytest.raises(ContractError, match="the login at the token endpoint"):
        read_token(response(200, body))


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_login_names_the_settings_and_never_what_they_held(
    status: int,
) -> None:
    body = {"errors": ["no client my-client-id with my-secret"], "errorCode": "E"}
    with pytest.raises(AuthenticationError) as error:
        read_token(response(status, body))
    assert "client_id and client_secret" in str(error.value)
    assert "my-" not in str(error.value)


def test_a_refused_login_quotes_the_sentence_that_is_known() -> None:
    with pytest.raises(AuthenticationError, match="401: Invalid authentication"):
        read_token(response(401, {"errors": ["Invalid authentication"]}))
