"""A pool of connections with the tap's manners: deadlines, limits and no redirects."""

from __future__ import annotations

import contextlib
import socket
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from typing_extensions import override
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
)

from tap_zencoder.errors import (
    BodyTooLargeError,
    CertificateError,
    EnvironmentSettingsError,
    TransientError,
    ZencoderError,
)
from tap_zencoder.responses import Response

if TYPE_CHECKING:
    from tap_zencoder.settings import Settings

LARGEST_BODY = 64 * 1024 * 1024
"""Bytes, after decompression: more than a day of three hundred thousand users."""

_CHUNK = 64 * 1024
_TIMEOUTS = (requests.Timeout, ReadTimeoutError)


class Connection:
    """Connections to one host, for as many threads as there are requests at once."""

    def __init__(self, settings: Settings, requests_at_once: int) -> None:
        """Prepare for that many requests at once."""
        self._timeout = settings.request_timeout
        self._session = _Session()
        self._session.headers["User-Agent"] = settings.user_agent
        adapter = _Adapter(pool_connections=1, pool_maxsize=requests_at_once)
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
            EnvironmentSettingsError: No request can be made the way it should go.
            BodyTooLargeError: The body is larger than `LARGEST_BODY`.
        """
        with _Deadline(self._timeout) as deadline:
            try:
                with self._session.request(
                    method,
                    url,
                    timeout=self._timeout,
                    auth=_keep_as_is,
                    stream=True,
                    **options,
                ) as response:
                    body = _read(response)
            except (OSError, ValueError, HTTPError) as error:
                if deadline.passed or isinstance(error, _TIMEOUTS):
                    raise self._too_late(url) from error
                raise _explained(error, urlsplit(url).netloc) from error
        if deadline.passed:  # cut off where the end could have been
            raise self._too_late(url)
        received = datetime.now(UTC)
        return Response(response.status_code, response.headers, body, received)

    def _too_late(self, url: str) -> TransientError:
        host = urlsplit(url).netloc
        return TransientError(f"no answer from {host} within {self._timeout} s")


class _Session(requests.Session):
    """A session that does not look where a redirect would lead.

    Credentials stay where they were sent. With ``allow_redirects`` off, `requests`
    would still read the whole body of a redirect, however large.
    """

    @override
    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class _Deadline:
    """Cuts a request off after some seconds, wherever its answer hangs.

    The timeout of `requests` starts anew with each byte that comes.
    """

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut_off)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        _request.deadline = self
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()

    def watch(self, connection: HTTPConnection) -> None:
        """Have a connection to cut off."""
        self._socket = connection.sock
        if self.passed:
            self._cut_off()

    def _cut_off(self) -> None:
        self.passed = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


_request = threading.local()
"""What is known of the request that a thread has under way: its deadline."""


class _HTTPConnection(HTTPConnection):
    @override
    def getresponse(self) -> Any:  # as it is typed there
        _request.deadline.watch(self)
        return super().getresponse()


class _HTTPSConnection(HTTPSConnection):
    @override
    def getresponse(self) -> Any:  # as above
        _request.deadline.watch(self)
        return super().getresponse()


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


_POOLS = {"http": _HTTPPool, "https": _HTTPSPool}


class _Adapter(HTTPAdapter):
    """Makes connections that a deadline can cut off."""

    @override
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    @override
    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


def _keep_as_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stand in as authentication, or `requests` would send what ``~/.netrc`` holds."""
    return request


def _read(response: requests.Response) -> bytes:
    body = bytearray()
    # `iter_content` would wait until a chunk is full.
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > LARGEST_BODY:
            raise BodyTooLargeError(LARGEST_BODY)
    return bytes(body)


def _explained(error: Exception, host: str) -> ZencoderError:
    cause = _root_cause(error)
    reason = str(cause)
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        return CertificateError(host)
    # What `requests` says of a path that is not there, and OpenSSL of other content.
    if "TLS CA certificate bundle" in reason or "NO_CERTIFICATE_OR_CRL" in reason:
        return EnvironmentSettingsError(host, "the file of certificates cannot be used")
    # Our own headers are sound: `settings.check` and `api.Token` see to that.
    of_server = isinstance(error, requests.exceptions.InvalidHeader)
    if isinstance(error, ValueError) and not of_server:
        problem = f"a URL or a proxy cannot be understood ({type(error).__name__})"
        return EnvironmentSettingsError(host, problem)
    for kind, sentence in _PASSING:
        if isinstance(error, kind) or isinstance(cause, kind):
            return TransientError(sentence.format(host))
    return TransientError(f"the connection to {host} broke")


_PASSING: tuple[tuple[type[Exception], str], ...] = (
    (
        requests.exceptions.ProxyError,
        "no way through the proxy to {} (HTTPS_PROXY)",
    ),
    (NameResolutionError, "the host name {} could not be resolved"),
    (NewConnectionError, "no connection to {}"),
    (requests.exceptions.SSLError, "no TLS connection to {}"),
)


def _root_cause(error: BaseException) -> BaseException:
    """Dig out what `requests` and urllib3 wrapped: it says what really happened."""
    inner = getattr(error, "reason", None) or (error.args[0] if error.args else None)
    return _root_cause(inner) if isinstance(inner, BaseException) else error
