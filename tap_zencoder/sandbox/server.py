"""The sandbox's server: the documented API over HTTP, on loopback only."""

from __future__ import annotations

import contextlib
import hmac
import secrets
import socket
import struct
import threading
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self, TypeAlias
from urllib.parse import parse_qsl, urlsplit

import msgspec

from tap_zencoder.sandbox.faults import Delay, Hang, Reset, Respond, Truncate
from tap_zencoder.sandbox.organisation import Organisation
from tap_zencoder.sandbox.realities import Asked, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tap_zencoder.sandbox.faults import Fault, FaultPlan
    from tap_zencoder.sandbox.organisation import Data
    from tap_zencoder.sandbox.realities import Reality

TOKEN_PATH = "/oauth/token"  # noqa: S105  # a path
USAGE_PATH = "/api/v1/data/usage"

CLIENT_ID = "sandbox-client-id"
CLIENT_SECRET = "sandbox-client-secret"  # noqa: S105  # made up, and open to all
API_KEY = "zak_live_sandbox"

_PERIODS = {"7d": 7, "30d": 30, "90d": 90}
_LARGEST_REQUEST = 64 * 1024

Answer: TypeAlias = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the sandbox saw it; ``number`` counts from 1 in order of arrival."""

    number: int
    method: str
    path: str
    query: dict[str, str]


class Sandbox:
    """A running Zencoder; use it as a context.

    ``latency`` (seconds) is added to each answer of the usage endpoint, and
    ``token_lifetime`` (seconds) is how long a token is good for. Tests may set
    ``answers``, which gets the successful envelope and returns the one to send, and
    ``faults``, which says what goes wrong with a request.
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
        on_answer: Callable[[Request, int], None] | None = None,
    ) -> None:
        """Get ready to serve on a port of loopback, or on one that is free."""
        self.organisation = organisation or Organisation()
        self.latency = latency
        self.token_lifetime = token_lifetime
        self.faults = faults
        self.realities = tuple(realities)
        self.answers: Callable[[dict[str, Any], Request], dict[str, Any]] | None = None
        self.requests: list[Request] = []
        self.logins = 0
        self.stopping = threading.Event()
        self._today = today
        self._on_answer = on_answer
        self._tokens: dict[str, float] = {}
        self._lock = threading.Lock()
        self._arrived = 0
        self._body = lru_cache(maxsize=1000)(self._encoded)
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

    def revoke_tokens(self) -> None:
        """Make every token given out so far worthless."""
        with self._lock:
            self._tokens.clear()

    def arrived(self, method: str, target: str) -> Request:
        """Take note of a request."""
        url = urlsplit(target)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        with self._lock:
            self._arrived += 1
            request = Request(self._arrived, method, url.path, query)
            self.requests.append(request)
        return request

    def answered(self, request: Request, status: int) -> None:
        """Tell whoever wanted to know how a request was answered."""
        if self._on_answer is not None:
            with self._lock:
                self._on_answer(request, status)

    def answer(self, request: Request, headers: Any, body: bytes) -> Answer:
        """Return status and body for a request: no faults, just the documentation."""
        if request.path == TOKEN_PATH:
            if request.method != "POST":
                return 405, _error("Method not allowed")
            return self._log_in(headers.get_content_type(), body)
        if request.path != USAGE_PATH:
            return 404, _error("Not found")
        if request.method != "GET":
            return 405, _error("Method not allowed")
        if not self._knows(headers):
            return 401, _error("Unauthorized")
        return self._usage(request)

    def _log_in(self, content_type: str, body: bytes) -> Answer:
        try:
            given = msgspec.json.decode(body, type=dict[str, Any])
        except msgspec.DecodeError:
            given = None
        if given is None or content_type != "application/json":
            refusal = {"errors": ["Invalid input json"], "errorCode": "ER-00006"}
            return 400, msgspec.json.encode(refusal)
        if not (
            _same(given.get("client_id"), CLIENT_ID)
            and _same(given.get("client_secret"), CLIENT_SECRET)
            and given.get("grant_type") == "client_credentials"
        ):
            return 401, msgspec.json.encode({"errors": ["Invalid authentication"]})
        token = secrets.token_urlsafe(32)
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
        return 200, msgspec.json.encode(answer)

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
            return 400, _error(
                "Only one parameter is expected. Provide either 'day' or 'period', not "
                "both",
            )
        if "day" in query and not _is_day(query["day"]):
            return 400, _error(
                "Invalid day parameter. Day must be in YYYY-MM-DD format"
            )
        if query.get("period", "7d") not in _PERIODS:
            return 400, _error(
                "Invalid period parameter. Period has to be one of 7d, 30d, 90d",
            )
        try:
            body = self._body(
                query.get("day"), query.get("period", "7d"), self._today()
            )
        except Refused as refusal:
            return refusal.status, _error(str(refusal))
        if self.answers is not None:
            body = msgspec.json.encode(self.answers(msgspec.json.decode(body), request))
        return 200, body

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

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that went away is its own business."""


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
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, _LARGEST_REQUEST))
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
            status, answer = sandbox.answer(request, self.headers, body)
            headers = (("Content-Type", "application/json"),)
        sandbox.answered(request, status)
        self._send(status, answer, headers, fault)

    def _send(
        self,
        status: int,
        body: bytes,
        headers: tuple[tuple[str, str], ...],
        fault: Fault | None,
    ) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if isinstance(fault, Truncate):
            body = body[: int(len(body) * fault.share)]
            self.close_connection = True
        self.wfile.write(body)

    def _leave(self, fault: Reset | Hang) -> None:
        self.close_connection = True
        if isinstance(fault, Hang):
            self.server.sandbox.stopping.wait(fault.seconds)
        else:
            no_lingering = struct.pack("ii", 1, 0)
            self.connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, no_lingering
            )


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
