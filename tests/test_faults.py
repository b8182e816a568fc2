"""Faults in random mixtures, over whole syncs: what succeeds is the truth, and what
fails has promised nothing that is not there."""

from __future__ import annotations

import email.utils
import random
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from support.expected import FORTNIGHT, expected
from support.runs import KEYS, STREAMS, Run, Table, bookmarks

from tap_zencoder.days import Window
from tap_zencoder.sandbox import faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_zencoder.sandbox import Request, Sandbox

    RunTap = Callable[..., Run]


def throttled_until_a_date() -> faults.Fault:
    """Ask for a pause until a moment of the next second."""
    moment = datetime.now(UTC) + timedelta(seconds=1)
    return faults.throttled(email.utils.format_datetime(moment, usegmt=True))


MENU: list[faults.Fault | Callable[[], faults.Fault]] = [
    faults.SERVER_ERROR,
    faults.BAD_GATEWAY,
    faults.SERVICE_UNAVAILABLE,
    faults.REQUEST_TIMEOUT,
    faults.throttled(),
    faults.throttled("0"),
    faults.throttled("0.1"),
    faults.throttled("Tue, 10 Mar 2026 12:00:30 GMT"),
    throttled_until_a_date,
    faults.throttled("whenever"),
    faults.NOT_JSON,
    faults.Truncate(0),
    faults.Truncate(0.5),
    faults.Truncate(0.99),
    faults.Reset(),
    faults.Delay(0.05),
    faults.Hang(3),
    faults.Drip(0.3),
    faults.Respond(401, b'{"status":"error","message":"Unauthorized"}'),
]


class Mixture:
    """A plan: each request may fail in any way, and some days fail for good."""

    def __init__(self, sandbox: Sandbox, seed: int) -> None:
        self._sandbox = sandbox
        self._dice = random.Random(seed)  # noqa: S311  # repeatable on purpose
        self._rate = self._dice.choice([0.05, 0.2, 0.4])
        self._lost = self._dice.random() < 0.4
        self._hopeless = self._dice.choice(list(FORTNIGHT)).isoformat()
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> faults.Fault | None:
        with self._lock:
            chance, choice = self._dice.random(), self._dice.choice(MENU)
            revoked = self._dice.random() < 0.05
        if revoked:
            self._sandbox.revoke_tokens()
        if self._lost and request.query.get("day") == self._hopeless:
            return faults.SERVER_ERROR
        fault = choice() if callable(choice) else choice
        if request.method == "POST" and isinstance(fault, faults.Respond):
            fault = fault if fault.status != 401 else faults.BAD_GATEWAY
        return fault if chance < self._rate else None


def missing(table: Table, truth: dict[str, list[Any]]) -> list[tuple[str, Any]]:
    """Return the rows that a table's state promises and that it does not have."""
    promised = bookmarks(table.state) if table.state else {}
    return [
        (stream, row)
        for stream, reached in promised.items()
        for row in truth[stream]
        if row["day"] <= reached and stream != "period_summaries"
        if table.rows.get((stream, *(row[key] for key in KEYS[stream]))) != row
    ]


def test_a_mixture_of_faults_loses_nothing(
    run_tap: RunTap,
    sandbox: Sandbox,
    seed: int,
) -> None:
    truth = expected(sandbox.organisation, FORTNIGHT)
    settings = {
        **sandbox.settings(),
        "start_date": FORTNIGHT.first.isoformat(),
        "request_timeout": 1,
        "lookback_days": 0,
    }
    table = Table()
    sandbox.faults = Mixture(sandbox, seed)
    run = run_tap(settings)
    table.load(run.output)
    assert missing(table, truth) == []
    if run.status == 0:
        for stream in STREAMS:
            assert run.records(stream) == truth[stream]
    else:
        assert run.status == 1
        assert len(run.errors) == 1
        assert "Traceback" not in run.log
    sandbox.faults = None
    healthy = run_tap(settings, state=table.state)
    assert healthy.status == 0
    table.load(healthy.output)
    assert missing(table, truth) == []
    assert bookmarks(table.state or {})["users"] == FORTNIGHT.last.isoformat()


def test_a_token_that_is_revoked_again_and_again_stops_nothing(
    run_tap: RunTap,
    sandbox: Sandbox,
) -> None:
    def revoke_now_and_then(request: Request) -> None:
        # Far apart: a request that is refused twice is an error, however slow it was.
        if request.number % 50 == 0:
            sandbox.revoke_tokens()

    sandbox.faults = revoke_now_and_then
    window = Window(FORTNIGHT.first - timedelta(days=120), FORTNIGHT.last)
    start = window.first.isoformat()
    run = run_tap({**sandbox.settings(), "start_date": start, "concurrency": 4})
    assert run.status == 0
    assert sandbox.logins > 2
    assert run.records("users") == expected(sandbox.organisation, window)["users"]
