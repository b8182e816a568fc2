"""One request: how long it may take, how much it may be, and where it goes."""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
import threading
import time
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from tap_zencoder.errors import NetworkError, RejectedError, TransientError
from tap_zencoder.transport import connection
from tap_zencoder.transport.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tap_zencoder.api.responses import Response
    from tap_zencoder.sandbox import Sandbox

    Answer = Callable[[socket.socket], None]

# Of proxies, both spellings count, and loopback addresses may be left out.
PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
EXCEPTIONS = ("NO_PROXY", "no_proxy")
TIMEOUT = 0.5
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
TRAILERS = CHUNKED + b"0\r\n"


def send(url: str, timeout: float = TIMEOUT) -> Response:
    """Send one request, and return the response."""
    known = Connection(user_agent="a test", timeout=timeout, at_once=1)
    try:
        return known.send("GET", url)
    finally:
        known.close()


@contextlib.contextmanager
def cut_off_after(seconds: float) -> Iterator[None]:
    """Hold that a request ends with an error of the timeout, and when."""
    started = time.monotonic()
    with pytest.raises(TransientError, match=rf"within {seconds:g} s"):
        yield
    assert seconds * 0.9 < time.monotonic() - started < seconds + 1


@contextlib.contextmanager
def server(answer: Answer, *, reads: bool = True) -> Iterator[str]:
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


def again(piece: bytes, pause: float = 0) -> Answer:
    """Return what sends the same again and again, until nobody listens any more."""

    def send(connection: socket.socket) -> None:
        while True:
            connection.sendall(piece)
            time.sleep(pause)

    return send


def after(head: bytes, rest: bytes, pause: float) -> Answer:
    """Return what sends bytes at once, and others one by one with pauses."""

    def send(connection: socket.socket) -> None:
        connection.sendall(head)
        for byte in rest * 1000:
            connection.sendall(bytes([byte]))
            time.sleep(pause)

    return send


ENDLESS: dict[str, Answer] = {
    "102 now and then": again(b"HTTP/1.1 102 Processing\r\n\r\n", 0.1),
    "a flood of 103": again(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 500),
    "a status line that drips": after(b"HTTP/1.1 2", b"0", 0.02),
    "headers that drip": after(OK, b"Link: </a>\r\n", 0.02),
    "headers of 103 that drip": after(b"HTTP/1.1 103 OK\r\n", b"Link: </a>\r\n", 0.02),
    "a body that drips": after(OK + b"Content-Length: 9999\r\n\r\n", b" ", 0.02),
    "a body without an end that drips": after(OK + b"\r\n", b" ", 0.02),
    "chunks that drip": after(CHUNKED, b"1\r\n \r\n", 0.02),
    "the size of a chunk that drips": after(CHUNKED, b"0", 0.02),
    "trailers that drip": after(TRAILERS, b"A: b\r\n", 0.02),
    "a body that stops half-way": after(OK + b"Content-Length: 9\r\n\r\n{", b"", 0),
    "gzip that drips": after(
        OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"{}" * 9999), 0.02
    ),
}


@pytest.mark.parametrize("answer", ENDLESS.values(), ids=ENDLESS)
def test_everything_ends_by_the_timeout(answer: Answer) -> None:
    with server(held(answer)) as address, cut_off_after(TIMEOUT):
        send(address)


FLOODS: dict[str, Answer] = {
    "100": again(b"HTTP/1.1 100 Continue\r\n\r\n" * 500),
    "trailers": after(TRAILERS + b"A: b\r\n" * 10, b"A: b\r\n" * 99, 0),
}


@pytest.mark.parametrize("answer", FLOODS.values(), ids=FLOODS)
def test_a_flood_ends_by_the_timeout_or_where_python_has_had_enough(
    answer: Answer,
) -> None:
    """Newer releases of Python read no more than a hundred of either."""
    started = time.monotonic()
    with server(held(answer)) as address, pytest.raises(TransientError):
        send(address)
    assert time.monotonic() - started < TIMEOUT + 1


def held(answer: Answer) -> Answer:
    """Return what answers, and then waits until the other side closes."""

    def hold(connection: socket.socket) -> None:
        answer(connection)
        connection.recv(1)

    return hold


def test_a_wait_gets_only_what_is_left_of_the_time() -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(OK + b"Content-Length: 9\r\n\r\n")
        time.sleep(0.9)
        connection.sendall(b"{")
        connection.recv(1)

    started = time.monotonic()
    with server(answer) as address, cut_off_after(1):
        send(address, timeout=1)
    assert time.monotonic() - started < 1.6


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
    with server(lambda taken: taken.sendall(answer)) as address:
        found = send(address, timeout=5)
    assert (found.status, found.body) == (200, b"{}")


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> trustme.CA:
    """Give an authority that is trusted."""
    authority = trustme.CA()
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    return authority


