"""The two ways to log in ("Authentication"), which threads share.

Each gives the headers that authenticate a request, renews them if they are refused and
if it can, and says which secrets no message may quote.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Annotated, TypeAlias

import msgspec

from tap_zencoder.api.answers import OK, error_of, not_json_error
from tap_zencoder.api.responses import NOT_JSON, Response
from tap_zencoder.errors import (
    AccessError,
    AnswerError,
    ContractError,
    ZencoderError,
    problem_and_path,
)

Headers: TypeAlias = dict[str, str]

LOGIN = "the login at the token endpoint"
_REFUSALS = (400, 401, 403)
# The token endpoint may echo what it was sent, so of its words only these are shown.
_KNOWN_MESSAGES = ("Invalid authentication", "Invalid input json")
_RENEWAL_MARGIN = 0.1
"""The share of a token's lifetime that is left when it is renewed..."""
_LONGEST_RENEWAL_MARGIN = 60.0
"""...but no earlier than this many seconds before it expires."""


class Token(msgspec.Struct):
    """What a login brings ("Response Fields"); ``expires_in`` is in seconds."""

    access_token: Annotated[str, msgspec.Meta(pattern=r"\A[\x21-\x7e]+\Z")]
    expires_in: Annotated[float, msgspec.Meta(ge=0)] | None = None

    @property
    def lifetime(self) -> float:
        """How many seconds the token is good for, by default as documented."""
        return 86400 if self.expires_in is None else self.expires_in


def read_token(response: Response) -> Token:
    """Return the token in a response of the token endpoint, or raise ZencoderError."""
    if response.status in _REFUSALS:
        message = response.message
        words = f": {message}" if message in _KNOWN_MESSAGES else ""
        raise AccessError(
            "The token endpoint refused client_id and client_secret (HTTP "
            f"{response.status}{words}). Check both, and that the personal access "
            "token behind them has not expired or been deleted."
        )
    if response.status != OK:
        raise error_of(LOGIN, response)
    try:
        # Not strictly: some servers send the lifetime as text.
        return msgspec.json.decode(response.body, type=Token, strict=False)
    except msgspec.ValidationError as error:
        problem, path = problem_and_path(error)
        raise ContractError(LOGIN, f"${path}", problem) from error
    except NOT_JSON as error:
        raise not_json_error(response) from error


class ApiKey:
    """An API key made under Administration > API Keys."""

    def __init__(self, api_key: str) -> None:
        self.secrets = (api_key,)
        self._headers = {"zencoder-api-key": api_key}

    def headers(self) -> Headers:
        return self._headers

    def renew(self, refused: Headers) -> bool:  # noqa: ARG002  # there is only one key
        """Return False: there is no other key to try."""
        return False


class ClientCredentials:
    """OAuth 2.0 client credentials: one token, shared by all threads.

    ``log_in`` is called by one thread at a time, and not again once it has failed.
    """

    def __init__(self, secrets: tuple[str, ...], log_in: Callable[[], Token]) -> None:
        self.secrets = secrets
        self._log_in = log_in
        self._lock = threading.Lock()
        self._headers: Headers | None = None
        self._renew_at = 0.0
        self._failure: ZencoderError | None = None

    def headers(self) -> Headers:
        """Return a token that is still good, or raise why the login failed."""
        with self._lock:
            if self._failure is not None:
                raise self._failure
            if self._headers is None or time.monotonic() >= self._renew_at:
                self._headers = self._new_headers()
            return self._headers

    def renew(self, refused: Headers) -> bool:
        """Drop a refused token, unless another thread has renewed it already."""
        with self._lock:
            if self._headers == refused:
                self._headers = None
        return True

    def _new_headers(self) -> Headers:
        started = time.monotonic()
        try:
            token = self._log_in()
        except ZencoderError as error:
            # Without a login no question has an answer.
            is_answer = isinstance(error, AnswerError)
            self._failure = AccessError(str(error)) if is_answer else error
            raise self._failure from error
        self.secrets = (*self.secrets, token.access_token)
        margin = min(token.lifetime * _RENEWAL_MARGIN, _LONGEST_RENEWAL_MARGIN)
        self._renew_at = started + token.lifetime - margin
        return {"Authorization": f"Bearer {token.access_token}"}


Authenticator: TypeAlias = ApiKey | ClientCredentials
