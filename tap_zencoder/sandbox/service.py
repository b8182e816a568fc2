"""What the sandbox answers: the documented API, without the HTTP around it."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from tap_zencoder.sandbox.organisation import Organisation
from tap_zencoder.sandbox.realities import Asked, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tap_zencoder.sandbox.oddities import Wording
    from tap_zencoder.sandbox.organisation import Data
    from tap_zencoder.sandbox.realities import Reality

TOKEN_PATH = "/oauth/token"  # noqa: S105  # a path
USAGE_PATH = "/api/v1/data/usage"

CLIENT_ID = "sandbox-client-id"
CLIENT_SECRET = "sandbox-client-secret"  # noqa: S105  # made up, and open to all
API_KEY = "zak_live_sandbox"
TOKEN_PREFIX = "sandbox-token-"  # noqa: S105  # so that one is known in a log

_PERIODS = {"7d": 7, "30d": 30, "90d": 90}
Headers: TypeAlias = tuple[tuple[str, str], ...]
Answer: TypeAlias = tuple[int, bytes, Headers]
_JSON: Headers = (("Content-Type", "application/json"),)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the sandbox saw it; ``number`` counts from 1 in order of arrival."""

    number: int
    method: str
    path: str
    query: dict[str, str]


class Service:
    """Zencoder's two endpoints, for one organisation.

    ``token_lifetime`` (seconds) is how long a token is good for. Tests may set
    ``answers``, which gets the successful envelope and returns the one to send.
    """

    def __init__(
        self,
        organisation: Organisation,
        today: Callable[[], date],
        token_lifetime: float,
        realities: Iterable[Reality],
        wordings: Iterable[Wording] = (),
    ) -> None:
        """Start with no token given out."""
        self.organisation = organisation
        self.token_lifetime = token_lifetime
        self.realities = tuple(realities)
        self.wordings = tuple(wordings)
        self.answers: Callable[[dict[str, Any], Request], dict[str, Any]] | None = None
        self.logins = 0
        self._today = today
        self._tokens: dict[str, float] = {}
        self._lock = threading.Lock()
        self._body = lru_cache(maxsize=1000)(self._encoded)

    @property
    def tokens(self) -> list[str]:
        """The tokens that were given out and not revoked."""
        with self._lock:
            return list(self._tokens)

    def revoke_tokens(self) -> None:
        """Make every token given out so far worthless."""
        with self._lock:
            self._tokens.clear()

    def answer(self, request: Request, headers: Any, body: bytes) -> Answer:
        """Return status and body for a request: no faults, just the documentation."""
        if request.path == TOKEN_PATH:
            if request.method != "POST":
                return 405, _error("Method not allowed"), _JSON
            return self._log_in(headers.get_content_type(), body)
        if request.path != USAGE_PATH:
            return 404, _error("Not found"), _JSON
        if request.method != "GET":
            return 405, _error("Method not allowed"), _JSON
        if not self._knows(headers):
            return 401, _error("Unauthorized"), _JSON
        return self._usage(request)

    def _log_in(self, content_type: str, body: bytes) -> Answer:
        try:
            given = msgspec.json.decode(body, type=dict[str, Any])
        except msgspec.DecodeError:
            given = None
        if given is None or content_type != "application/json":
            broken = {"errors": ["Invalid input json"], "errorCode": "ER-00006"}
            return 400, msgspec.json.encode(broken), _JSON
        if not (
            _same(given.get("client_id"), CLIENT_ID)
            and _same(given.get("client_secret"), CLIENT_SECRET)
            and given.get("grant_type") == "client_credentials"
        ):
            return (
                401,
                msgspec.json.encode({"errors": ["Invalid authentication"]}),
                _JSON,
            )
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        with self._lock:
            self.logins += 1
            self._tokens[token] = time.monotonic() + self.token_lifetime
        answer = {
            "token_type": "Bearer",
            "access_token": token,
            "id_token": token,
            "refresh_token": secrets.token_urlsafe(16),
            "expires_in": int(self.token_lifetime),
        }
        return 200, msgspec.json.encode(answer), _JSON

    def _knows(self, headers: Any) -> bool:
        kind, _, token = headers.get("Authorization", "").partition(" ")
        with self._lock:
            expires = self._tokens.get(token, 0)
        if kind == "Bearer" and time.monotonic() < expires:
            return True
        return _same(headers.get("zencoder-api-key"), API_KEY)

    def _usage(self, request: Request) -> Answer:
        query = request.query
        if "day" in query and "period" in query:
            return (
                400,
                _error(
                    "Only one parameter is expected. Provide either 'day' or "
                    "'period', not both",
                ),
                _JSON,
            )
        if "day" in query and not _is_day(query["day"]):
            return (
                400,
                _error("Invalid day parameter. Day must be in YYYY-MM-DD format"),
                _JSON,
            )
        if query.get("period", "7d") not in _PERIODS:
            return (
                400,
                _error(
                    "Invalid period parameter. Period has to be one of 7d, 30d, 90d",
                ),
                _JSON,
            )
        try:
            body = self._body(
                query.get("day"), query.get("period", "7d"), self._today()
            )
        except Refused as refusal:
            body = _error(str(refusal)) if refusal.body is None else refusal.body
            return refusal.status, body, _JSON
        if self.answers is not None:
            body = msgspec.json.encode(self.answers(msgspec.json.decode(body), request))
        headers = _JSON
        for wording in self.wordings:
            body, more = wording(body)
            headers += more
        return 200, body, headers

    def data(self, day: date | None, period: str, today: date) -> Data:
        """Return the ``data`` of an answer as all realities together make it.

        Raises:
            Refused: The answer is an error.
        """
        if day is None:
            data = self.organisation.period(_PERIODS[period], today)
        elif day > today:
            data = Organisation(users=0).day(day)
        else:
            data = self.organisation.day(day)
        asked = Asked(self.organisation, day, today)
        for reality in self.realities:
            data = reality(data, asked)
        return data

    def _encoded(self, day: str | None, period: str, today: date) -> bytes:
        asked = None if day is None else date.fromisoformat(day)
        data = self.data(asked, period, today)
        return msgspec.json.encode({"status": "success", "data": data})


def _error(message: str) -> bytes:
    return msgspec.json.encode({"status": "error", "message": message})


def _same(given: object, known: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(
        given.encode(), known.encode()
    )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
