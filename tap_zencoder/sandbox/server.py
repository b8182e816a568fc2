"""The sandbox's server: the documented API over HTTP, on loopback only."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
import traceback
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, urlsplit

from typing_extensions import override

from tap_zencoder.sandbox.faults import (
    Announce,
    Delay,
    Drip,
    Hang,
    Reset,
    Respond,
    Truncate,
)
from tap_zencoder.sandbox.organisation import Organisation
from tap_zencoder.sandbox.service import (
    CLIENT_ID,
    CLIENT_SECRET,
    TOKEN_PATH,
    Request,
    Service,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tap_zencoder.sandbox.faults import Fault, FaultPlan
    from tap_zencoder.sandbox.oddities import Wording
    from tap_zencoder.sandbox.realities import Reality

_LARGEST_REQUEST = 64 * 1024
_DROP = 100
NO_CONTENT = 204


class Sandbox(Service):
    """A running Zencoder; use it as a context.

    ``latency`` (seconds) is added to each answer of the usage endpoint. ``faults`` says
    what goes wrong with a request.
    """

    def __init__(  # noqa: PLR0913  # one each for what a test may want to differ
        self,
        organisation: Organisation | None = None,
        *,
        port: int = 0,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
        latency: float = 0,
        token_lifetime: float = 86400,
        faults: FaultPlan | None = None,
        realities: Iterable[Reality] = (),
        wordings: Iterable[Wording] = (),
        on_answer: Callable[[Request, int], None] | None = None,
    ) -> None:
        """Get ready to serve on a port of loopback, or on one that is free."""
        super().__init__(
            organisation or Organisation(),
            today,
            token_lifetime,
            realities,
            wordings,
        )
        self.latency = latency
        self.faults = faults
        self.requests: list[Request] = []
        self.stopping = threading.Event()
        self._on_answer = on_answer
        self._log_lock = threading.Lock()
        self._arrived = 0
        self._server = _Server(self, port)
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.05},
            name="sandbox",
        )

    def __enter__(self) -> Self:
        """Start to serve."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, without leaving a thread or a socket."""
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def api_url(self) -> str:
        """Where it listens; the tap's setting ``api_url``."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def auth_url(self) -> str:
        """The token endpoint; the tap's setting ``auth_url``."""
        return self.api_url + TOKEN_PATH

    def settings(self) -> dict[str, str]:
        """Return the tap's settings for this sandbox."""
        return {
            "api_url": self.api_url,
            "auth_url": self.auth_url,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }

    def arrived(self, method: str, target: str) -> Request:
        """Take note of a request."""
        url = urlsplit(target)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        with self._log_lock:
            self._arrived += 1
            request = Request(self._arrived, method, url.path, query)
            self.requests.append(request)
        return request

    def answered(self, request: Request, status: int) -> None:
        """Tell whoever wanted to know how a request was answered."""
        if self._on_answer is not None:
            with self._log_lock:
                self._on_answer(request, status)


class _Server(ThreadingHTTPServer):
    """A server that can close connections its clients keep open."""

    daemon_threads = False  # so that closing the server waits for them
    request_queue_size = 128

    def __init__(self, sandbox: Sandbox, port: int) -> None:
        self.sandbox = sandbox
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell where it crashed, but not the message, which may hold anything.

        A client that went away is its own business.
        """
        error = sys.exception()
        if error is None or isinstance(error, ConnectionError):
            return
        frames = "".join(traceback.format_tb(error.__traceback__))
        sys.stderr.write(f"The sandbox failed: {type(error).__name__} at\n{frames}")


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "zencoder-sandbox"
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet for headers and body

    def do_GET(self) -> None:
        self._handle()

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET  # noqa: N815  # the base class's names

    def log_message(self, *_: Any) -> None:
        """Log nothing; whoever wants a log asks the sandbox for its requests."""

    def _handle(self) -> None:
        sandbox = self.server.sandbox
        try:
            urlsplit(self.path)
        except ValueError:
            self.send_error(400)
            return
        length = self.headers.get("Content-Length", "")
        size = int(length) if length.isdecimal() else 0
        body = self.rfile.read(min(size, _LARGEST_REQUEST))
        request = sandbox.arrived(self.command, self.path)
        fault = sandbox.faults(request) if sandbox.faults else None
        if self.command == "GET" and sandbox.latency:
            sandbox.stopping.wait(sandbox.latency)
        if isinstance(fault, (Reset, Hang)):
            self._leave(fault)
            sandbox.answered(request, 0)
            return
        if isinstance(fault, Delay):
            sandbox.stopping.wait(fault.seconds)
        if isinstance(fault, Respond):
            status, answer, headers = fault.status, fault.body, fault.headers
        else:
            status, answer, headers = sandbox.answer(request, self.headers, body)
        sandbox.answered(request, status)
        self._send(status, answer, headers, fault)

    def _send(
        self,
        status: int,
        body: bytes,
        headers: tuple[tuple[str, str], ...],
        fault: Fault | None,
    ) -> None:
        if isinstance(fault, Announce):
            self.send_response_only(fault.status)
            self.end_headers()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != NO_CONTENT:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if isinstance(fault, Truncate):
            body = body[: int(len(body) * fault.share)]
            self.close_connection = True
        if isinstance(fault, Drip):
            self._drip(body, fault.seconds)
        else:
            self.wfile.write(body)

    def _drip(self, body: bytes, pause: float) -> None:
        for start in range(0, len(body), _DROP):
            self.wfile.write(body[start : start + _DROP])
            self.wfile.flush()
            self.server.sandbox.stopping.wait(pause)

    def _leave(self, fault: Reset | Hang) -> None:
        self.close_connection = True
        if isinstance(fault, Hang):
            self.server.sandbox.stopping.wait(fault.seconds)
        else:
            no_lingering = struct.pack("ii", 1, 0)
            self.connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, no_lingering
            )
