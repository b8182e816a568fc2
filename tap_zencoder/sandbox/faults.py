"""What can go wrong with an answer of the sandbox, on purpose."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tap_zencoder.sandbox.service import Request


@dataclass(frozen=True)
class Respond:
    """Answer with this instead of what was asked for."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)


@dataclass(frozen=True)
class Truncate:
    """Announce the whole body, send this share of it and close the connection."""

    share: float = 0.5


@dataclass(frozen=True)
class Reset:
    """Reset the connection without a response."""


@dataclass(frozen=True)
class Hang:
    """Say nothing for these seconds, then close the connection."""

    seconds: float


@dataclass(frozen=True)
class Delay:
    """Answer as asked, these seconds later."""

    seconds: float


@dataclass(frozen=True)
class Drip:
    """Answer as asked, a hundred bytes every so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Announce:
    """Answer as asked, after an interim response such as 103 Early Hints."""

    status: int


Fault: TypeAlias = Respond | Truncate | Reset | Hang | Delay | Drip | Announce
FaultPlan: TypeAlias = "Callable[[Request], Fault | None]"

_HTML = (("Content-Type", "text/html"),)
SERVER_ERROR = Respond(500, b'{"status":"error","message":"Failed to fetch data"}')
BAD_GATEWAY = Respond(502, b"<html><h1>502 Bad Gateway</h1></html>", _HTML)
SERVICE_UNAVAILABLE = Respond(503, b"<html>Try later</html>", _HTML)
REQUEST_TIMEOUT = Respond(408)
NOT_JSON = Respond(200, b"<html>Welcome to the network</html>", _HTML)
EMPTY = Respond(200)


def throttled(retry_after: str | None = None) -> Respond:
    """Return a 429, with a ``Retry-After`` if one is given."""
    headers = () if retry_after is None else (("Retry-After", retry_after),)
    return Respond(429, b'{"status":"error","message":"Too many requests"}', headers)


def is_login(request: Request) -> bool:
    """Tell whether a request is for the token endpoint."""
    return request.method == "POST"


def asks_for(**query: str) -> Callable[[Request], bool]:
    """Return a test for requests with these parameters, such as ``day``."""
    return lambda request: request.query == query


def is_usage(request: Request) -> bool:
    """Tell whether a request is for the usage endpoint."""
    return request.method == "GET"


class Fail:
    """A plan: each of the first requests that match ends in the next of these faults.

    For example ``Fail(asks_for(day="2026-03-02"), [SERVER_ERROR] * 2)``.
    """

    def __init__(
        self,
        matching: Callable[[Request], bool],
        faults: Iterable[Fault],
    ) -> None:
        """Start with the first fault."""
        self._matching = matching
        self._faults = iter(faults)
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Fault | None:
        """Return the fault of a request, if it has one."""
        if not self._matching(request):
            return None
        with self._lock:
            return next(self._faults, None)


class Limit:
    """A plan: after so many requests for usage in ``seconds``, a 429 for the rest."""

    def __init__(self, most: int, seconds: float = 60) -> None:
        """Start with a time in which nothing was asked."""
        self._most, self._seconds = most, seconds
        self._started, self._asked = time.monotonic(), 0
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Fault | None:
        """Return the fault of a request that is one too many."""
        if not is_usage(request):
            return None
        with self._lock:
            if time.monotonic() - self._started > self._seconds:
                self._started, self._asked = time.monotonic(), 0
            self._asked += 1
            return throttled() if self._asked > self._most else None


class Chance:
    """A plan: requests fail at random, in an order that the seed decides."""

    def __init__(
        self,
        seed: int,
        *,
        error_rate: float = 0,
        throttle_rate: float = 0,
        truncate_rate: float = 0,
    ) -> None:
        """Take the share of requests that fail in each way; together at most 1."""
        self._roll = random.Random(f"faults:{seed}").random
        self._odds = (
            (error_rate, SERVER_ERROR),
            (throttle_rate, throttled("1")),
            (truncate_rate, Truncate()),
        )
        self._lock = threading.Lock()

    def __call__(self, _: Request) -> Fault | None:
        """Return the fault of a request, if it has one."""
        with self._lock:
            rolled = self._roll()
        for rate, fault in self._odds:
            if rolled < rate:
                return fault
            rolled -= rate
        return None
