"""Connections with the tap's manners: deadlines, limits and no redirects."""

from __future__ import annotations

import errno
import http.client
import io
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from typing_extensions import override
from urllib3.connection import HTTPConnection, HTTPSConnection

from tap_zencoder.api.responses import Response
from tap_zencoder.checks.settings import is_loopback
from tap_zencoder.errors import (
    ExhaustedError,
    NetworkError,
    RejectedError,
    TransientError,
    ZencoderError,
)

LARGEST_BODY = 64 * 1024 * 1024
"""Bytes, after decompression: more than a day of three hundred thousand users."""

_CHUNK = 64 * 1024
_INTERIM = (102, 103)
_EXHAUSTED = {
    errno.EMFILE: "file descriptors (ulimit -n)",
    errno.ENFILE: "file descriptors",
    errno.ENOMEM: "memory",
    errno.ENOBUFS: "memory for the network",
}
_NO_PROXY = {"no_proxy": "localhost,127.0.0.0/8,::1"}
"""For this machine, whatever the environment says: secrets go there in clear."""
_TIMEOUTS = (requests.Timeout, urllib3.exceptions.ReadTimeoutError, TimeoutError)
_NOT_SET_UP = (
    ("CERTIFICATE_VERIFY_FAILED", "the certificate of {} could not be verified"),
    # What `requests` says of a path that is not there, and OpenSSL of other content.
    ("TLS CA certificate bundle", "the file of certificates cannot be used"),
    ("NO_CERTIFICATE_OR_CRL", "the file of certificates cannot be used"),
)
"""What will not pass: words in the exception, and a clause."""
_MAY_PASS: tuple[tuple[Any, str], ...] = (
    (_TIMEOUTS, "no answer from {} within {:g} s"),
    (requests.exceptions.ProxyError, "no way through the proxy to {} (HTTPS_PROXY)"),
    (urllib3.exceptions.NameResolutionError, "the host name {} could not be resolved"),
    (urllib3.exceptions.NewConnectionError, "no connection to {}"),
    (requests.exceptions.SSLError, "no TLS connection to {}"),
    (Exception, "the connection to {} broke"),
)


class Connection:
    """Connections for several threads; they are opened again after `close`.

    ``timeout`` (seconds) is for all of a request, up to the last byte of its answer.
    """

    def __init__(self, *, user_agent: str, timeout: float, at_once: int) -> None:
        self._timeout = timeout
        self._session = requests.Session()
        # No credentials elsewhere, and no body of a redirect, which `requests` would
        # read even with `allow_redirects` off.
        self._session.get_redirect_target = lambda resp: None  # type: ignore[method-assign] # noqa: ARG005
        self._session.headers["User-Agent"] = user_agent
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, _Adapter(pool_maxsize=at_once))

    def close(self) -> None:
        self._session.close()

    def send(self, method: str, url: str, **options: Any) -> Response:
        """Send a request, with options of `requests`, and return the whole response.

        Raises TransientError, NetworkError, or RejectedError for too large a body.
        """
        host = urlsplit(url).netloc
        proxies = _NO_PROXY if is_loopback(urlsplit(url).hostname or "") else None
        timeout: Any = urllib3.Timeout(total=self._timeout)
        try:
            with self._session.request(
                method,
                url,
                timeout=timeout,
                proxies=proxies,
                auth=lambda request: request,  # or it sends what ~/.netrc holds
                stream=True,
                **options,
            ) as response:
                body = b"" if response.is_redirect else _read(response)
        except (OSError, TypeError, ValueError, urllib3.exceptions.HTTPError) as error:
            raise _explained(error, host, self._timeout) from error
        received = datetime.now(UTC)
        return Response(response.status_code, response.headers, body, received)


class _Reads(io.RawIOBase):
    """What a socket receives, each read with what is left of the time."""

    def __init__(self, sock: Any) -> None:
        self._socket = sock
        self._inner = sock.makefile("rb", buffering=0)
        self._deadline = time.monotonic() + (sock.gettimeout() or 0)

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Any) -> int:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
        return self._inner.readinto(buffer)  # type: ignore[no-any-return]

    @override
    def close(self) -> None:
        self._inner.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """A response that ends in time, and is none of those that only announce it."""

    def __init__(self, sock: Any, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_Reads(sock))

    @override
    def begin(self) -> None:
        super().begin()
        while self.status in _INTERIM:  # the standard library knows only 100
            self.headers = None  # type: ignore[assignment]  # or it does nothing
            super().begin()


def _pool(pool: Any, connection: Any) -> Any:
    timed = type("_Connection", (connection,), {"response_class": _Response})
    return type("_Pool", (pool,), {"ConnectionCls": timed})


_POOLS = {
    "http": _pool(urllib3.HTTPConnectionPool, HTTPConnection),
    "https": _pool(urllib3.HTTPSConnectionPool, HTTPSConnection),
}


class _Adapter(HTTPAdapter):
    """The adapter of `requests`, with such responses, also through a proxy."""

    @override
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    @override
    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager


def _read(response: requests.Response) -> bytes:
    body = bytearray()
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > LARGEST_BODY:
            raise RejectedError(
                f"The server's answer is larger than {LARGEST_BODY // 2**20} MiB, "
                "which no day of usage is. Check api_url and auth_url."
            )
    return bytes(body)


def _explained(error: Exception, host: str, timeout: float) -> ZencoderError:
    # The innermost is what really happened: `requests` and urllib3 wrap it.
    chain: list[BaseException] = [error]
    while inner := _inner(chain[-1]):
        chain.append(inner)
    context: BaseException | None = error
    while context is not None:  # what this machine has run out of
        if isinstance(context, MemoryError):
            return ExhaustedError("memory")
        if isinstance(context, OSError) and context.errno in _EXHAUSTED:
            return ExhaustedError(_EXHAUSTED[context.errno])
        context = context.__cause__ or context.__context__
    # Our own headers are sound: settings and tokens are checked.
    is_of_server = isinstance(error, requests.exceptions.InvalidHeader)
    clauses = [clause for words, clause in _NOT_SET_UP if words in str(chain[-1])]
    if isinstance(error, TypeError | ValueError) and not is_of_server:
        clauses.append("a URL or a proxy cannot be understood")
    if clauses:
        return NetworkError(
            f"No request to {host} can be made: {clauses[0].format(host)}. Check "
            "api_url and auth_url, and in the environment the proxy (HTTPS_PROXY, "
            "ALL_PROXY) and the file of certificates (REQUESTS_CA_BUNDLE)."
        )
    ends = (error, chain[-1])
    sentence = next(s for k, s in _MAY_PASS if any(isinstance(e, k) for e in ends))
    return TransientError(sentence.format(host, timeout))


def _inner(error: BaseException) -> BaseException | None:
    inner = getattr(error, "reason", None) or (error.args[0] if error.args else None)
    return inner if isinstance(inner, BaseException) else None
