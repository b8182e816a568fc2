"""What a user reads, and the exit status, when something is wrong."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import TODAY, Run
from written import kept

from tap_zencoder.sandbox import Organisation, Sandbox, faults
from tap_zencoder.sandbox.service import CLIENT_ID, CLIENT_SECRET

if TYPE_CHECKING:
    from collections.abc import Callable

    RunTap = Callable[..., Run]

YESTERDAY_ONLY = {"start_date": "2026-03-09"}


def the_error(run: Run) -> str:
    """Return the one ERROR line of a run that failed without a traceback."""
    assert run.status == 1
    assert "Traceback" not in run.log
    [error] = run.errors
    return error


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (400, "The server rejected day 2026-03-09 (HTTP 400: no, not like this)."),
        (401, "Zencoder did not accept the credentials for day 2026-03-09 (HTTP 401)."),
        (403, "Zencoder refused access to day 2026-03-09 (HTTP 403)."),
        (404, "The server rejected day 2026-03-09 (HTTP 404: no, not like this)."),
        (500, "Zencoder stayed unavailable for day 2026-03-09: 6 attempts, the last"),
    ],
)
def test_a_refusal_is_one_sentence(
    run_tap: RunTap,
    sandbox: Sandbox,
    status: int,
    sentence: str,
) -> None:
    body = b'{"status":"error","message":"no, not like this"}'
    refusals = [faults.Respond(status, body)] * 99
    sandbox.faults = faults.Fail(faults.asks_for(day="2026-03-09"), refusals)
    assert sentence in the_error(run_tap({**sandbox.settings(), **YESTERDAY_ONLY}))


def test_wrong_credentials_are_one_sentence(run_tap: RunTap, sandbox: Sandbox) -> None:
    error = the_error(run_tap({**sandbox.settings(), "client_secret": "wrong"}))
    assert "The token endpoint refused client_id and client_secret (HTTP 401" in error
    assert "wrong" not in error


def test_bad_settings_are_told_all_at_once(run_tap: RunTap) -> None:
    error = the_error(run_tap({"client_id": "x", "concurrency": 99, "star_date": "x"}))
    assert "client_id is set without client_secret" in error
    assert "concurrency must be at most 16, not 99" in error
    assert "there is no setting star_date (did you mean start_date?)" in error


@pytest.mark.parametrize(
    ("option", "content", "sentence"),
    [
        ("--config", None, "Bad settings: {file}: No such file or directory."),
        (
            "--config",
            '{"api_key": ',
            "Bad settings: {file} is not JSON (line 1, column",
        ),
        ("--config", "[]", "Bad settings: {file} is not a JSON object."),
        ("--state", "", "The state file {file} is not JSON (empty)."),
        ("--state", '{"bookmarks": {"dai', "The state file {file} is not JSON (line 1"),
        ("--state", "[]", "The state file {file} is not a JSON object."),
        ("--state", '{"daily": 1}', 'The state has no "bookmarks".'),
        ("--catalog", "{", "The catalog {file} is not JSON"),
        ("--catalog", "{}", "The catalog {file} has no list of streams."),
        (
            "--catalog",
            '{"streams": [{}]}',
            "The catalog {file} has no list of streams.",
        ),
    ],
)
def test_a_broken_file_is_one_sentence(
    run_tap: RunTap,
    tmp_path: Path,
    option: str,
    content: str | None,
    sentence: str,
) -> None:
    file = tmp_path / "broken.json"
    if content is not None:
        file.write_text(content)
    run = run_tap({"api_key": "the-key"}, option, str(file))
    assert sentence.format(file=file) in the_error(run)
    assert run.output == b""


def test_a_broken_stream_map_is_one_sentence(run_tap: RunTap) -> None:
    stream_maps = {"users": {"email": "md5("}}
    error = the_error(run_tap({"api_key": "the-key", "stream_maps": stream_maps}))
    assert "Bad settings: stream_maps: Failed to parse expression md5(" in error


def test_debug_shows_where_it_happened(run_tap: RunTap, sandbox: Sandbox) -> None:
    settings = {**sandbox.settings(), "client_secret": "wrong"}
    run = run_tap(settings, TAP_ZENCODER_LOGLEVEL="DEBUG")
    assert len(run.errors) == 1
    assert "client.py" in run.log


def test_the_connection_test_is_described_as_it_is(run_tap: RunTap) -> None:
    told = " ".join(run_tap(None, "--help").output.decode().split())
    assert "--test TEXT Tell in one line whether credentials, role and network" in told


def test_an_output_that_cannot_be_written_is_one_sentence(
    tap_command: Callable[..., tuple[list[str], dict[str, str]]],
    sandbox: Sandbox,
) -> None:
    words, environment = tap_command(sandbox.settings())
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            words,
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    error = the_error(Run(done.returncode, b"", kept(done.stderr)))
    assert "cannot be written to stdout: No space left on device." in error


def test_an_output_that_is_closed_from_the_start_ends_the_tap_quietly(
    tap_command: Callable[..., tuple[list[str], dict[str, str]]],
    sandbox: Sandbox,
) -> None:
    words, environment = tap_command(sandbox.settings())
    command = f"exec {shlex.join(words)} >&-"
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        env=environment,
        stderr=subprocess.PIPE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")


def test_an_unknown_option_is_a_wrong_command_line(run_tap: RunTap) -> None:
    assert run_tap({"api_key": "x"}, "--no-such-option").status == 2


@pytest.mark.parametrize("arguments", [["--discover"], ["--about"], ["--version"]])
def test_what_needs_no_settings_works_without_any(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tap_zencoder", *arguments],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout
    assert "WARNING" not in kept(done.stdout + done.stderr)


def test_a_connection_test_takes_one_login_and_one_request(
    run_tap: RunTap,
    sandbox: Sandbox,
) -> None:
    run = run_tap(sandbox.settings(), "--test")
    assert run.status == 0
    users = sandbox.organisation.period(7, TODAY)["summary"]["total_active_users"]
    [line] = run.output.decode().splitlines()
    assert line.startswith(f"All right: {sandbox.api_url} answers")
    assert f"({users} active users in the last 7 days)" in line
    assert [request.method for request in sandbox.requests] == ["POST", "GET"]


def test_a_connection_test_of_a_quiet_organisation_does_not_wait(
    run_tap: RunTap,
) -> None:
    with Sandbox(Organisation(users=0), today=lambda: TODAY) as quiet:
        run = run_tap(quiet.settings(), "--test")
        assert "(0 active users in the last 7 days)" in run.output.decode()
        assert len(quiet.requests) == 2


@pytest.mark.parametrize(
    ("matching", "fault", "sentence"),
    [
        (faults.is_login, faults.Respond(401), "refused client_id and client_secret"),
        (faults.is_usage, faults.Respond(403), "Owner or Manager role"),
        (faults.is_usage, faults.SERVER_ERROR, "stayed unavailable for period 7d"),
    ],
)
def test_a_connection_test_tells_credentials_role_and_network_apart(
    run_tap: RunTap,
    sandbox: Sandbox,
    matching: Any,
    fault: faults.Fault,
    sentence: str,
) -> None:
    sandbox.faults = faults.Fail(matching, [fault] * 99)
    assert sentence in the_error(run_tap(sandbox.settings(), "--test"))


def test_a_connection_test_of_the_schemas_needs_no_network(run_tap: RunTap) -> None:
    nowhere = {"api_key": "the-key", "api_url": "http://127.0.0.1:9"}
    run = run_tap(nowhere, "--test=schema")
    assert run.status == 0
    assert [message["type"] for message in run.messages] == ["SCHEMA"] * 5


@pytest.mark.parametrize("matching", [faults.is_login, faults.is_usage, None])
def test_no_secret_and_no_address_is_in_any_log(
    run_tap: RunTap,
    sandbox: Sandbox,
    matching: Any,
) -> None:
    said = f"what is {CLIENT_ID}, {CLIENT_SECRET} of developer-0001@example.com?"
    echo = faults.Respond(400, json.dumps({"errors": [said], "message": said}).encode())
    if matching is not None:
        sandbox.faults = faults.Fail(matching, [echo] * 99)
    settings = {**sandbox.settings(), **YESTERDAY_ONLY}
    run = run_tap(settings, TAP_ZENCODER_LOGLEVEL="DEBUG")
    assert run.status == (0 if matching is None else 1)
    for secret in (CLIENT_ID, CLIENT_SECRET, "@example.com", "Bearer"):
        assert secret not in run.log
