"""A sync is one pass over its days: what is written when, and what stops what."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from datetime import date, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from support import logs
from support.expected import FORTNIGHT, expected
from support.runs import DAY_STREAMS, KEYS, STREAMS, TODAY, Run, bookmarks

from tap_zencoder.sandbox import faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tap_zencoder.sandbox import Request, Sandbox

    RunTap = Callable[..., Run]

EMPTY_STATE: dict[str, Any] = {"bookmarks": {}}
DAYS = list(FORTNIGHT)
BROKEN = DAYS[6]
BEFORE = (BROKEN - timedelta(days=1)).isoformat()


def key(stream: str, row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(row[column] for column in KEYS[stream])


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
        ("data.daily.0.ides.0.engaged_users", None, {"daily_ides"}),
        ("data.daily.0.languages", 7, {"daily_languages"}),
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
        due = [key(stream, row) for row in truth[stream] if row["day"] <= last]
        assert [key(stream, row) for row in run.records(stream)] == due
    assert "Sync incomplete, see the error below: 14 days" in run.log
    assert [w for w in run.warnings if "Stopping" in w]

    sandbox.answers = None
    healed = run_tap(fortnight, state=run.states[-1])
    assert healed.status == 0
    for stream in stopped:
        sent = [*run.records(stream), *healed.records(stream)]
        assert list({key(stream, row): row for row in sent}.values()) == truth[stream]


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


def put_wrong_summary(sandbox: Sandbox) -> str:
    def answer(envelope: dict[str, Any], request: Request) -> dict[str, Any]:
        if request.query.get("period") == "30d":
            envelope["data"]["summary"]["total_messages"] = "many"
        return envelope

    sandbox.answers = answer
    return "$.data.summary.total_messages"


def answer_periods(*fault: Any) -> Callable[[Sandbox], str]:
    """Answer one of the periods otherwise, every time."""

    def harm(sandbox: Sandbox) -> str:
        asks = faults.asks_for(period="30d")
        sandbox.faults = faults.Fail(asks, [faults.Respond(*fault)] * 99)
        return "the usage of the last 30 days"

    return harm


@pytest.mark.parametrize(
    "harm",
    [
        put_wrong_summary,
        answer_periods(404, b'{"status":"error","message":"Not found"}'),
        answer_periods(404, b"<html>"),
        answer_periods(400),
        answer_periods(500),
        answer_periods(405),
        answer_periods(200, b"null"),
        answer_periods(200, b'{"status":"success","data":{}}'),
    ],
    ids=count(),
)
def test_periods_without_an_answer_stop_their_own_stream_alone(
    run_tap: RunTap,
    sandbox: Sandbox,
    fortnight: dict[str, Any],
    harm: Callable[[Sandbox], str],
) -> None:
    words = harm(sandbox)
    run = run_tap(fortnight)
    assert run.status == 1
    [error] = run.errors
    assert "Stopped period_summaries at the start: " in error
    assert words in error
    assert run.records("period_summaries") == []
    truth = expected(sandbox.organisation, FORTNIGHT)
    for stream in DAY_STREAMS:
        assert run.records(stream) == truth[stream]


NOT_FOUND = faults.Respond(404, b'{"status":"error","message":"Not found"}')


def without_answers(days: Iterable[date]) -> Callable[[Request], faults.Fault | None]:
    """Return a plan in which the API has nothing for some days."""
    asked = {str(day) for day in days}
    return lambda r: NOT_FOUND if r.query.get("day") in asked else None


def test_periods_that_are_answered_prove_nothing_about_days(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    sandbox.faults = without_answers(DAYS)
    run = run_tap({**fortnight, "start_date": str(DAYS[-2])})
    assert run.status == 1
    assert "nor for any other day" in run.errors[0]
    assert len(run.records("period_summaries")) == 3
    assert set(bookmarks(run.states[-1])) == {"period_summaries"}


def test_daily_has_a_row_for_each_day_that_was_synced_and_for_no_other(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    absent, late, skipped = DAYS[2:4], DAYS[-2:], DAYS[7]
    sandbox.faults = without_answers([*absent, *late])
    run = run_tap({**fortnight, "skip_days": str(skipped)})
    assert run.status == 0
    synced = [day for day in DAYS if day not in [*late, skipped]]
    assert [row["day"] for row in run.records("daily")] == list(map(str, synced))
    zeros = {"active_users": 0, "messages": 0, "ides": [], "languages": []}
    assert run.records("daily")[2:4] == [
        {"day": str(day), **zeros, "additional_fields": None} for day in absent
    ]
    assert not {row["day"] for row in run.records("users")} & set(map(str, absent))
    assert {bookmarks(run.states[-1])[s] for s in DAY_STREAMS} == {str(DAYS[6])}
    warnings = " ".join(run.warnings)
    assert f"The API has nothing for {DAYS[2]} to {DAYS[3]}, between days" in warnings
    assert f"No answer yet for 2 days, {late[0]} to {late[1]}." in warnings
    assert f"Skipping {skipped} (skip_days)." in warnings
    assert len(run.warnings) == 3


def test_the_bookmark_waits_before_days_that_are_not_there_yet(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    sandbox.faults = without_answers(DAYS[-2:])
    run = run_tap(fortnight)
    assert run.status == 0
    assert {bookmarks(run.states[-1])[s] for s in DAY_STREAMS} == {str(DAYS[-3])}
    sandbox.faults = None
    later = run_tap(fortnight, state=run.states[-1])
    rows = {row["day"]: row for row in [*run.records("daily"), *later.records("daily")]}
    truth = expected(sandbox.organisation, FORTNIGHT)
    assert list(rows.values()) == truth["daily"]


FIRST = TODAY - timedelta(days=90)
FIRST_DAY = {
    "replication_key": "day",
    "starting_replication_value": FIRST.isoformat(),
}


@pytest.mark.parametrize("skip_days", ["", FIRST.isoformat()])
def test_a_first_day_that_is_not_synced_is_asked_for_until_it_is(
    run_tap: RunTap, sandbox: Sandbox, skip_days: str
) -> None:
    """Without a start_date, the first day moves on each night."""
    if not skip_days:
        failing = faults.asks_for(day=FIRST.isoformat())
        sandbox.faults = faults.Fail(failing, [faults.SERVER_ERROR] * 999)
    state = None
    for night in range(2):
        today = TODAY + timedelta(days=night)
        settings = {**sandbox.settings(), "skip_days": skip_days}
        run = run_tap(settings, state=state, today=today)
        assert run.status == (0 if skip_days else 1)
        state = run.states[-1]
        for stream in DAY_STREAMS:
            assert state["bookmarks"][stream] == FIRST_DAY
    sandbox.faults = None
    healed = run_tap(sandbox.settings(), state=state, today=today)
    assert healed.status == 0
    assert healed.records("daily")[0]["day"] == FIRST.isoformat()
    yesterday = (today - timedelta(days=1)).isoformat()
    assert {bookmarks(healed.states[-1])[s] for s in DAY_STREAMS} == {yesterday}
    assert "starting" not in str(healed.states[-1])


def test_a_first_sync_that_writes_no_row_leaves_its_first_day_alone(
    run_tap: RunTap, sandbox: Sandbox
) -> None:
    """Without a SCHEMA message, so that no table is made."""
    sandbox.faults = faults.Fail(faults.is_usage, [faults.SERVER_ERROR] * 999)
    run = run_tap({**sandbox.settings(), "concurrency": 1})
    assert run.status == 1
    entries = dict.fromkeys(DAY_STREAMS, FIRST_DAY)
    assert run.messages == [{"type": "STATE", "value": {"bookmarks": entries}}]


def test_a_start_date_needs_no_first_day_in_the_state(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    failing = faults.asks_for(day=DAYS[0].isoformat())
    sandbox.faults = faults.Fail(failing, [faults.SERVER_ERROR] * 999)
    run = run_tap(fortnight)
    assert run.status == 1
    assert "starting" not in str(run.states)


def test_a_sync_whose_streams_have_all_stopped_asks_for_nothing_more(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    sandbox.answers = broken(["data", "users"], 7)
    long = {**fortnight, "concurrency": 1}
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


def test_a_sync_that_ends_does_not_wait_for_who_sleeps_before_a_retry(
    run_process: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    put_wrong_data(sandbox)
    later = {str(day) for day in DAYS[7:]}
    sandbox.faults = lambda request: (
        faults.throttled("60") if request.query.get("day") in later else None
    )
    started = time.monotonic()
    run = run_process({**fortnight, "concurrency": 2})
    assert time.monotonic() - started < 30
    assert run.status == 1
    assert f"The answer for day {BROKEN} breaks" in run.errors[0]


def test_an_error_that_ends_a_sync_does_not_hide_who_stopped_before(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    put_wrong_users(sandbox)
    asks = faults.asks_for(day=DAYS[9].isoformat())
    sandbox.faults = faults.Fail(asks, [faults.Respond(405)] * 99)
    [error] = run_tap(fortnight).errors
    assert f"Stopped users before {BROKEN}" in error
    assert f"The server rejected day {DAYS[9]}" in error


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ({"start_date": "2062-01-01"}, "2062-01-01", DAYS[-1]),
        ({"delay_days": 10}, DAYS[-4], TODAY - timedelta(days=11)),
        ({"end_date": str(DAYS[1])}, DAYS[-4], DAYS[1]),
    ],
)
def test_a_sync_without_days_says_what_it_would_have_synced(
    run_tap: RunTap,
    fortnight: dict[str, Any],
    given: dict[str, Any],
    first: object,
    last: object,
) -> None:
    state = run_tap(fortnight).states[-1]
    run = run_tap({**fortnight, **given}, state=state)
    assert run.status == 0
    [warning] = run.warnings
    assert f"the next day would be {first}, but syncs end with {last}." in warning
    for stream in DAY_STREAMS:
        assert bookmarks(run.states[-1])[stream] == bookmarks(state)[stream]


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


def test_a_neighbour_in_an_answer_is_left_to_its_own_request(
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
    settings = {**fortnight, "lookback_days": 0, "end_date": str(DAYS[-1])}
    run = run_tap(settings, state=state)
    assert run.status == 1
    assert f"The server rejected day {FIVE[0]}" in run.errors[0]
    assert f"The first day with an answer is {DAYS[9]}" in run.errors[0]
    assert bookmarks(run.states[-1] if run.states else state)["users"] == FIVE[0]
    later = run_tap(settings, state=state, today=DAYS[-1] + timedelta(days=120))
    assert later.status == 0
    assert f"Leaving out 5 days, {FIVE[0]} to {FIVE[-1]}" in later.warnings[0]
    assert bookmarks(later.states[-1])["users"] == str(DAYS[-1])


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
    # Five for the periods, which stop alone, and five for the first day.
    assert 1 <= len(run.warnings) <= 2 * 5 + 1
    assert "Failed to fetch data" in run.warnings[0]


def test_settings_may_come_through_a_pipe(run_tap: RunTap, sandbox: Sandbox) -> None:
    reading, writing = os.pipe()
    os.write(writing, json.dumps(sandbox.settings()).encode())
    os.close(writing)
    run = run_tap(None, "--config", f"/dev/fd/{reading}", "--test")
    os.close(reading)
    assert run.status == 0, run.log
    assert run.output.startswith(b"Connection OK: ")
    assert run.log == ""


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


ABSENT = {str(day) for day in DAYS[2:9]}


@pytest.mark.parametrize("lookback_days", [0, 3])
def test_a_bookmark_stays_on_an_answered_day_while_days_are_absent(
    run_tap: Callable[..., Run],
    sandbox: Sandbox,
    fortnight: dict[str, Any],
    lookback_days: int,
) -> None:
    said = faults.Respond(404, b'{"status":"error","message":"Not found"}')
    sandbox.faults = lambda r: said if r.query.get("day") in ABSENT else None
    settings = {**fortnight, "lookback_days": lookback_days}
    whole = run_tap(settings)
    assert whole.status == 0
    reached = {bookmarks(s).get("users") for s in whole.states}
    assert not reached & ABSENT
    # As it was when the sync was killed within the quiet days.
    [*_, state] = [s for s in whole.states if bookmarks(s).get("users") == str(DAYS[1])]
    resumed = run_tap(settings, state=state)
    assert resumed.errors == []
    assert resumed.status == 0
    assert {bookmarks(resumed.states[-1])[s] for s in DAY_STREAMS} == {str(DAYS[-1])}


def test_a_bookmark_among_the_late_days_is_an_error_whatever_stream_has_it(
    run_tap: RunTap, sandbox: Sandbox, fortnight: dict[str, Any]
) -> None:
    late = {str(day) for day in DAYS[-3:]}
    sandbox.faults = lambda request: (
        faults.Respond(204) if request.query.get("day") in late else None
    )
    state = run_tap(fortnight, today=DAYS[-3]).states[-1]
    behind = {"replication_key": "day", "replication_key_value": str(DAYS[-4])}
    ahead = {**behind, "replication_key_value": str(DAYS[-2])}
    for name in DAY_STREAMS:
        state["bookmarks"][name] = behind if name == "daily" else ahead
    run = run_tap({**fortnight, "lookback_days": 0}, state=state)
    assert run.status == 1, run.log
    assert "The API has no answer for 3 days" in run.errors[0]
