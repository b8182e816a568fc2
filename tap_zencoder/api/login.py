"""The login: client credentials become a token ("Authentication")."""

from __future__ import annotations

from typing import Annotated

import msgspec

from tap_zencoder.api import responses
from tap_zencoder.api.reports import contract_error
from tap_zencoder.api.responses import Response
from tap_zencoder.errors import AuthenticationError

LOGIN = "the login at the token endpoint"
_REFUSALS = (responses.BAD_REQUEST, responses.UNAUTHORIZED, responses.FORBIDDEN)
# The token endpoint may echo what it was sent, so of its words only these are shown.
_KNOWN_MESSAGES = ("Invalid authentication", "Invalid input json")


class Token(msgspec.Struct):
    """What a login brings ("Response Fields").

    ``expires_in`` is the token's lifetime in seconds; without it, `lifetime` is the
    documented one.
    """

    access_token: Annotated[str, msgspec.Meta(pattern=r"\A[\x21-\x7e]+\Z")]
    expires_in: Annotated[float, msgspec.Meta(ge=0)] | None = None

    @property
    def lifetime(self) -> float:
        """How many seconds the token is good for."""
        return 86400 if self.expires_in is None else self.expires_in


def read_token(response: Response) -> Token:
    """Return the token in a response of the token endpoint.

    Raises:
        TransientError: It says to try again, or is no whole JSON document.
        AuthenticationError: The credentials were refused.
        RequestRejectedError: There is no token endpoint at that address.
        ContractError: It is JSON, but holds no usable token.
    """
    if response.status in _REFUSALS:
        message = responses.server_message(response)
        words = f": {message}" if message in _KNOWN_MESSAGES else ""
        raise AuthenticationError(
            "The token endpoint refused client_id and client_secret (HTTP "
            f"{response.status}{words}). Check both, and that the personal access "
            "token behind them has not expired or been deleted.",
        )
    responses.raise_unless_ok(LOGIN, response)
    try:
        # Not strictly: some servers send the lifetime as text.
        return msgspec.json.decode(response.body, type=Token, strict=False)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `")
        raise contract_error(LOGIN, path.rstrip("`") or "$", problem) from error
    except responses.NOT_JSON as error:
        raise responses.not_json_error(LOGIN, response) from error
