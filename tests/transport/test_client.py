"""Faults on the way, over real HTTP. `tests/test_cli.py` shows what a user reads."""

from __future__ import annotations

import contextlib
import email.utils
import resource
import socket
import ssl
import threading
import time
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from support.runs import TODAY

from tap_zencoder.api import rows
from tap_zencoder.api.reports import UsageQuery
from tap_zencoder.errors import (
    AuthenticationError,
    BodyTooLargeError,
    CertificateError,
    DayEmptyError,
    DayRefusedError,
    ExhaustedError,
    NetworkSetupError,
    RequestRejectedError,
    UnavailableError,
)
from tap_zencoder.sandbox import faults
from tap_zencoder.sandbox.service import API_KEY
from tap_zencoder.tap import TapZencoder
from tap_zencoder.transport import client, connection
from tap_zencoder.transport.client import Client

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


def test_a_login_that_keeps_failing_is_tried_six_times_in_all(
    sandbox: Sandbox,
) -> None:
    sandbox.faults = faults.Fail(faults.is_login, [faults.BAD_GATEWAY] * 99)
    with pytest.raises(UnavailableError, match=r"the login .* 6 attempts.*HTTP 502"):
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


@contextlib.contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve each connection with a function that writes bytes; give the address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                with contextlib.suppress(OSError):
                    connection, _ = listening.accept()
                    connection.settimeout(5)
                    with connection:
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
        pytest.raises(RequestRejectedError, match=r"redirect \(HTTP 302\)"),
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
        pytest.raises(RequestRejectedError, match=r"redirect \(HTTP 302\)"),
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


@pytest.mark.parametrize("status", [200, 204, 404, 400, 410])
def test_a_day_without_an_answer_is_asked_for_twice(
    sandbox: Sandbox, status: int
) -> None:
    fault = faults.Respond(status)
    sandbox.faults = faults.Fail(faults.is_usage, [fault])
    assert ask(zencoder(sandbox)) == truth(sandbox)
    sandbox.faults = faults.Fail(faults.is_usage, [fault] * 2)
    with pytest.raises((DayEmptyError, DayRefusedError)):
        ask(zencoder(sandbox))


@pytest.mark.parametrize("name", ["X-RateLimit-Reset", "RateLimit-Reset"])
@pytest.mark.parametrize("is_moment", [True, False])
def test_the_end_of_a_limit_is_a_pause(
    sandbox: Sandbox, name: str, *, is_moment: bool
) -> None:
    reset = str(time.time() + 1) if is_moment else "1"
    limit = faults.Respond(429, b"{}", ((name, reset),))
    sandbox.faults = faults.Fail(faults.is_usage, [limit])
    started = time.monotonic()
    assert ask(zencoder(sandbox)) == truth(sandbox)
    assert 0.5 < time.monotonic() - started < 5


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
    with pytest.raises(RequestRejectedError, match="Period has to be one of 7d"):
        ask(zencoder(sandbox), UsageQuery("period", "8d"))
    assert len([r for r in sandbox.requests if faults.is_usage(r)]) == 1


def test_a_body_beyond_the_limit_is_refused_by_name(
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "LARGEST_BODY", 1024)
    with pytest.raises(BodyTooLargeError):
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


def test_a_pause_may_be_asked_for_as_a_date(sandbox: Sandbox) -> None:
    resume = datetime.now(UTC) + timedelta(seconds=2)
    stamp = email.utils.format_datetime(resume, usegmt=True)
    sandbox.faults = faults.Fail(faults.is_usage, [faults.throttled(stamp)])
    assert ask(zencoder(sandbox)) == truth(sandbox)
    assert datetime.now(UTC) >= resume.replace(microsecond=0)


def test_an_api_key_needs_no_login(sandbox: Sandbox) -> None:
    key_only = {"client_id": None, "client_secret": None, "api_key": API_KEY}
    assert ask(zencoder(sandbox, **key_only)) == truth(sandbox)
    assert sandbox.logins == 0


def test_a_wrong_api_key_is_refused_at_once(sandbox: Sandbox) -> None:
    wrong = {"client_id": None, "client_secret": None, "api_key": "zak_live_wrong"}
    with pytest.raises(AuthenticationError, match="HTTP 401"):
        ask(zencoder(sandbox, **wrong))
    assert len(sandbox.requests) == 1


def test_a_wrong_secret_is_refused_at_the_login(sandbox: Sandbox) -> None:
    with pytest.raises(AuthenticationError, match="Invalid authentication"):
        ask(zencoder(sandbox, client_secret="wrong"))
    assert [request.method for request in sandbox.requests] == ["POST"]


def at_once(fetch: Callable[[UsageQuery], object], days: list[UsageQuery]) -> None:
    """Ask for each day in a thread of its own."""
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
    with pytest.raises(AuthenticationError, match="HTTP 401"):
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
            with pytest.raises(RequestRejectedError, match="redirect"):
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
    with pytest.raises(UnavailableError, match="no way through the proxy") as error:
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
    with pytest.raises(NetworkSetupError, match="proxy cannot be understood"):
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
        with pytest.raises(CertificateError, match=f"certificate of localhost:{port}"):
            ask(zencoder(sandbox, api_url=f"https://localhost:{port}"))
        hand.join()
