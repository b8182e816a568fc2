"""A sync is one pass over its days: what is written when, and what stops what."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support import logs
from support.expected import FORTNIGHT, expected
from support.runs import DAY_STREAMS, STREAMS, TODAY, Run, bookmarks

from tap_zencoder.sandbox import faults
from tap_zencoder.tap import TapZencoder

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_zencoder.sandbox import Request, Sandbox

    RunTap = Callable[..., Run]

EMPTY_STATE: dict[str, Any] = {"bookmarks": {}}
DAYS = list(FORTNIGHT)
BROKEN = DAYS[6]
BEFORE = (BROKEN - timedelta(days=1)).isoformat()


def kinds(run: Run) -> list[tuple[str, str]]:
    """Return each message as its type, and its stream or the day of `users`."""
    return [
        (m["type"], m.get("stream") or bookmarks(m["value"]).get("users", ""))
        for m in run.messages
    ]


def test_schemas_and_a_state_come_before_the_first_record(
    run_tap: RunTap, fortnight: dict[str, Any]
) -> None:
    run = run_tap(fortnight)
    assert kinds(run)[: len(STREAMS) + 1] == [
        *(("SCHEMA", stream) for stream in STREAMS),
        ("STATE", ""),
    ]
    assert run.states[0] == EMPTY_STATE


def test_the_first_state_says_what_was_loaded_before(
    run_tap: RunTap, fortnight: dict[str, Any]
) -> None:
    before = run_tap(fortnight).states[-1]
    assert run_tap(fortnight, state=before).states[0] == before


def test_the_rows_of_a_day_come_together_and_one_state_follows_them(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    run = run_tap(fortnight)
    days: list[list[dict[str, Any]]] = [[]]
    for message in run.messages[len(STREAMS) + 1 :]:
        days[-1].append(message)
        if message["type"] == "STATE":
            days.append([])
    assert days.pop() == []
    summaries, *of_days = days
    assert {m["stream"] for m in summaries[:-1]} == {"period_summaries"}
    truth = expected(sandbox.organisation, FORTNIGHT)
    for day, messages in zip(DAYS, of_days, strict=True):
        *records, state = messages
        assert [(m["stream"], m["record"]) for m in records] == [
            (stream, row)
            for stream in DAY_STREAMS
            for row in truth[stream]
            if row["day"] == day.isoformat()
        ]
        reached = bookmarks(state["value"])
        assert {reached[stream] for stream in DAY_STREAMS} == {day.isoformat()}


def test_summaries_are_asked_for_with_the_first_days(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    sandbox.latency = 0.1
    run_tap({**fortnight, "concurrency": 4})
    first = [set(r.query) for r in sandbox.requests if r.method == "GET"][:4]
    assert first.count({"period"}) == 3
    assert first.count({"day"}) == 1


@pytest.mark.parametrize(
    ("wrong", "status"),
    [({"client_secret": "wrong-secret"}, 401), ({"api_key": "wrong-key"}, 401)],
    ids=["client credentials", "an API key"],
)
def test_wrong_credentials_make_no_tables(
    run_tap: RunTap, fortnight: dict[str, Any], wrong: dict[str, str], status: int
) -> None:
    if "api_key" in wrong:
        fortnight = {k: v for k, v in fortnight.items() if not k.startswith("client")}
    run = run_tap({**fortnight, **wrong})
    assert run.status == 1
    assert f"HTTP {status}" in run.errors[0]
    assert run.output == b""


def broken(path: list[str], value: Any) -> Callable[[dict[str, Any], Request], Any]:
    """Return what puts a value into the answer for one day, at a path."""

    def answer(envelope: dict[str, Any], request: Request) -> dict[str, Any]:
        if request.query.get("day") == BROKEN.isoformat():
            place: Any = envelope
            for step in path[:-1]:
                place = place[int(step)] if step.isdigit() else place[step]
            place[path[-1]] = value
        return envelope

    return answer


@pytest.mark.parametrize(
    ("path", "value", "stopped"),
    [
        ("data.users.0.messages", "many", {"users"}),
        ("data.users", 7, {"users"}),
        ("data.daily.0.messages", "many", {"daily"}),
        ("data.daily.0.ides.0.engaged_users", None, {"daily", "daily_ides"}),
        ("data.daily.0.languages", 7, {"daily", "daily_languages"}),
        ("data.daily", 7, {"daily", "daily_ides", "daily_languages"}),
    ],
)
def test_a_wrong_value_stops_the_streams_that_load_it_and_no_other(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
    path: str,
    value: Any,
    stopped: set[str],
) -> None:
    sandbox.answers = broken(path.split("."), value)
    run = run_tap(fortnight)
    assert run.status == 1
    [error] = run.errors
    for stream in stopped:
        assert stream in error
    assert f"before {BROKEN}: The answer for day {BROKEN} breaks" in error
    truth = expected(sandbox.organisation, FORTNIGHT)
    reached = bookmarks(run.states[-1])
    for stream in DAY_STREAMS:
        last = BEFORE if stream in stopped else DAYS[-1].isoformat()
        assert reached[stream] == last
        due = [row for row in truth[stream] if row["day"] <= last]
        assert run.records(stream) == due
    assert "Sync incomplete, as the error below says: 14 days" in run.log
    assert [w for w in run.warnings if "Stopping" in w]

    sandbox.answers = None
    healed = run_tap(fortnight, state=run.states[-1])
    assert healed.status == 0
    for stream in stopped:
        rows = {str(r): r for r in [*run.records(stream), *healed.records(stream)]}
        assert list(rows.values()) == truth[stream]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("status", "partial"),
        ("data", 5),
    ],
)
def test_an_envelope_that_cannot_be_read_stops_all(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
    path: str,
    value: Any,
) -> None:
    sandbox.answers = broken(path.split("."), value)
    run = run_tap(fortnight)
    assert run.status == 1
    assert len(run.errors) == 1
    reached = bookmarks(run.states[-1])
    assert {reached[stream] for stream in DAY_STREAMS} == {BEFORE}
    assert "Sync stopped by the error below: 6 of 14 days" in run.log


def test_summaries_that_cannot_be_read_keep_no_other_stream_out(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    def answer(envelope: dict[str, Any], request: Request) -> dict[str, Any]:
        if request.query.get("period") == "30d":
            envelope["data"]["summary"]["total_messages"] = "many"
        return envelope

    sandbox.answers = answer
    run = run_tap(fortnight)
    assert run.status == 1
    [error] = run.errors
    assert "Stopped period_summaries at the start: " in error
    assert "$.data.summary.total_messages" in error
    assert run.records("period_summaries") == []
    truth = expected(sandbox.organisation, FORTNIGHT)
    for stream in DAY_STREAMS:
        assert run.records(stream) == truth[stream]


def test_a_sync_whose_streams_have_all_stopped_asks_for_nothing_more(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    sandbox.answers = broken(["data", "users"], 7)
    long = {**fortnight, "start_date": "2025-06-01", "concurrency": 1}
    catalog = json.loads(run_tap(long, "--discover").output)
    for entry in catalog["streams"]:
        selected = entry["tap_stream_id"] == "users"
        entry["metadata"][-1]["metadata"]["selected"] = selected
        for metadata in entry["metadata"]:
            if metadata["breadcrumb"] == []:
                metadata["metadata"]["selected"] = selected
    run = run_tap({**long, "end_date": None}, catalog=catalog)
    assert run.status == 1
    asked = [r.query["day"] for r in sandbox.requests if "day" in r.query]
    assert max(asked) < DAYS[-1].isoformat()


def put_wrong_users(sandbox: Sandbox) -> None:
    sandbox.answers = broken(["data", "users"], 7)


def put_wrong_data(sandbox: Sandbox) -> None:
    sandbox.answers = broken(["data"], 7)


def refuse(sandbox: Sandbox) -> None:
    asks = faults.asks_for(day=BROKEN.isoformat())
    sandbox.faults = faults.Fail(asks, [faults.Respond(400)] * 99)


def fail(sandbox: Sandbox) -> None:
    asks = faults.asks_for(day=BROKEN.isoformat())
    sandbox.faults = faults.Fail(asks, [faults.SERVER_ERROR] * 99)


@pytest.mark.parametrize("harm", [put_wrong_users, put_wrong_data, refuse, fail])
def test_a_new_stream_that_stops_keeps_no_stream_out_that_begins_later(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
    harm: Callable[[Sandbox], None],
) -> None:
    state = run_tap(fortnight).states[-1]
    del state["bookmarks"]["users"]
    harm(sandbox)
    sandbox.requests.clear()
    run = run_tap({**fortnight, "concurrency": 1}, state=state)
    assert run.status == 1
    assert f"Stopped users before {BROKEN}" in run.errors[0]
    asked = [r.query["day"] for r in sandbox.requests if "day" in r.query]
    assert set(asked) <= {str(day) for day in [*DAYS[:10], *DAYS[-4:]]}
    days = [row["day"] for row in run.records("daily")]
    truth = expected(sandbox.organisation, DAYS[-4:])["daily"]
    assert days == [row["day"] for row in truth]
    assert bookmarks(run.states[-1])["users"] == BEFORE


def test_an_error_that_ends_a_sync_does_not_hide_who_stopped_before(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    put_wrong_users(sandbox)
    asks = faults.asks_for(day=DAYS[9].isoformat())
    sandbox.faults = faults.Fail(asks, [faults.Respond(405)] * 99)
    [error] = run_tap(fortnight).errors
    assert f"Stopped users before {BROKEN}" in error
    assert f"The server rejected day {DAYS[9]}" in error


@pytest.mark.parametrize("summary", [None, {"total_active_users": "many"}, {"new": 1}])
def test_a_day_without_activity_needs_no_summary(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any], summary: Any
) -> None:
    def answer(envelope: dict[str, Any], request: Request) -> dict[str, Any]:
        if request.query.get("day") == BROKEN.isoformat():
            envelope["data"] |= {"users": [], "daily": [], "summary": summary}
        return envelope

    sandbox.answers = answer
    run = run_tap(fortnight)
    assert run.status == 0
    assert bookmarks(run.states[-1])["users"] == DAYS[-1].isoformat()
    assert "additional_fields" not in run.log


def test_a_dry_run_asks_for_no_more_than_it_needs(
    sandbox: Sandbox, fortnight: dict[str, Any], capsysbinary: Any
) -> None:
    """Days fetched ahead for nobody are neither waited for nor retried."""
    later = [str(day) for day in (TODAY - timedelta(days=n) for n in range(1, 61))]

    def fail_later(request: Request) -> faults.Fault | None:
        failing = request.query.get("day") in later
        return faults.SERVICE_UNAVAILABLE if failing else None

    sandbox.faults = fail_later
    first = (TODAY - timedelta(days=61)).isoformat()
    tap = TapZencoder(config={**fortnight, "start_date": first})
    started = time.monotonic()
    tap.run_sync_dry_run(1, [tap.streams["users"]])
    assert time.monotonic() - started < 2
    run = Run(0, capsysbinary.readouterr().out, "")
    assert len(run.records("users")) == 1
    assert run.states == [EMPTY_STATE, EMPTY_STATE]


def test_a_start_date_in_the_future_is_warned_about(
    run_tap: RunTap, fortnight: dict[str, Any]
) -> None:
    state = run_tap(fortnight).states[-1]
    for given in (None, state):
        run = run_tap({**fortnight, "start_date": "2062-01-01"}, state=given)
        assert run.status == 0
        [warning] = run.warnings
        assert "The start_date, 2062-01-01, is after the last day to sync" in warning


def answer_with(data_of: Callable[[Sandbox, date], Any]) -> Callable[[Sandbox], Any]:
    """Have the answer for one day hold other data."""

    def harm(sandbox: Sandbox) -> None:
        def answer(envelope: dict[str, Any], request: Request) -> dict[str, Any]:
            if request.query.get("day") == BROKEN.isoformat():
                return {**envelope, "data": data_of(sandbox, BROKEN)}
            return envelope

        sandbox.answers = answer

    return harm


@pytest.mark.parametrize(
    ("data_of", "about"),
    [
        pytest.param(
            lambda sandbox, day: sandbox.organisation.period(7, day),
            str(BROKEN - timedelta(days=3)),
            id="the default period, as without a query",
        ),
        pytest.param(
            lambda sandbox, day: sandbox.organisation.day(day - timedelta(days=1)),
            BEFORE,
            id="another day, as from a cache",
        ),
    ],
)
def test_an_answer_about_other_days_is_an_error(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
    data_of: Callable[[Sandbox, date], Any],
    about: str,
) -> None:
    answer_with(data_of)(sandbox)
    run = run_tap(fortnight)
    assert run.status == 1
    [error] = run.errors
    assert f"The answer for day {BROKEN}" in error
    assert about in error
    assert {bookmarks(run.states[-1])[s] for s in DAY_STREAMS} == {BEFORE}


def test_an_answer_with_a_neighbour_is_believed_if_its_figures_agree(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    """As where the period of a single day spans two dates."""

    def data_of(sandbox: Sandbox, day: date) -> Any:
        own, before = (
            sandbox.organisation.day(d) for d in (day, day - timedelta(days=1))
        )
        return {**own, "daily": [*before["daily"], *own["daily"]]}

    answer_with(data_of)(sandbox)
    run = run_tap(fortnight)
    assert run.status == 0
    assert run.records("users") == expected(sandbox.organisation, FORTNIGHT)["users"]


FIVE = [str(day) for day in DAYS[4:9]]


def test_a_refusal_that_passes_skips_no_day(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    state = run_tap(fortnight, today=DAYS[4]).states[-1]
    refused: set[str] = set()

    def refuse_once(request: Request) -> faults.Fault | None:
        day = request.query.get("day", "")
        if day not in FIVE or day in refused:
            return None
        refused.add(day)
        return faults.Respond(400)

    sandbox.faults = refuse_once
    run = run_tap({**fortnight, "lookback_days": 0}, state=state)
    assert run.status == 0
    assert refused == set(FIVE)
    truth = expected(sandbox.organisation, DAYS[3:])["users"]
    assert run.records("users") == truth


def test_days_after_a_bookmark_that_stay_refused_are_an_error(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    state = run_tap(fortnight, today=DAYS[5]).states[-1]
    sandbox.faults = lambda request: (
        faults.Respond(400) if request.query.get("day") in FIVE else None
    )
    run = run_tap({**fortnight, "lookback_days": 0}, state=state)
    assert run.status == 1
    assert f"The server rejected day {FIVE[1]}" in run.errors[0]
    assert bookmarks(run.states[-1] if run.states else state)["users"] == FIVE[0]
    later = run_tap(
        {**fortnight, "lookback_days": 0, "end_date": str(DAYS[-1])},
        state=state,
        today=DAYS[-1] + timedelta(days=120),
    )
    assert later.status == 0
    assert "They are older than what it keeps" in later.warnings[0]


def test_a_row_that_cannot_be_mapped_keeps_its_whole_day_out(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    due = expected(sandbox.organisation, FORTNIGHT)["users"]
    last = [row for row in due if row["day"] == BROKEN.isoformat()][-1]
    expression = f"messages // (0 if last_active == '{BROKEN}' else 1)"
    maps = {"users": {"messages": expression}}
    assert last["last_active"] == BROKEN.isoformat()
    run = run_tap({**fortnight, "stream_maps": maps})
    assert run.status == 1
    assert "stream_maps cannot be applied to a row of users" in run.errors[0]
    for stream in DAY_STREAMS:
        assert max(row["day"] for row in run.records(stream)) <= BEFORE
    assert bookmarks(run.states[-1])["users"] == BEFORE


def test_one_line_says_what_is_synced(
    run_tap: RunTap, fortnight: dict[str, Any]
) -> None:
    assert run_tap(fortnight).log.count("Syncing ") == 1
    state = run_tap(fortnight).states[-1]
    del state["bookmarks"]["users"]
    run = run_tap(fortnight, state=state)
    lines = [line for line in run.log.splitlines() if "Syncing " in line]
    assert ["users; bookmark: none yet" in line for line in lines].count(True) == 1
    assert len(lines) == 2


def test_a_dead_api_is_warned_about_once_for_each_attempt(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    sandbox.faults = faults.Fail(faults.is_usage, [faults.SERVER_ERROR] * 999)
    run = run_tap({**fortnight, "concurrency": 8}, TEST_FIRST_DELAY="0.1")
    assert run.status == 1
    assert "HTTP 500: Failed to fetch data" in run.errors[0]
    assert 1 <= len(run.warnings) <= 6
    assert "Failed to fetch data" in run.warnings[0]


def test_settings_may_come_through_a_pipe(
    tap_command: Callable[..., tuple[list[str], dict[str, str]]],
    sandbox: Sandbox,
) -> None:
    words, environment = tap_command(None, "--config", "/dev/stdin", "--test")
    done = subprocess.run(
        words,
        env=environment,
        input=json.dumps(sandbox.settings()).encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, logs.kept(done.stderr)
    assert done.stdout.startswith(b"Connection OK: ")
    assert done.stderr == b""


def test_a_signal_within_a_large_day_leaves_whole_lines_alone(
    tap_command: Callable[..., tuple[list[str], dict[str, str]]],
    sandbox: Sandbox,
    fortnight: dict[str, Any],
) -> None:
    def enlarge(envelope: dict[str, Any], _: Request) -> dict[str, Any]:
        users = envelope["data"]["users"]
        envelope["data"]["users"] = [
            {**user, "email": f"{n}-{user['email']}"}
            for n in range(2000)
            for user in users
        ]
        return envelope

    sandbox.answers = enlarge
    words, environment = tap_command(fortnight)
    with subprocess.Popen(
        words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        head = process.stdout.read(300_000)
        process.send_signal(signal.SIGTERM)
        signalled = time.monotonic()
        output = head + process.stdout.read()
        log = logs.kept(process.stderr.read())
    assert process.returncode == 143
    assert time.monotonic() - signalled < 2
    run = Run(143, output, log)
    assert len(run.messages) > 1000
    assert "Sync stopped by SIGTERM: " in log
    assert TODAY.isoformat() not in bookmarks(run.states[-1]).get("users", "")
