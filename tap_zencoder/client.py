"""All the tap's network traffic: connections, logins, retries and timeouts."""

from __future__ import annotations

import contextlib
import logging
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

import backoff
import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import (
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
)

from tap_zencoder import api
from tap_zencoder.auth import ApiKey, ClientCredentials
from tap_zencoder.errors import (
    BodyTooLargeError,
    CertificateError,
    TransientError,
    UnavailableError,
    ZencoderError,
)
from tap_zencoder.progress import Tally
from tap_zencoder.responses import UNAUTHORIZED, Response
from tap_zencoder.throttle import Throttle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_zencoder.auth import Authenticator
    from tap_zencoder.settings import Settings

ATTEMPTS = 6
FIRST_DELAY = 1.0
"""Seconds: the most that the first retry waits. Each further one doubles it."""
LARGEST_BODY = 64 * 1024 * 1024
"""Bytes, after decompression: more than a day of three hundred thousand users."""

_CHUNK = 64 * 1024

_Answer = TypeVar("_Answer")


class Connection:
    """A pool of connections with the tap's manners: deadlines, limits, no redirects."""

    def __init__(self, settings: Settings, requests_at_once: int) -> None:
        """Prepare for that many requests at once."""
        self._timeout = settings.request_timeout
        self._session = requests.Session()
        self._session.headers["User-Agent"] = settings.user_agent
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=requests_at_once)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def __enter__(self) -> Self:
        """Return the connection."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close every socket."""
        self._session.close()

    def send(
        self, method: str, url: str, **options: Any
    ) -> Response:  # what `requests` takes
        """Send a request, with options of `requests`, and return the whole response.

        Raises:
            TransientError: The connection failed, broke or took too long.
            CertificateError: The server could not prove who it is.
            BodyTooLargeError: The body is larger than `LARGEST_BODY`.
        """
        deadline = time.monotonic() + self._timeout
        try:
            with self._session.request(
                method,
                url,
                timeout=self._timeout,
                allow_redirects=False,  # credentials stay where they were sent
                auth=_keep_as_is,
                stream=True,
                **options,
            ) as response:
                body = _read(response, deadline)
        except (requests.RequestException, HTTPError) as error:
            raise self._explained(error, urlsplit(url).netloc) from error
        received = datetime.now(UTC)
        return Response(response.status_code, response.headers, body, received)

    def _explained(self, error: Exception, host: str) -> ZencoderError:
        cause = _root_cause(error)
        if isinstance(error, requests.exceptions.SSLError) and (
            "CERTIFICATE_VERIFY_FAILED" in str(cause)
        ):
            return CertificateError(host)
        if isinstance(error, (requests.Timeout, ReadTimeoutError)):
            return TransientError(f"no answer from {host} within {self._timeout} s")
        if isinstance(error, requests.exceptions.ProxyError):
            return TransientError(f"no way through the proxy to {host}")
        if isinstance(cause, NameResolutionError):
            return TransientError(f"the host name {host} could not be resolved")
        if isinstance(cause, NewConnectionError):
            return TransientError(f"no connection to {host}")
        return TransientError(f"the connection to {host} broke")


class Zencoder:
    """Zencoder as the settings reach it: one login and one pace for a whole sync."""

    def __init__(self, settings: Settings) -> None:
        """Do nothing yet; the first request logs in."""
        self._settings = settings
        self._url = settings.api_url + api.USAGE_PATH
        self._auth: Authenticator = (
            ApiKey(settings.api_key)
            if settings.api_key is not None
            else ClientCredentials(self._log_in)
        )
        self.throttle = Throttle(settings.concurrency)
        self.tally = Tally()

    @contextlib.contextmanager
    def connect(self) -> Iterator[Callable[[api.UsageQuery], api.UsageReport]]:
        """Give a function that answers a query, for any number of threads.

        It raises UnavailableError after `ATTEMPTS` tries, and every other error of
        `api.read_usage` at once. Leaving the context closes all connections.
        """
        with Connection(self._settings, self._settings.concurrency) as connection:
            yield lambda query: self._persistently(
                query,
                lambda: self._ask(connection, query),
            )

    def _ask(self, connection: Connection, query: api.UsageQuery) -> api.UsageReport:
        with self.throttle.turn():
            credentials = self._auth.headers()
            response = self._get(connection, query, credentials)
            if response.status == UNAUTHORIZED and self._auth.renew(credentials):
                response = self._get(connection, query, self._auth.headers())
        return api.read_usage(query, response)

    def _get(
        self,
        connection: Connection,
        query: api.UsageQuery,
        credentials: dict[str, str],
    ) -> Response:
        self.tally.count_request()
        response = connection.send(
            "GET",
            self._url,
            params=query.parameters,
            headers=credentials,
        )
        settings = self._settings
        known = (settings.client_id, settings.client_secret)
        sent = [value.removeprefix("Bearer ") for value in credentials.values()]
        return response._replace(secrets=(*sent, *filter(None, known)))

    def _log_in(self) -> api.Token:
        settings = self._settings
        credentials = {
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
            "grant_type": "client_credentials",
        }
        with Connection(settings, requests_at_once=1) as connection:

            def ask() -> api.Token:
                self.throttle.wait()  # no turn: whoever logs in has one already
                url = settings.auth_url
                self.tally.count_request()
                return api.read_token(connection.send("POST", url, json=credentials))

            return self._persistently(api.LOGIN, ask)

    def _persistently(self, subject: object, ask: Callable[[], _Answer]) -> _Answer:
        retrying = backoff.on_exception(
            backoff.expo,
            TransientError,
            max_tries=ATTEMPTS,
            factor=FIRST_DELAY,
            on_backoff=lambda details: self._note_retry(subject, details),
            logger=None,
        )
        try:
            answer = retrying(ask)()
        except TransientError as error:
            raise UnavailableError(subject, ATTEMPTS, error) from error
        self.throttle.succeeded()
        return answer

    def _note_retry(self, subject: object, details: Any) -> None:
        error: TransientError = details["exception"]
        self.throttle.failed(error.retry_after)
        self.tally.count_retry()
        # Not a logger of the module: a logging configuration, which is read after the
        # imports, disables the loggers that it finds.
        logging.getLogger("tap-zencoder.client").warning(
            "Attempt %d of %d for %s failed: %s. Trying again in %.1f s.",
            details["tries"],
            ATTEMPTS,
            subject,
            error,
            max(details["wait"], error.retry_after or 0),
        )


def _keep_as_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stand in as authentication, or `requests` would send what ``~/.netrc`` holds."""
    return request


def _read(response: requests.Response, deadline: float) -> bytes:
    body = bytearray()
    # One read of the socket at a time: `iter_content` waits until a chunk is full, and
    # starts to wait anew with each byte of an answer that drips.
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > LARGEST_BODY:
            raise BodyTooLargeError(LARGEST_BODY)
        if time.monotonic() > deadline:
            raise requests.Timeout
    return bytes(body)


def _root_cause(error: BaseException) -> BaseException:
    """Dig out what `requests` and urllib3 wrapped: it says what really happened."""
    inner = getattr(error, "reason", None) or (error.args[0] if error.args else None)
    return _root_cause(inner) if isinstance(inner, BaseException) else error
