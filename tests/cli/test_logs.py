"""What is in a log, what is in none, and how logging is set up."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support import logs
from support.runs import A_DAY, Run

from tap_zencoder.redact import redacted
from tap_zencoder.sandbox import Sandbox, faults
from tap_zencoder.sandbox.service import API_KEY, CLIENT_ID, CLIENT_SECRET, TOKEN_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    RunTap = Callable[..., Run]
    TapCommand = Callable[..., tuple[list[str], dict[str, str]]]


@pytest.mark.parametrize(
    "matching",
    [
        pytest.param(faults.is_login, id="the login echoes them"),
        pytest.param(faults.is_usage, id="the API echoes them"),
        pytest.param(None, id="a sync without a failure"),
    ],
)
def test_no_secret_and_no_address_is_in_any_log(
    run_tap: RunTap,
    sandbox: Sandbox,
    matching: Any,
) -> None:
    said = f"what is {CLIENT_ID}, {CLIENT_SECRET} of developer-0001@example.com?"
    echo = faults.Respond(400, json.dumps({"errors": [said], "message": said}).encode())
    if matching is not None:
        sandbox.faults = faults.Fail(matching, [echo] * 99)
    settings = {**sandbox.settings(), **A_DAY}
    run = run_tap(settings, TAP_ZENCODER_LOGLEVEL="DEBUG")
    assert run.status == (0 if matching is None else 1)
    for secret in (CLIENT_ID, CLIENT_SECRET, "@example.com", "Bearer"):
        assert secret not in run.log


@pytest.mark.parametrize(
    ("line", "leaks"),
    [
        ("all is well", False),
        ("of joe@example.com", True),
        ('"a, b"@example.com', True),
        ("of joe%40example.com", True),
        (f"Bearer {TOKEN_PREFIX}x", True),
        (API_KEY, True),
        ("the secret is q7!", True),
    ],
)
def test_a_leak_is_found_and_then_forgotten(line: str, *, leaks: bool) -> None:
    logs.add_secret("q7!")
    logs.kept(f"INFO one\nINFO {line}\nINFO two")
    assert logs.leaks() == ([f"INFO {line}"] if leaks else [])
    assert logs.leaks() == []


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_a_filter_is_not_logged(run_tap: RunTap, sandbox: Sandbox, level: str) -> None:
    maps = {"users": {"__filter__": "md5('pepper' + email) != ''"}}
    settings = {**sandbox.settings(), **A_DAY, "stream_maps": maps}
    run = run_tap(settings, TAP_ZENCODER_LOGLEVEL=level)
    assert run.status == 0
    assert run.records("users")
    assert "pepper" not in run.log


@pytest.mark.parametrize("name", ["stream_maps", "stream_map_config"])
def test_a_salt_is_not_logged_when_its_setting_is_wrong(
    run_tap: RunTap, name: str
) -> None:
    run = run_tap({"api_key": "the-key", name: "{salt:pepper}"})
    assert f"{name} must be of type object" in run.error
    assert "pepper" not in run.log


@pytest.mark.parametrize("variable", ["TAP_ZENCODER_LOGLEVEL", "LOGLEVEL"])
def test_a_log_level_that_does_not_exist_is_one_sentence(
    run_tap: RunTap, sandbox: Sandbox, variable: str
) -> None:
    run = run_tap(sandbox.settings(), **{variable: "loud"})
    assert f"{variable} must be one of" in run.error
    assert len(run.log.splitlines()) == 1


def test_a_log_level_of_other_programs_does_not_count_beside_the_own(
    run_tap: RunTap, sandbox: Sandbox
) -> None:
    levels = {"LOGLEVEL": "trace", "TAP_ZENCODER_LOGLEVEL": "INFO"}
    assert run_tap(sandbox.settings(), "--test", **levels).status == 0


def test_a_log_of_its_own_has_each_line_once(run_tap: RunTap, tmp_path: Path) -> None:
    file = tmp_path / "logs.yaml"
    handler = {"class": "logging.StreamHandler", "formatter": "plain"}
    own = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": {"format": "| %(levelname)s | %(message)s"}},
        "handlers": {"stderr": handler},
        "root": {"handlers": []},
        "loggers": {"tap-zencoder": {"handlers": ["stderr"]}},
    }
    file.write_text(json.dumps(own))
    run = run_tap({}, SINGER_SDK_LOG_CONFIG=str(file))
    assert "no credentials" in run.error


@pytest.mark.parametrize(
    "content", ["{", "[]", "version: 1\nroot: {handlers: [nowhere]}\n"]
)
def test_a_log_that_cannot_be_set_up_is_one_sentence(
    run_tap: RunTap, sandbox: Sandbox, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "logs.yaml"
    file.write_text(content)
    run = run_tap(sandbox.settings(), SINGER_SDK_LOG_CONFIG=str(file))
    assert f"SINGER_SDK_LOG_CONFIG: {file}" in run.error
    assert len(run.log.splitlines()) == 1


@pytest.mark.parametrize("stderr", ["/dev/full", "closed"])
def test_a_log_that_cannot_be_written_does_not_fail_a_sync(
    tap_command: TapCommand,
    sandbox: Sandbox,
    stderr: str,
) -> None:
    words, environment = tap_command({**sandbox.settings(), **A_DAY})
    redirection = "2>&-" if stderr == "closed" else f"2>{stderr}"
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {redirection}', "sh", *words],
        env=environment,
        stdout=subprocess.PIPE,
        check=False,
    )
    assert done.returncode == 0
    assert Run(0, done.stdout, "").records("users")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no such user: joe@example.com", "no such user: ***"),
        ("(o'brien+x@example.com), gone", "*** gone"),
        ('"joe smith"@example.com is gone', "*** is gone"),
        ("joe%40example.com is gone", "*** is gone"),
        ('{"user":"joe@example.com"} is gone', "*** is gone"),
        ("two\nlines\x1b[31m and\ttabs", "two lines [31m and tabs"),
        ("x" * 300, "x" * 200 + "..."),
        ("the key is s3cret!", "the key is ***!"),
    ],
)
def test_foreign_text_is_made_fit_for_a_log(text: str, shown: str) -> None:
    assert redacted(text, ["s3cret", ""]) == shown


@pytest.mark.parametrize("secret", ["7", "q!", "s3cret", "a-secret-of-some-length"])
def test_a_secret_is_masked_however_short(secret: str) -> None:
    assert redacted(f"no client {secret}, sorry", [secret]) == "no client ***, sorry"


def test_a_secret_that_holds_another_is_masked_whole() -> None:
    assert redacted("it is abcdef", ["abc", "abcdef"]) == "it is ***"


def test_an_address_that_would_be_cut_in_two_is_not_shown() -> None:
    for length in range(1950, 2010):
        assert "joe" not in redacted("@" * length + " joe.smith@example.com")
        assert "joe" not in redacted(" " * length + "joe.smith@example.com")


@pytest.mark.parametrize("text", ["x" * 10_000_000, '"' * 10_000_000, "@" * 10_000_000])
def test_a_text_of_any_length_is_redacted_at_once(text: str) -> None:
    assert len(redacted(text)) <= 203
