"""What a user reads, and the exit status, when something is wrong."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.logs import kept
from support.runs import TODAY, Run

from tap_zencoder.command import _error_for_user, command
from tap_zencoder.errors import AccessError, ZencoderError
from tap_zencoder.sandbox import Organisation, Sandbox, faults
from tap_zencoder.sandbox.service import CLIENT_ID, CLIENT_SECRET

if TYPE_CHECKING:
    from collections.abc import Callable

    RunTap = Callable[..., Run]

A_DAY = {"start_date": "2026-03-06", "end_date": "2026-03-06"}


def the_error(run: Run) -> str:
    """Return the one ERROR line of a run that failed without a traceback."""
    assert run.status == 1
    assert "Traceback" not in run.log
    [error] = run.errors
    return error


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (400, "day 2026-03-06 (HTTP 400: no, not like this)."),
        (401, "Zencoder did not accept the credentials (HTTP 401 for day 2026-03-06)."),
        (403, "Zencoder refused access to day 2026-03-06 (HTTP 403)."),
        (404, "day 2026-03-06 (HTTP 404: no, not like this)."),
        (
            500,
            "Gave up on day 2026-03-06 after 6 attempts. Last error: HTTP 500: no, not",
        ),
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
    sandbox.faults = faults.Fail(faults.asks_for(day="2026-03-06"), refusals)
    assert sentence in the_error(run_tap({**sandbox.settings(), **A_DAY}))


def test_wrong_credentials_are_one_sentence(run_tap: RunTap, sandbox: Sandbox) -> None:
    error = the_error(run_tap({**sandbox.settings(), "client_secret": "wrong"}))
    assert "The token endpoint refused client_id and client_secret (HTTP 401" in error
    assert "wrong" not in error


def test_bad_settings_are_reported_all_at_once(run_tap: RunTap) -> None:
    error = the_error(run_tap({"client_id": "x", "concurrency": 99, "star_date": "x"}))
    assert "client_id is set without client_secret" in error
    assert "concurrency must be at most 16, not 99" in error
    assert "there is no setting star_date (did you mean start_date?)" in error


@pytest.fixture
def refusal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., str]:
    """Run the command in this process; return the sentence with which it refuses."""
    monkeypatch.setattr("tap_zencoder.command.set_up_logging", lambda: None)
    monkeypatch.setattr("gc.freeze", lambda: None)

    def sentence(config: dict[str, Any], *words: str) -> str:
        file = tmp_path / "config.json"
        file.write_text(json.dumps(config))
        with pytest.raises(ZencoderError) as error:
            command.main(["--config", str(file), *words], standalone_mode=False)
        return str(error.value)

    return sentence


@pytest.mark.parametrize(
    ("option", "content", "sentence"),
    [
        (
            "--config",
            None,
            "Bad settings: {file} cannot be read: No such file or directory.",
        ),
        (
            "--config",
            '{"api_key": ',
            "Bad settings: {file} is not JSON (",
        ),
        ("--config", "[]", "Bad settings: {file} is not a JSON object."),
        ("--state", "", "The state file {file} is not JSON (empty)."),
        ("--state", '{"bookmarks": {"dai', "The state file {file} is not JSON ("),
        ("--state", "[]", "The state file {file} is not a JSON object."),
        ("--state", '{"daily": 1}', "required field `bookmarks` at $."),
        ("--catalog", "{", "The catalog {file} is not JSON ("),
        ("--catalog", "{}", "The catalog "),
        ("--config", '{"concurrency": NaN}', "Bad settings: {file} is not JSON ("),
        ("--state", '{"bookmarks": NaN}', "The state file {file} is not JSON ("),
        ("--catalog", '{"streams": NaN}', "The catalog {file} is not JSON ("),
        ("--state", '{"bookmarks": ' + '{"a":' * 2000 + "1" + "}" * 2001, "nested too"),
        ("--state", '{"bookmarks": ' + "[" * 300 + "]" * 300 + "}", "nested too"),
        ("--state", '{"bookmarks": {"\\ud800": {}}}', "file {file} is not JSON ("),
        ("--state", None, "The state file {file} cannot be read: No such file or"),
        ("--catalog", None, "The catalog {file} cannot be read: No such file or"),
        ("--config", '{"concurrency": ' + "9" * 5000 + "}", "{file} cannot be used"),
        ("--state", "[" * 10_000, "The state file {file} is not a JSON object."),
        ("--catalog", "[" * 10_000, "The catalog {file} is not a JSON object."),
        ("--config", "[" * 10_000, "Bad settings: {file} is not a JSON object."),
    ],
)
def test_a_broken_file_is_one_sentence(
    refusal: Callable[..., str],
    tmp_path: Path,
    option: str,
    content: str | None,
    sentence: str,
) -> None:
    file = tmp_path / "broken.json"
    if content is not None:
        file.write_text(content)
    error = refusal({"api_key": "the-key"}, option, str(file))
    assert sentence.format(file=file) in error


def test_a_byte_order_mark_in_a_file_is_skipped(
    run_tap: RunTap, sandbox: Sandbox, tmp_path: Path
) -> None:
    words = []
    catalog = json.loads((Path(__file__).parent / "catalog.json").read_text())
    for option, content in (
        ("config", {**sandbox.settings(), **A_DAY}),
        ("state", {"bookmarks": {}}),
        ("catalog", catalog),
    ):
        file = tmp_path / f"marked-{option}.json"
        file.write_text(json.dumps(content), encoding="utf-8-sig")
        words += [f"--{option}", str(file)]
    run = run_tap(None, *words)
    assert run.status == 0, run.log
    assert run.records("users")


@pytest.mark.parametrize("stderr", ["/dev/full", "closed"])
def test_a_log_that_cannot_be_written_does_not_fail_a_sync(
    tap_command: Callable[..., tuple[list[str], dict[str, str]]],
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
    ("error", "what"),
    [
        (MemoryError(), "memory"),
        (RuntimeError("can't start new thread"), "threads (ulimit -u)"),
    ],
)
def test_what_a_machine_has_run_out_of_is_named(error: Exception, what: str) -> None:
    assert f"This machine has no {what} left" in str(_error_for_user(error))


def test_credentials_in_an_environment_that_is_not_read_are_pointed_at(
    refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAP_ZENCODER_API_KEY", "not-shown")
    monkeypatch.setenv("TAP_ZENCODER_CONCURRENCY", "2")
    error = refusal({})
    assert "(TAP_ZENCODER_API_KEY: read with --config ENV)" in error
    assert "not-shown" not in error
    assert "did you mean --config ENV?" in refusal({}, "--config", "env")


@pytest.mark.parametrize("option", ["--config", "--state", "--catalog"])
def test_a_file_in_another_encoding_is_one_sentence(
    refusal: Callable[..., str],
    tmp_path: Path,
    option: str,
) -> None:
    file = tmp_path / "wide.json"
    file.write_text("{}", encoding="utf-16")
    error = refusal({"api_key": "the-key"}, option, str(file))
    assert f"{file} is not text in UTF-8." in error


@pytest.mark.parametrize(
    ("column", "expression"),
    [
        ("email", "md5('pepper' + "),
        ("__filter__", "messages > 'pepper' +"),
        ("email", ""),
        ("email", 5),
        ("email", None),
        ("email", "__NULL__"),
        ("__key_properties__", ["pepper"]),
    ],
)
def test_a_broken_stream_map_is_one_sentence_before_any_request(
    run_tap: RunTap,
    sandbox: Sandbox,
    column: str,
    expression: object,
) -> None:
    maps = {"stream_maps": {"users": {column: expression}}}
    error = the_error(run_tap({**sandbox.settings(), **A_DAY, **maps}))
    assert "Bad settings: stream_maps cannot be applied to the streams (" in error
    assert "pepper" not in error
    assert sandbox.requests == []


def test_a_map_of_what_is_no_stream_is_not_quoted(run_tap: RunTap) -> None:
    maps = {"__people": {"__source__": "users", "email": "md5('pepper' + email)"}}
    run = run_tap({"api_key": "the-key", "stream_maps": maps})
    assert "Bad settings: stream_maps" in the_error(run)
    assert "pepper" not in run.log


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_a_filter_is_not_logged(run_tap: RunTap, sandbox: Sandbox, level: str) -> None:
    maps = {"users": {"__filter__": "md5('pepper' + email) != ''"}}
    settings = {**sandbox.settings(), **A_DAY, "stream_maps": maps}
    run = run_tap(settings, TAP_ZENCODER_LOGLEVEL=level)
    assert run.status == 0
    assert run.records("users")
    assert "pepper" not in run.log


def test_a_key_may_be_left_out_where_a_map_names_another(
    run_tap: RunTap, sandbox: Sandbox
) -> None:
    """But not so that rows have the same key."""
    settings = {**sandbox.settings(), **A_DAY}
    users = {"email": None, "__key_properties__": ["day", "messages"]}
    run = run_tap({**settings, "stream_maps": {"users": users}})
    assert run.status == 0, run.log
    assert run.records("users")
    assert all("email" not in row for row in run.records("users"))
    users["__key_properties__"] = ["day"]
    error = the_error(run_tap({**settings, "stream_maps": {"users": users}}))
    assert "rows of users for 2026-03-06" in error
    assert "the key (day)" in error


@pytest.mark.parametrize("name", ["stream_maps", "stream_map_config"])
def test_a_salt_is_not_logged_when_its_setting_is_wrong(
    run_tap: RunTap, name: str
) -> None:
    run = run_tap({"api_key": "the-key", name: "{salt:pepper}"})
    assert f"Bad settings: {name} must be of type object." in the_error(run)
    assert "pepper" not in run.log


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("md5(pepper + email)", "NameNotDefined"),
        ("md5(config['short'] + email)", "KeyError"),
        ("email if config['pepper'][31] else ''", "IndexError"),
        ("int(email)", "ValueError"),
        ("config[email]", "KeyError"),
        ("email and bool", "TypeError"),
        ("salt = 'pepper'", "StreamMapConfigError"),
    ],
)
def test_a_stream_map_that_cannot_be_applied_is_one_sentence(
    run_tap: RunTap,
    sandbox: Sandbox,
    expression: str,
    why: str,
) -> None:
    maps = {
        "stream_maps": {"users": {"email": expression}},
        "stream_map_config": {"pepper": "short-pepper"},
    }
    error = the_error(run_tap({**sandbox.settings(), **A_DAY, **maps}))
    assert f"stream_maps cannot be applied to a row of users ({why});" in error
    assert "developer" not in error
    assert "short" not in error
    assert "pepper" not in error


@pytest.mark.parametrize("variable", ["TAP_ZENCODER_LOGLEVEL", "LOGLEVEL"])
def test_a_log_level_that_does_not_exist_is_one_sentence(
    run_tap: RunTap, sandbox: Sandbox, variable: str
) -> None:
    run = run_tap(sandbox.settings(), **{variable: "loud"})
    assert f"Bad settings: {variable} must be one of" in the_error(run)
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
    assert "Bad settings: no credentials" in the_error(run)


@pytest.mark.parametrize(
    "content", ["{", "[]", "version: 1\nroot: {handlers: [nowhere]}\n"]
)
def test_a_log_that_cannot_be_set_up_is_one_sentence(
    run_tap: RunTap, sandbox: Sandbox, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "logs.yaml"
    file.write_text(content)
    run = run_tap(sandbox.settings(), SINGER_SDK_LOG_CONFIG=str(file))
    assert f"SINGER_SDK_LOG_CONFIG: {file} does not configure" in the_error(run)
    assert len(run.log.splitlines()) == 1


def test_a_bug_is_one_sentence_without_foreign_words(
    run_process: RunTap, sandbox: Sandbox
) -> None:
    run = run_process({**sandbox.settings(), **A_DAY}, TEST_CRASH="joe is at home")
    error = the_error(run)
    assert "Unexpected ZeroDivisionError at tap_with_a_clock.py:" in error
    assert "joe" not in run.log


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
    assert (
        "Ignoring TAP_ZENCODER_START_DAT: unknown setting (did you mean start_date?)."
        in warning
    )


def test_a_state_of_another_tap_is_warned_about(
    run_tap: RunTap, sandbox: Sandbox
) -> None:
    other = {"bookmarks": {"issues": {"replication_key": "updated_at"}}}
    run = run_tap({**sandbox.settings(), **A_DAY}, state=other)
    assert run.status == 0
    assert "has bookmarks for streams that do not exist: issues. It has none" in run.log


def test_selecting_nothing_is_warned_about(run_tap: RunTap, sandbox: Sandbox) -> None:
    catalog = json.loads((Path(__file__).parent / "catalog.json").read_text())
    for entry in catalog["streams"]:
        entry["metadata"] = [{"breadcrumb": [], "metadata": {"selected": False}}]
    run = run_tap(sandbox.settings(), catalog=catalog)
    assert run.status == 0
    assert "No stream is selected: nothing will be synced." in run.log
    assert sandbox.requests == []


@pytest.mark.parametrize(
    "surroundings",
    [
        {"REQUESTS_CA_BUNDLE": "/no/such/file.pem"},
        {"HTTPS_PROXY": "gopher://proxy.example:70", "NO_PROXY": ""},
    ],
    ids=str,
)
def test_a_network_that_is_set_up_wrongly_is_one_sentence(
    run_tap: RunTap,
    surroundings: dict[str, str],
) -> None:
    elsewhere = {"api_key": "the-key", "api_url": "https://zencoder.invalid"}
    error = the_error(run_tap({**elsewhere, **A_DAY}, **surroundings))
    assert "No request to zencoder.invalid can be made: " in error
    assert "REQUESTS_CA_BUNDLE" in error
    assert "attempts" not in error


def test_debug_shows_where_it_happened(run_tap: RunTap, sandbox: Sandbox) -> None:
    settings = {**sandbox.settings(), "client_secret": "wrong"}
    run = run_tap(settings, TAP_ZENCODER_LOGLEVEL="DEBUG")
    assert len(run.errors) == 1
    assert "client.py" in run.log


def test_the_connection_test_is_described_as_it_is(run_tap: RunTap) -> None:
    told = " ".join(run_tap(None, "--help").output.decode().split())
    assert (
        "--test [all|schema] Check credentials, role and network, and print one line. "
        in told
    )


# None: a sync.
@pytest.mark.parametrize("option", [None, "--discover"])
def test_an_output_that_cannot_be_written_is_one_sentence(
    tap_command: Callable[..., tuple[list[str], dict[str, str]]],
    sandbox: Sandbox,
    option: str | None,
) -> None:
    words, environment = tap_command(sandbox.settings())
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*words, *filter(None, [option])],
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    error = the_error(Run(done.returncode, b"", kept(done.stderr)))
    assert "cannot be written to stdout: No space left on device." in error


@pytest.mark.parametrize(
    ("signum", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_signal_before_anything_has_begun_ends_it_quietly(
    signum: signal.Signals,
    status: int,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-X", "importtime", "-m", "tap_zencoder", "--discover"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        # The first import of the SDK: the tap has just begun.
        for line in process.stderr:
            if "singer_sdk" in line:
                break
        process.send_signal(signum)
        rest = process.stderr.read()
    assert process.returncode == status
    assert "Traceback" not in rest


def test_ctrl_c_on_a_pipeline_is_not_reported_as_a_failure(
    tap_command: Callable[..., tuple[list[str], dict[str, str]]],
    sandbox: Sandbox,
) -> None:
    """The target, which has had the signal as well, may be gone before the tap."""
    sandbox.latency = 0.1
    words, environment = tap_command({**sandbox.settings(), "start_date": "2025-01-01"})
    for _ in range(2):  # which of the two is quicker is a matter of chance
        with subprocess.Popen(
            words,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            process.stdout.close()
            process.send_signal(signal.SIGINT)
        assert process.returncode == 130


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


def test_a_connection_test_takes_one_login_and_one_request(
    run_tap: RunTap,
    sandbox: Sandbox,
) -> None:
    run = run_tap(sandbox.settings(), "--test")
    assert run.status == 0
    users = sandbox.organisation.period(7, TODAY)["summary"]["total_active_users"]
    [line] = run.output.decode().splitlines()
    assert line.startswith(f"Connection OK: {sandbox.api_url} answered")
    assert f"({users} active users in " in line
    assert [request.method for request in sandbox.requests] == ["POST", "GET"]


def test_a_connection_test_of_a_quiet_organisation_does_not_wait(
    run_tap: RunTap,
) -> None:
    with Sandbox(Organisation(users=0), today=lambda: TODAY) as quiet:
        run = run_tap(quiet.settings(), "--test")
        assert "(0 active users in " in run.output.decode()
        assert len(quiet.requests) == 2


@pytest.mark.parametrize(
    ("matching", "fault", "sentence"),
    [
        (faults.is_login, faults.Respond(401), "refused client_id and client_secret"),
        (faults.is_usage, faults.Respond(403), "Owner or Manager role"),
        (
            faults.is_usage,
            faults.SERVER_ERROR,
            "Gave up on the usage of the last 7 days after 6 attempts.",
        ),
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
    settings = {**sandbox.settings(), **A_DAY}
    run = run_tap(settings, TAP_ZENCODER_LOGLEVEL="DEBUG")
    assert run.status == (0 if matching is None else 1)
    for secret in (CLIENT_ID, CLIENT_SECRET, "@example.com", "Bearer"):
        assert secret not in run.log