def encrypted(answer: Answer, authority: trustme.CA, host: str) -> Answer:
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


def use_proxy(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    for name in PROXIES:
        monkeypatch.setenv(name, address)
    for name in EXCEPTIONS:
        monkeypatch.setenv(name, "")


@pytest.mark.parametrize("by_proxy", [True, False], ids=["by a proxy", "directly"])
@pytest.mark.parametrize("drips", [True, False], ids=["drips", "in time"])
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
    with server(encrypted(answer, authority, host), reads=False) as address:
        url = f"https://{host}:{address.rpartition(':')[2]}"
        if by_proxy:
            use_proxy(monkeypatch, address)
            url = f"https://{host}"
        if drips:
            with cut_off_after(1):
                send(url, timeout=1)
        else:
            assert send(url, timeout=1).body == b"{}"


def test_a_proxy_that_drips_its_own_answer_is_cut_off_at_the_timeout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with server(after(OK, b"Link: </a>\r\n", 0.02)) as address:
        use_proxy(monkeypatch, address)
        started = time.monotonic()
        with pytest.raises(TransientError):
            send("https://zencoder.example")
        assert time.monotonic() - started < TIMEOUT + 1


def test_a_compressed_bomb_is_refused_in_little_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "LARGEST_BODY", 1 << 20)
    bomb = gzip.compress(bytes(64 << 20))
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    with server(lambda taken: taken.sendall(head + bomb)) as address:
        tracemalloc.start()
        try:
            with pytest.raises(RejectedError, match="larger than 1 MiB"):
                send(address, timeout=10)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 16 << 20


@pytest.mark.parametrize(
    "answer",
    [
        b"\x00\xff\r\n\r\n",
        OK + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\n{}",
        OK + b"A: b\r\n" * 1000 + b"\r\n",
        CHUNKED + b"zz\r\n",
        OK + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_what_is_no_http_may_pass(answer: bytes) -> None:
    with (
        server(lambda taken: taken.sendall(answer)) as address,
        pytest.raises(TransientError, match=r"the connection to .* broke"),
    ):
        send(address)


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


@pytest.mark.parametrize("place", [b"http://[bad", b"\xff", b"//x", b"/", b""])
def test_a_redirect_is_neither_followed_nor_read(place: bytes) -> None:
    def answer(taken: socket.socket) -> None:
        head = b"HTTP/1.1 302 Found\r\nLocation: " + place
        taken.sendall(head + b"\r\nContent-Length: 9\r\n\r\n")
        taken.recv(1)  # and no body ever comes

    with server(answer) as address:
        assert send(address, timeout=5).status == 302


def test_a_host_that_nothing_listens_on_is_named() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(TransientError, match=f"no connection to {place}"):
            send(f"http://{place}")


def test_a_host_that_does_not_exist_is_named() -> None:
    with pytest.raises(TransientError, match=r"zencoder\.invalid .* resolved"):
        send("https://zencoder.invalid", timeout=5)


def test_a_proxy_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    use_proxy(monkeypatch, "http://someone:something@127.0.0.1:9")
    with pytest.raises(TransientError, match="no way through the proxy") as error:
        send("https://zencoder.invalid")
    assert "something" not in str(error.value)


@pytest.mark.parametrize("proxy", ["http://u:p@", "http://[bad", "gopher://x:1"])
def test_a_proxy_that_is_none_is_an_error_of_the_setup(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    use_proxy(monkeypatch, proxy)
    with pytest.raises(NetworkError, match="proxy cannot be understood"):
        send("https://zencoder.invalid")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_what_is_on_this_machine_goes_through_no_proxy(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    use_proxy(monkeypatch, "http://127.0.0.1:9")
    for name in ("ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    answer = OK + b"Content-Length: 2\r\n\r\n{}"
    with server(lambda taken: taken.sendall(answer)) as address:
        assert send(address.replace("127.0.0.1", host), timeout=5).body == b"{}"


def test_a_server_with_an_unknown_certificate_is_refused() -> None:
    nobody_trusts = encrypted(lambda _: None, trustme.CA(), "localhost")
    with server(nobody_trusts, reads=False) as address:
        place = address.removeprefix("http://").replace("127.0.0.1", "localhost")
        with pytest.raises(NetworkError, match=f"certificate of {place}"):
            send(f"https://{place}")
