"""Connections with the tap's manners: deadlines, limits and no redirects."""

from __future__ import annotations

import errno
import http.client
import time
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from typing_extensions import override
from urllib3.connection import HTTPConnection
from urllib3.exceptions import (
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
)

from tap_zencoder import errors
from tap_zencoder.api.responses import Response
from tap_zencoder.checks.settings import is_loopback

LARGEST_BODY = 64 * 1024 * 1024
"""Bytes, after decompression: more than a day of three hundred thousand users."""

_CHUNK = 64 * 1024
_EXHAUSTED = {
    errno.EMFILE: "file descriptors (ulimit -n)",
    errno.ENFILE: "file descriptors",
    errno.ENOMEM: "memory",
    errno.ENOBUFS: "memory for the network",
}
_INTERIM = (HTTPStatus.PROCESSING, HTTPStatus.EARLY_HINTS)
_NO_PROXY = {"no_proxy": "localhost,127.0.0.0/8,::1"}
"""For this machine, whatever the environment says: secrets go there in clear."""
_TIMEOUTS = (requests.Timeout, ReadTimeoutError)
_FAILURES: tuple[tuple[type[Exception], str], ...] = (
    (
        requests.exceptions.ProxyError,
        "no way through the proxy to {} (HTTPS_PROXY)",
    ),
    (NameResolutionError, "the host name {} could not be resolved"),
    (NewConnectionError, "no connection to {}"),
    (requests.exceptions.SSLError, "no TLS connection to {}"),
)
"""What may pass: the exception, and the sentence about a host."""


class Connection:
    """Connections for several threads; they are opened again after `close`.

    ``timeout`` (seconds) is for the headers of an answer, and for its body.
    """

    def __init__(self, *, user_agent: str, timeout: float, at_once: int) -> None:
        self._timeout = timeout
        self._session = _Session()
        self._session.headers["User-Agent"] = user_agent
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=at_once))

    def close(self) -> None:
        self._session.close()

    def send(
        self, method: str, url: str, **options: Any
    ) -> Response:  # what `requests` takes
        """Send a request, with options of `requests`, and return the whole response.

        Raises:
            TransientError: The connection failed, broke or took too long.
            NetworkSetupError: No request can get through as things are set up.
            BodyTooLargeError: The body is larger than `LARGEST_BODY`.
        """
        host = urlsplit(url).netloc
        proxies = _NO_PROXY if is_loopback(urlsplit(url).hostname or "") else None
        deadline = time.monotonic() + self._timeout
        try:
            with self._session.request(
                method,
                url,
                timeout=self._timeout,
                proxies=proxies,
                auth=_keep_as_is,
                stream=True,
                **options,
            ) as response:
                body = b"" if response.is_redirect else _read(response, deadline)
        except (OSError, TypeError, ValueError, HTTPError) as error:
            if isinstance(error, _TIMEOUTS):
                problem = f"no answer from {host} within {self._timeout:g} s"
                raise errors.TransientError(problem) from error
            raise _explained(error, host) from error
        received = datetime.now(UTC)
        return Response(response.status_code, response.headers, body, received)


class _FinalResponse(http.client.HTTPResponse):
    """A response that is not one of those that announce it, such as 103 Early Hints.

    The standard library knows of those only ``100 Continue``.
    """

    @override
    def begin(self) -> None:
        super().begin()
        while self.status in _INTERIM:
            self.headers = None  # type: ignore[assignment]  # or it does nothing
            super().begin()


HTTPConnection.response_class = _FinalResponse


class _Session(requests.Session):
    """A session that does not look where a redirect would lead.

    Credentials stay where they were sent. With ``allow_redirects`` off, `requests`
    would still read the whole body of a redirect, however large.
    """

    @override
    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


def _keep_as_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stand in as authentication, or `requests` would send what ``~/.netrc`` holds."""
    return request


def _read(response: requests.Response, deadline: float) -> bytes:
    body = bytearray()
    # `iter_content` would wait until a chunk is full, and start the timeout anew with
    # each byte that comes.
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > LARGEST_BODY:
            raise errors.BodyTooLargeError(
                f"The server's answer is larger than {LARGEST_BODY // 2**20} MiB, "
                "which no day of usage is. Check api_url and auth_url.",
            )
        if time.monotonic() > deadline:
            raise requests.Timeout
    return bytes(body)


def _explained(error: Exception, host: str) -> errors.ZencoderError:
    cause = _root_cause(error)
    if what := exhausted_resource(error):
        return errors.ExhaustedError(what)
    reason = str(cause)
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        return errors.CertificateError(
            f"The TLS certificate of {host} could not be verified. If your network "
            "inspects TLS, name its CA bundle in REQUESTS_CA_BUNDLE.",
        )
    # What `requests` says of a path that is not there, and OpenSSL of other content.
    if "TLS CA certificate bundle" in reason or "NO_CERTIFICATE_OR_CRL" in reason:
        return _setup_error(host, "the file of certificates cannot be used")
    # Our own headers are sound: the checks of settings and tokens see to that.
    of_server = isinstance(error, requests.exceptions.InvalidHeader)
    if isinstance(error, (TypeError, ValueError)) and not of_server:
        problem = f"a URL or a proxy cannot be understood ({type(error).__name__})"
        return _setup_error(host, problem)
    for kind, sentence in _FAILURES:
        if isinstance(error, kind) or isinstance(cause, kind):
            return errors.TransientError(sentence.format(host))
    return errors.TransientError(f"the connection to {host} broke")


def exhausted_resource(error: BaseException | None) -> str | None:
    """Return what this machine has run out of, if an error comes from that."""
    while error is not None:
        if isinstance(error, MemoryError):
            return "memory"
        if isinstance(error, OSError) and error.errno in _EXHAUSTED:
            return _EXHAUSTED[error.errno]
        error = error.__cause__ or error.__context__
    return None


def _setup_error(host: str, problem: str) -> errors.NetworkSetupError:
    return errors.NetworkSetupError(
        f"No request to {host} can be made: {problem}. Check api_url and auth_url, "
        "and in the environment the proxy (HTTPS_PROXY, ALL_PROXY) and the file of "
        "certificates (REQUESTS_CA_BUNDLE).",
    )


def _root_cause(error: BaseException) -> BaseException:
    """Return what `requests` and urllib3 wrapped, which is what really happened."""
    inner = getattr(error, "reason", None) or (error.args[0] if error.args else None)
    return _root_cause(inner) if isinstance(inner, BaseException) else error
