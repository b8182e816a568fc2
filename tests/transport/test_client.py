"""Faults on the way, over real HTTP. `tests/test_cli.py` shows what a user reads."""

from __future__ import annotations

import gzip
import resource
import threading
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.runs import TODAY

from tap_zencoder.api import rows
from tap_zencoder.api.reports import UsageQuery
from tap_zencoder.errors import (
    AccessError,
    ExhaustedError,
    NoAnswerError,
    RejectedError,
    UnavailableError,
    ZencoderError,
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


def test_a_connection_that_is_used_again_has_the_whole_time_again(
    sandbox: Sandbox,
) -> None:
    sandbox.latency = 0.4
    known = zencoder(sandbox, request_timeout=1)
    assert [ask(known) for _ in range(4)] == [truth(sandbox)] * 4
    assert known.tally.retries == 0


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
