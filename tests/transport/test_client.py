"""Faults on the way, over real HTTP. `tests/test_cli.py` shows what a user reads."""

from __future__ import annotations

import contextlib
import gzip
import resource
import socket
import ssl
import threading
import time
import tracemalloc
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from support.runs import TODAY

from tap_zencoder.api import rows
from tap_zencoder.api.reports import UsageQuery
from tap_zencoder.errors import (
    AccessError,
    ExhaustedError,
    NetworkError,
    NoAnswerError,
    RejectedError,
    TransientError,
    UnavailableError,
    ZencoderError,
)
from tap_zencoder.sandbox import faults
from tap_zencoder.sandbox.service import API_KEY
from tap_zencoder.tap import TapZencoder
from tap_zencoder.transport import client, connection
from tap_zencoder.transport.client import Client
from tap_zencoder.transport.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tap_zencoder.sandbox import Request, Sandbox

DAY = date(2026, 3, 2)
QUERY = UsageQuery("day", str(DAY))

_open: list[Client] = []


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(client, "FIRST_DELAY", 0.01)
    before = threading.active_count()
    yield
    while _open:
        _open.pop().close()
    assert threading.active_count() <= before


def zencoder(sandbox: Sandbox, **settings: Any) -> Client:
    known = Client(TapZencoder(config={**sandbox.settings(), **settings}).settings)
    _open.append(known)
    return known


def ask(known: Client, query: UsageQuery = QUERY) -> dict[str, Any]:
    users: Any = rows.user_rows(known.report(query), DAY)
    return {user.email: user.messages for user in users}


def truth(sandbox: Sandbox) -> dict[str, Any]:
    users = sandbox.organisation.day(DAY)["users"]
    return {user["email"]: user["messages"] for user in users}


@pytest.mark.parametrize("matching", [faults.is_usage, faults.is_login])
@pytest.mark.parametrize(
    "fault",
    [
        faults.SERVER_ERROR,
        faults.BAD_GATEWAY,
        faults.SERVICE_UNAVAILABLE,
        faults.REQUEST_TIMEOUT,
        faults.throttled(),
        faults.throttled("0"),
        faults.throttled("Tue, 10 Mar 2026 12:00:30 GMT"),
        faults.NOT_JSON,
        faults.Truncate(),
        faults.Reset(),
        faults.Hang(seconds=5),
    ],
    ids=str,
)
def test_what_may_pass_is_tried_again(
    sandbox: Sandbox,
    fault: faults.Fault,
    matching: Any,
) -> None:
    sandbox.faults = faults.Fail(matching, [fault] * 2)
    assert ask(zencoder(sandbox, request_timeout=1)) == truth(sandbox)
    assert len([r for r in sandbox.requests if matching(r)]) == 3


def test_the_sixth_failure_is_the_last_and_names_the_day(sandbox: Sandbox) -> None:
    sandbox.faults = faults.Fail(faults.is_usage, [faults.SERVER_ERROR] * 99)
    with pytest.raises(UnavailableError) as error:
        ask(zencoder(sandbox))
    assert "day 2026-03-02 after 6 attempts" in str(error.value)
    assert "HTTP 500" in str(error.value)
    assert len([r for r in sandbox.requests if faults.is_usage(r)]) == 6


def test_a_limit_is_waited_for_longer_once_the_api_has_answered(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "FIRST_DELAY", 0.001)
    limits = [faults.throttled()] * 9
    known = zencoder(sandbox)
    sandbox.faults = faults.Fail(faults.is_usage, limits)
    with pytest.raises(UnavailableError, match=r"after 6 attempts.*HTTP 429"):
        ask(known)
    sandbox.faults = None
    ask(known)
    sandbox.faults = faults.Fail(faults.is_usage, limits)
    assert ask(known) == truth(sandbox)
    monkeypatch.setattr(client, "PATIENCE", 0.05)
    sandbox.faults = faults.Fail(faults.is_usage, limits * 99)
    with pytest.raises(UnavailableError, match="HTTP 429"):
        ask(known)


def test_other_failures_are_tried_six_times_also_after_an_answer(
    sandbox: Sandbox,
) -> None:
    known = zencoder(sandbox)
    ask(known)
    sandbox.faults = faults.Fail(faults.is_usage, [faults.SERVER_ERROR] * 99)
    with pytest.raises(UnavailableError, match="after 6 attempts"):
        ask(known)


