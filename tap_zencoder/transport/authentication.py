"""The two ways to log in, which threads share.

Each gives the headers that authenticate a request, renews them if they are refused and
if it can, and says which secrets no message may quote.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeAlias

from tap_zencoder.api.login import Token
from tap_zencoder.errors import ZencoderError

Headers: TypeAlias = dict[str, str]

_RENEWAL_MARGIN = 0.1
"""The share of a token's lifetime that is left when it is renewed..."""
_LONGEST_RENEWAL_MARGIN = 60.0
"""...but no earlier than this many seconds before it expires."""


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

    ``log_in`` asks the token endpoint for a token. It is never called by two threads
    at once, and not again once it has failed: it has done its own retrying by then.
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
            self._failure = error
            raise
        self.secrets = (*self.secrets, token.access_token)
        margin = min(token.lifetime * _RENEWAL_MARGIN, _LONGEST_RENEWAL_MARGIN)
        self._renew_at = started + token.lifetime - margin
        return {"Authorization": f"Bearer {token.access_token}"}


Authenticator: TypeAlias = ApiKey | ClientCredentials
