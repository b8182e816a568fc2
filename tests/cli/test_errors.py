"""One sentence says what is wrong and what to do, and the exit status is 1."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from support.runs import A_DAY, Run, catalog_of

from tap_zencoder.command import _error_for_user
from tap_zencoder.sandbox import Sandbox, faults

if TYPE_CHECKING:
    from collections.abc import Callable

    RunTap = Callable[..., Run]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "no, not like this"),
        (401, "did not accept the credentials"),
        (403, "refused access"),
        (404, "no, not like this"),
        (500, "after 6 attempts"),
    ],
)
def test_a_refusal_names_the_day_the_status_and_the_reason(
    run_tap: RunTap, sandbox: Sandbox, status: int, words: str
) -> None:
    body = b'{"status":"error","message":"no, not like this"}'
    refusals = [faults.Respond(status, body)] * 99
    sandbox.faults = faults.Fail(faults.asks_for(day="2026-03-06"), refusals)
    error = run_tap({**sandbox.settings(), **A_DAY}).error
    assert "day 2026-03-06" in error
    assert f"HTTP {status}" in error
    assert words in error


def test_bad_settings_are_reported_all_at_once(run_tap: RunTap) -> None:
    error = run_tap({"client_id": "x", "concurrency": 99, "star_date": "x"}).error
    for name in ("client_secret", "concurrency", "star_date"):
        assert name in error


@pytest.mark.parametrize(
    "surroundings",
    [
        {"REQUESTS_CA_BUNDLE": "/no/such/file.pem"},
        {"HTTPS_PROXY": "gopher://proxy.example:70", "NO_PROXY": ""},
    ],
)
def test_a_network_that_is_set_up_wrongly_is_one_sentence(
    run_tap: RunTap,
    surroundings: dict[str, str],
) -> None:
    elsewhere = {"api_key": "the-key", "api_url": "https://zencoder.invalid"}
    error = run_tap({**elsewhere, **A_DAY}, **surroundings).error
    assert "zencoder.invalid" in error
    assert "REQUESTS_CA_BUNDLE" in error
    assert "attempts" not in error


def test_a_host_that_does_not_answer_is_named(run_tap: RunTap) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        host = f"127.0.0.1:{closed.getsockname()[1]}"
    error = run_tap({"api_key": "the-key", "api_url": f"http://{host}", **A_DAY}).error
    assert host in error
    assert "day 2026-03-06" in error


@pytest.mark.parametrize(
    ("error", "what"),
    [
        pytest.param(MemoryError(), "memory", id="memory"),
        pytest.param(RuntimeError("can't start new thread"), "threads", id="threads"),
    ],
)
def test_what_a_machine_has_run_out_of_is_named(error: Exception, what: str) -> None:
    assert f"no {what}" in str(_error_for_user(error))


def test_a_bug_is_one_sentence_without_foreign_words(
    run_process: RunTap, sandbox: Sandbox
) -> None:
    run = run_process({**sandbox.settings(), **A_DAY}, TEST_CRASH="joe is at home")
    assert "ZeroDivisionError at tap_with_a_clock.py:" in run.error
    assert "joe" not in run.log


def test_debug_shows_where_it_happened(run_tap: RunTap, sandbox: Sandbox) -> None:
    settings = {**sandbox.settings(), "client_secret": "wrong"}
    run = run_tap(settings, TAP_ZENCODER_LOGLEVEL="DEBUG")
    assert len(run.errors) == 1
    assert "client.py" in run.log


@pytest.mark.parametrize("from_environment", [True, False])
def test_a_variable_that_is_no_setting_is_warned_about(
    run_tap: RunTap, sandbox: Sandbox, *, from_environment: bool
) -> None:
    # The others are Meltano's, for the plugin, and for one that inherits from it.
    wrong = {
        "TAP_ZENCODER_START_DAT": "2026-03-09",
        "TAP_ZENCODER__LOAD_SCHEMA": "x",
        "TAP_ZENCODER_SOUTH_API_KEY": "x",
        "TAP_ZENCODER_SOUTH__SCHEMA": "x",
    }
    settings = {**sandbox.settings(), **A_DAY}
    own = {f"TAP_ZENCODER_{k.upper()}": v for k, v in settings.items()}
    if from_environment:
        run = run_tap(None, "--config=ENV", **wrong, **own)
    else:  # as Meltano runs it
        run = run_tap(settings, **wrong, **own)
    assert run.status == 0
    [warning] = run.warnings
    assert "TAP_ZENCODER_START_DAT" in warning
    assert "did you mean start_date?" in warning


def test_a_state_of_another_tap_is_warned_about(
    run_tap: RunTap, sandbox: Sandbox
) -> None:
    other = {"bookmarks": {"issues": {"replication_key": "updated_at"}}}
    run = run_tap({**sandbox.settings(), **A_DAY}, state=other)
    assert run.status == 0
    [warning] = run.warnings
    assert "streams that do not exist: issues" in warning


def test_selecting_nothing_is_warned_about(run_tap: RunTap, sandbox: Sandbox) -> None:
    run = run_tap(sandbox.settings(), catalog=catalog_of())
    assert run.status == 0
    [warning] = run.warnings
    assert "No stream is selected" in warning
    assert sandbox.requests == []