def test_a_login_that_keeps_failing_is_tried_six_times_in_all(
    sandbox: Sandbox,
) -> None:
    sandbox.faults = faults.Fail(faults.is_login, [faults.BAD_GATEWAY] * 99)
    with pytest.raises(AccessError, match=r"the login .* 6 attempts.*HTTP 502"):
        ask(zencoder(sandbox))
    assert [request.method for request in sandbox.requests] == ["POST"] * 6


def test_an_unreachable_host_is_named(sandbox: Sandbox) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        unreachable = zencoder(sandbox, api_url=f"http://127.0.0.1:{port}")
        with pytest.raises(
            UnavailableError, match=f"no connection to 127.0.0.1:{port}"
        ):
            ask(unreachable)


@pytest.mark.parametrize("fault", [faults.Hang(30), faults.Drip(0.3)])
def test_an_answer_that_hangs_or_drips_is_cut_off_at_the_timeout(
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    fault: faults.Fault,
) -> None:
    monkeypatch.setattr(client, "ATTEMPTS", 1)
    sandbox.faults = faults.Fail(faults.is_usage, [fault])
    started = time.monotonic()
    with pytest.raises(UnavailableError, match=r"no answer from .* within 1 s"):
        ask(zencoder(sandbox, request_timeout=1), UsageQuery("period", "90d"))
    assert time.monotonic() - started < 3


def again(piece: bytes, pause: float = 0) -> Callable[[socket.socket], None]:
    """Return what sends the same again and again, until nobody listens any more."""

    def send(connection: socket.socket) -> None:
        while True:
            connection.sendall(piece)
            time.sleep(pause)

    return send


def after(head: bytes, rest: bytes, pause: float) -> Callable[[socket.socket], None]:
    """Return what sends bytes at once, and others one by one with pauses."""

    def send(connection: socket.socket) -> None:
        connection.sendall(head)
        for byte in rest * 1000:
            connection.sendall(bytes([byte]))
            time.sleep(pause)

    return send


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
TRAILERS = CHUNKED + b"0\r\n"
TIMEOUT = 0.5
ENDLESS = {
    "102 now and then": again(b"HTTP/1.1 102 Processing\r\n\r\n", 0.1),
    "a flood of 100": again(b"HTTP/1.1 100 Continue\r\n\r\n" * 500),
    "a flood of 103": again(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 500),
    "a status line that drips": after(b"HTTP/1.1 2", b"0", 0.02),
    "headers that drip": after(OK, b"Link: </a>\r\n", 0.02),
    "headers of 103 that drip": after(b"HTTP/1.1 103 OK\r\n", b"Link: </a>\r\n", 0.02),
    "a body that drips": after(OK + b"Content-Length: 9999\r\n\r\n", b" ", 0.02),
    "a body without an end that drips": after(OK + b"\r\n", b" ", 0.02),
    "chunks that drip": after(CHUNKED, b"1\r\n \r\n", 0.02),
    "the size of a chunk that drips": after(CHUNKED, b"0", 0.02),
    "trailers that drip": after(TRAILERS, b"A: b\r\n", 0.02),
    "endless trailers": after(TRAILERS + b"A: b\r\n" * 10, b"A: b\r\n" * 99, 0),
    "a body that stops half-way": after(OK + b"Content-Length: 9\r\n\r\n{", b"", 0),
    "gzip that drips": after(
        OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"{}" * 9999), 0.02
    ),
}


@pytest.mark.parametrize("answer", ENDLESS.values(), ids=ENDLESS)
def test_everything_ends_by_the_timeout(
    answer: Callable[[socket.socket], None],
) -> None:
    known = Connection(user_agent="a test", timeout=TIMEOUT, at_once=1)
    started = time.monotonic()

    def hold(connection: socket.socket) -> None:
        answer(connection)
        connection.recv(1)  # until the other side closes it

    with server(hold) as address:
        with pytest.raises(TransientError, match=r"no answer from .* within 0.5 s"):
            known.send("GET", address)
        seconds = time.monotonic() - started
        known.close()
    assert TIMEOUT * 0.9 < seconds < TIMEOUT + 1


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 2\r\n\r\n{}",
        OK + b"Connection: close\r\n\r\n{}",
        b"HTTP/1.0 200 OK\r\n\r\n{}",
        CHUNKED + b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
        TRAILERS.replace(b"0\r\n", b"2\r\n{}\r\n0\r\n") + b"A: b\r\n\r\n",
        OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"{}", mtime=0),
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 OK\r\nA: b\r\n\r\n" * 9
        + OK
        + b"Content-Length: 2\r\n\r\n{}",
    ],
)
def test_a_body_is_read_whole_however_it_is_sent(answer: bytes) -> None:
    known = Connection(user_agent="a test", timeout=5, at_once=1)
    with server(lambda taken: taken.sendall(answer)) as address:
        found = known.send("GET", address)
        known.close()
    assert (found.status, found.body) == (200, b"{}")


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> trustme.CA:
    """Give an authority that is trusted."""
    authority = trustme.CA()
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    return authority


