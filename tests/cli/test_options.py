"""The options: `--test`, `--help`, and those that need no settings."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.runs import TODAY, Run

from tap_zencoder.command import command
from tap_zencoder.errors import AccessError
from tap_zencoder.sandbox import Organisation, Sandbox, faults

if TYPE_CHECKING:
    from collections.abc import Callable

    RunTap = Callable[..., Run]


@pytest.mark.parametrize("option", ["--no-such-option", "--test=everything"])
def test_an_unknown_option_is_a_wrong_command_line(
    run_tap: RunTap,
    option: str,
) -> None:
    assert run_tap({"api_key": "x"}, option).status == 2


@pytest.mark.parametrize("option", ["--discover", "--about", "--version"])
def test_what_needs_no_settings_works_without_any(run_tap: RunTap, option: str) -> None:
    run = run_tap(None, option)
    assert run.status == 0
    assert run.output
    assert "WARNING" not in run.log


def test_help_ends_with_examples_and_where_the_documentation_is(
    run_tap: RunTap,
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tap_zencoder", "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    examples = done.stdout.split("Examples:\n")[1]
    commands = re.findall(r"^ +tap-zencoder (.*)", examples, re.MULTILINE)
    known = {option for parameter in command.params for option in parameter.opts}
    for line in commands:
        assert set(re.findall(r"--\w+", line)) <= known
    assert 2 <= len(commands) <= 3
    last = done.stdout.strip().splitlines()[-1]
    assert "README.md and docs/" in last
    assert run_tap(None, "-h").output.decode().endswith(examples)


def test_the_connection_test_is_described_as_it_is(run_tap: RunTap) -> None:
    described = run_tap(None, "--help").output.decode().split("--test ")[1]
    for checked in ("credentials", "role", "network", "SCHEMA"):
        assert checked in described.split("--about")[0]


def test_a_connection_test_takes_one_login_and_one_request(
    run_tap: RunTap,
    sandbox: Sandbox,
) -> None:
    run = run_tap(sandbox.settings(), "--test")
    assert run.status == 0
    users = sandbox.organisation.period(7, TODAY)["summary"]["total_active_users"]
    [line] = run.output.decode().splitlines()
    assert line.startswith(f"Connection OK: {sandbox.api_url}")
    assert f"{users} active users" in line
    assert [request.method for request in sandbox.requests] == ["POST", "GET"]


def test_a_connection_test_of_a_quiet_organisation_does_not_wait(
    run_tap: RunTap,
) -> None:
    with Sandbox(Organisation(users=0), today=lambda: TODAY) as quiet:
        run = run_tap(quiet.settings(), "--test")
        assert "(0 active users" in run.output.decode()
        assert len(quiet.requests) == 2


@pytest.mark.parametrize(
    ("matching", "fault", "words"),
    [
        (faults.is_login, faults.Respond(401), "client_id and client_secret"),
        (faults.is_usage, faults.Respond(403), "Owner or Manager role"),
        (faults.is_usage, faults.SERVER_ERROR, "after 6 attempts"),
    ],
)
def test_a_connection_test_tells_credentials_role_and_network_apart(
    run_tap: RunTap,
    sandbox: Sandbox,
    matching: Any,
    fault: faults.Fault,
    words: str,
) -> None:
    sandbox.faults = faults.Fail(matching, [fault] * 99)
    assert words in run_tap(sandbox.settings(), "--test").error


def test_a_connection_test_that_fails_leaves_no_file_open(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Python would complain of it in the log, at the end."""
    config, state = tmp_path / "config.json", tmp_path / "state.json"
    config.write_text(json.dumps({**sandbox.settings(), "client_secret": "wrong"}))
    state.write_text("{}")
    words = ["--config", str(config), "--state", str(state), "--test"]
    with pytest.raises(AccessError) as refusal:
        command.main(words, standalone_mode=False)
    files = [file.resolve() for file in Path("/proc/self/fd").iterdir()]
    assert "refused" in str(refusal.value)
    assert state not in files


def test_a_connection_test_of_the_schemas_needs_no_network(run_tap: RunTap) -> None:
    nowhere = {"api_key": "the-key", "api_url": "http://127.0.0.1:9"}
    run = run_tap(nowhere, "--test=schema")
    assert run.status == 0
    assert [message["type"] for message in run.messages] == ["SCHEMA"] * 5