def encrypted(
    answer: Callable[[socket.socket], None], authority: trustme.CA, host: str
) -> Callable[[socket.socket], None]:
    """Return what answers in TLS, as a proxy if it is asked to be one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)

    def send(connection: socket.socket) -> None:
        if connection.recv(7, socket.MSG_PEEK) == b"CONNECT":
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(65536)
            answer(secure)

    return send


@pytest.mark.parametrize("by_proxy", [True, False])
@pytest.mark.parametrize("drips", [True, False])
def test_the_timeout_holds_in_tls_and_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch,
    authority: trustme.CA,
    *,
    by_proxy: bool,
    drips: bool,
) -> None:
    host = "zencoder.example" if by_proxy else "localhost"
    head = OK + b"Content-Length: 2\r\n"
    answer = (
        after(head, b"Link: </a>\r\n", 0.02)
        if drips
        else lambda taken: taken.sendall(head + b"\r\n{}")
    )
    known = Connection(user_agent="a test", timeout=1, at_once=1)
    with server(encrypted(answer, authority, host), reads=False) as address:
        started = time.monotonic()
        port = address.rpartition(":")[2]
        if by_proxy:
            for name in ("HTTPS_PROXY", "https_proxy"):
                monkeypatch.setenv(name, address)
            for name in ("NO_PROXY", "no_proxy"):
                monkeypatch.setenv(name, "")
        url = f"https://{host}" if by_proxy else f"https://{host}:{port}"
        if drips:
            with pytest.raises(TransientError, match="within 1 s"):
                known.send("GET", url)
            assert time.monotonic() - started < 2
        else:
            assert known.send("GET", url).body == b"{}"
        known.close()


def test_a_proxy_that_drips_its_own_answer_is_cut_off_at_the_timeout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = Connection(user_agent="a test", timeout=1, at_once=1)
    with server(after(OK, b"Link: </a>\r\n", 0.02)) as address:
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, address)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.setenv(name, "")
        started = time.monotonic()
        with pytest.raises(TransientError):
            known.send("GET", "https://zencoder.example")
        assert time.monotonic() - started < 2
        known.close()


def test_a_wait_gets_only_what_is_left_of_the_time() -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(OK + b"Content-Length: 9\r\n\r\n")
        time.sleep(0.9)
        connection.sendall(b"{")
        connection.recv(1)

    known = Connection(user_agent="a test", timeout=1, at_once=1)
    started = time.monotonic()
    with server(answer) as address:
        with pytest.raises(TransientError, match="within 1 s"):
            known.send("GET", address)
        seconds = time.monotonic() - started
        known.close()
    assert seconds < 1.6


def test_a_connection_that_is_used_again_has_the_whole_time_again(
    sandbox: Sandbox,
) -> None:
    sandbox.latency = 0.4
    known = zencoder(sandbox, request_timeout=1)
    assert [ask(known) for _ in range(4)] == [truth(sandbox)] * 4
    assert known.tally.retries == 0


def test_a_small_body_that_becomes_a_huge_one_is_refused_before_it_fills_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "LARGEST_BODY", 1 << 20)
    bomb = gzip.compress(bytes(64 << 20))
    known = Connection(user_agent="a test", timeout=10, at_once=1)
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    with server(lambda taken: taken.sendall(head + bomb)) as address:
        tracemalloc.start()
        try:
            with pytest.raises(RejectedError, match="larger than 1 MiB"):
                known.send("GET", address)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
            known.close()
    assert peak < 16 << 20


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_a_header_line_that_is_none_is_in_no_log(
    sandbox: Sandbox, run_tap: Callable[..., Any], level: str
) -> None:
    """The HTTP library logs it as a warning, with what it holds."""
    answer = OK.replace(b"200 OK", b"405 No") + b"a token of ours\r\nA: b\r\n\r\n"
    with server(lambda taken: taken.sendall(answer)) as address:
        settings = {**sandbox.settings(), "api_url": address, "concurrency": 1}
        run = run_tap(settings, TAP_ZENCODER_LOGLEVEL=level)
    assert run.status == 1
    assert "HTTP 405" in run.errors[0]
    assert "a token of ours" not in run.log
    assert "urllib3" not in run.log


@contextlib.contextmanager
def server(
    answer: Callable[[socket.socket], None], *, reads: bool = True
) -> Iterator[str]:
    """Serve each connection with a function that writes bytes; give the address.

    The request is read before, or left to the function.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                with contextlib.suppress(OSError):
                    connection, _ = listening.accept()
                    connection.settimeout(5)
                    with connection:
                        if reads:
                            connection.recv(65536)
                        answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            over.set()
            thread.join()


@pytest.mark.parametrize(
    "answer",
    [
        b"\x00\xff\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_what_is_no_http_is_tried_again_and_then_an_error(
    sandbox: Sandbox,
    answer: bytes,
) -> None:
    with (
        server(lambda connection: connection.sendall(answer)) as address,
        pytest.raises(UnavailableError, match=r"the connection to .* broke"),
    ):
        ask(zencoder(sandbox, api_url=address))


def test_the_body_of_a_redirect_is_not_read(sandbox: Sandbox) -> None:
    def answer(connection: socket.socket) -> None:
        head = b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 9\r\n\r\n"
        connection.sendall(head)
        time.sleep(0.5)

    started = time.monotonic()
    with (
        server(answer) as address,
        pytest.raises(RejectedError, match=r"redirect \(HTTP 302\)"),
    ):
        ask(zencoder(sandbox, api_url=address))
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("place", [b"http://[bad", b"\xff", b"//x", b""])
def test_wherever_a_redirect_leads_it_is_refused(
    sandbox: Sandbox,
    place: bytes,
) -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: " + place
    answer = head + b"\r\nContent-Length: 0\r\n\r\n"
    with (
        server(lambda connection: connection.sendall(answer)) as address,
        pytest.raises(AccessError, match=r"redirect \(HTTP 302\)"),
    ):
        ask(zencoder(sandbox, auth_url=address))


def test_an_answer_that_drips_fast_enough_is_read(sandbox: Sandbox) -> None:
    sandbox.faults = faults.Fail(faults.is_usage, [faults.Drip(0.001)])
    assert ask(zencoder(sandbox)) == truth(sandbox)


@pytest.mark.parametrize("status", [100, 102, 103])
@pytest.mark.parametrize("matching", [faults.is_usage, faults.is_login])
def test_an_answer_may_be_announced(
    sandbox: Sandbox, matching: Callable[[Request], bool], status: int
) -> None:
    """Proxies send 103 Early Hints, and 102 while the server is busy."""
    sandbox.faults = faults.Fail(matching, [faults.Announce(status)] * 2)
    known = zencoder(sandbox)
    assert [ask(known), ask(known)] == [truth(sandbox)] * 2
    assert known.tally.retries == 0


SAID = b'{"status":"error","message":"Nothing here"}'


@pytest.mark.parametrize(
    ("fault", "absent"),
    [
        (faults.Respond(404, SAID), True),
        (faults.Respond(204), True),
        (faults.Respond(200, b"null"), True),
        (faults.Respond(200, b'{"status":"success","data":{}}'), True),
        (faults.Respond(400), False),
        (faults.Respond(406), False),
        (faults.Respond(410, SAID), False),
        (faults.Respond(422), False),
    ],
    ids=str,
)
def test_a_day_without_an_answer_is_asked_for_twice(
    sandbox: Sandbox, fault: faults.Fault, *, absent: bool
) -> None:
    known = zencoder(sandbox)
    sandbox.faults = faults.Fail(faults.is_usage, [fault])
    assert ask(known) == truth(sandbox)
    sandbox.requests.clear()
    sandbox.faults = faults.Fail(faults.is_usage, [fault] * 99)
    with pytest.raises(NoAnswerError) as error:
        ask(known)
    assert error.value.absent is absent
    assert len(sandbox.requests) == 2
    assert known.tally.retries == 0


@pytest.mark.parametrize(
    "fault",
    [
        faults.EMPTY,
        faults.Respond(404),
        faults.Respond(404, b"<html>Not found</html>"),
        faults.Respond(200, b"{}"),
        faults.Respond(200, SAID),
        faults.Respond(200, b"\x8b\x02\x80", (("Content-Encoding", "br"),)),
        faults.Respond(
            200, gzip.compress(b"", mtime=0), (("Content-Encoding", "gzip"),)
        ),
    ],
    ids=str,
)
def test_what_is_not_the_api_speaking_is_tried_six_times(
    sandbox: Sandbox, fault: faults.Fault
) -> None:
    known = zencoder(sandbox)
    sandbox.faults = faults.Fail(faults.is_usage, [fault] * 2)
    assert ask(known) == truth(sandbox)
    sandbox.requests.clear()
    sandbox.faults = faults.Fail(faults.is_usage, [fault] * 99)
    with pytest.raises(UnavailableError, match="after 6 attempts"):
        ask(known)
    assert len(sandbox.requests) == 6


@pytest.mark.parametrize("body", [b"", SAID, b"<html>Forbidden</html>"])
def test_a_403_is_an_error_at_once_and_nothing_is_probed(
    sandbox: Sandbox, body: bytes
) -> None:
    sandbox.faults = faults.Fail(faults.is_usage, [faults.Respond(403, body)] * 99)
    with pytest.raises(AccessError, match="Owner or Manager role"):
        ask(zencoder(sandbox))
    assert [request.method for request in sandbox.requests] == ["POST", "GET"]


@pytest.mark.parametrize(
    "fault",
    [
        faults.Respond(403, b"", (("Retry-After", "0"),)),
        faults.Respond(403, b'{"message":"API rate limit exceeded"}'),
    ],
    ids=str,
)
def test_a_403_that_is_a_limit_is_tried_again(
    sandbox: Sandbox, fault: faults.Fault
) -> None:
    sandbox.faults = faults.Fail(faults.is_usage, [fault] * 2)
    assert ask(zencoder(sandbox)) == truth(sandbox)


def test_file_descriptors_that_have_run_out_are_named(sandbox: Sandbox) -> None:
    known = zencoder(sandbox)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        with pytest.raises(ExhaustedError, match="no file descriptors"):
            ask(known)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert known.tally.retries == 0


def test_a_rejected_request_is_not_repeated(sandbox: Sandbox) -> None:
    sandbox.faults = faults.Fail(faults.is_usage, [faults.Respond(405, SAID)] * 99)
    with pytest.raises(RejectedError, match="HTTP 405: Nothing here"):
        ask(zencoder(sandbox))
    assert len([r for r in sandbox.requests if faults.is_usage(r)]) == 1


def test_a_question_that_the_api_does_not_know_is_reported_in_its_words(
    sandbox: Sandbox,
) -> None:
    with pytest.raises(RejectedError, match="Period has to be one of 7d"):
        ask(zencoder(sandbox), UsageQuery("period", "8d"))


def test_a_body_beyond_the_limit_is_refused_by_name(
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "LARGEST_BODY", 1024)
    with pytest.raises(RejectedError, match="larger than"):
        ask(zencoder(sandbox), UsageQuery("period", "90d"))


def test_a_pause_the_server_asks_for_holds_every_worker_back(sandbox: Sandbox) -> None:
    arrivals: list[float] = []
    throttled = threading.Event()

    def throttle_once(request: Request) -> faults.Fault | None:
        if request.method == "POST":
            return None
        arrivals.append(time.monotonic())
        if throttled.is_set():
            return None
        throttled.set()
        return faults.throttled("1")

    sandbox.faults = throttle_once
    fetch = zencoder(sandbox).report
    refused = threading.Thread(target=fetch, args=[QUERY])
    refused.start()
    throttled.wait()
    time.sleep(0.2)
    fetch(UsageQuery("day", str(DAY - timedelta(days=1))))
    refused.join()
    assert min(arrivals[1:]) - arrivals[0] >= 0.95


def test_an_api_key_needs_no_login(sandbox: Sandbox) -> None:
    key_only = {"client_id": None, "client_secret": None, "api_key": API_KEY}
    assert ask(zencoder(sandbox, **key_only)) == truth(sandbox)
    assert sandbox.logins == 0


def test_a_wrong_api_key_is_refused_at_once(sandbox: Sandbox) -> None:
    wrong = {"client_id": None, "client_secret": None, "api_key": "zak_live_wrong"}
    with pytest.raises(AccessError, match="HTTP 401"):
        ask(zencoder(sandbox, **wrong))
    assert len(sandbox.requests) == 1


def test_a_wrong_secret_is_refused_at_the_login(sandbox: Sandbox) -> None:
    with pytest.raises(AccessError, match="Invalid authentication"):
        ask(zencoder(sandbox, client_secret="wrong"))
    assert [request.method for request in sandbox.requests] == ["POST"]


def at_once(fetch: Callable[[UsageQuery], object], days: list[UsageQuery]) -> None:
    """Ask for each day in its own thread."""
    threads = [threading.Thread(target=fetch, args=[day]) for day in days]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_revoked_token_is_renewed_once_by_many_workers(sandbox: Sandbox) -> None:
    known = zencoder(sandbox, concurrency=16)
    days = [UsageQuery("day", str(TODAY - timedelta(days=n))) for n in range(1, 17)]
    fetch = known.report
    fetch(QUERY)
    sandbox.revoke_tokens()
    at_once(fetch, days)
    assert sandbox.logins == 2
    answered = {r.query["day"] for r in sandbox.requests if faults.is_usage(r)}
    assert answered >= {day.value for day in days}


def test_a_token_that_is_refused_even_when_fresh_is_an_error(sandbox: Sandbox) -> None:
    revoked = faults.Respond(401, b'{"status":"error","message":"Unauthorized"}')
    sandbox.faults = faults.Fail(faults.is_usage, [revoked] * 99)
    with pytest.raises(AccessError, match="HTTP 401"):
        ask(zencoder(sandbox))
    assert [r.method for r in sandbox.requests] == ["POST", "GET", "POST", "GET"]


def test_a_token_that_expires_is_renewed_once_by_many_workers(
    sandbox: Sandbox,
) -> None:
    sandbox.token_lifetime = 1
    known = zencoder(sandbox, concurrency=16)
    days = [UsageQuery("day", str(TODAY - timedelta(days=n))) for n in range(1, 17)]
    fetch = known.report
    fetch(QUERY)
    time.sleep(1)
    sandbox.token_lifetime = 3600
    at_once(fetch, days)
    assert sandbox.logins == 2


def test_a_token_that_has_expired_is_not_sent(sandbox: Sandbox) -> None:
    sandbox.token_lifetime = 1
    known = zencoder(sandbox)
    ask(known)
    time.sleep(1)
    sandbox.requests.clear()
    assert ask(known) == truth(sandbox)
    assert [request.method for request in sandbox.requests] == ["POST", "GET"]


def test_redirects_carry_no_credentials_anywhere(
    sandbox: Sandbox,
    organisation: Any,
) -> None:
    with type(sandbox)(organisation) as elsewhere:
        target = (("Location", elsewhere.api_url + "/api/v1/data/usage"),)
        redirect = faults.Respond(307, b"", target)
        for matching in (faults.is_usage, faults.is_login):
            sandbox.faults = faults.Fail(matching, [redirect])
            with pytest.raises(ZencoderError, match="redirect"):
                ask(zencoder(sandbox))
        assert elsewhere.requests == []


def test_credentials_of_a_netrc_file_are_never_sent(
    sandbox: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login someone password something\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert ask(zencoder(sandbox)) == truth(sandbox)


def test_a_proxy_that_is_not_there_is_named(
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://someone:something@127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")
    elsewhere = zencoder(sandbox, auth_url="https://zencoder.invalid/oauth/token")
    with pytest.raises(AccessError, match="no way through the proxy") as error:
        ask(elsewhere)
    assert "something" not in str(error.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_what_is_on_this_machine_goes_through_no_proxy(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")
    urls = {
        name: url.replace("127.0.0.1", host)
        for name, url in sandbox.settings().items()
        if name.endswith("_url")
    }
    assert ask(zencoder(sandbox, **urls)) == truth(sandbox)


@pytest.mark.parametrize("proxy", ["http://u:p@", "http://[bad", "gopher://x:1"])
def test_a_proxy_that_is_none_is_an_error_of_the_setup(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, proxy)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")
    elsewhere = zencoder(sandbox, auth_url="https://zencoder.invalid/oauth/token")
    with pytest.raises(NetworkError, match="proxy cannot be understood"):
        ask(elsewhere)


def test_a_server_with_an_unknown_certificate_is_refused(sandbox: Sandbox) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def shake_hands() -> None:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                context.wrap_socket(connection, server_side=True)

        hand = threading.Thread(target=shake_hands)
        hand.start()
        with pytest.raises(NetworkError, match=f"certificate of localhost:{port}"):
            ask(zencoder(sandbox, api_url=f"https://localhost:{port}"))
        hand.join()
