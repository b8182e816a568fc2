from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from click.testing import CliRunner, Result
from support.logs import kept

from tap_zencoder.sandbox.cli import main
from tap_zencoder.sandbox.oddities import ODDITIES, WORDINGS
from tap_zencoder.sandbox.realities import REALITIES
from tap_zencoder.sandbox.service import API_KEY, CLIENT_SECRET

if TYPE_CHECKING:
    from tap_zencoder.sandbox import Sandbox

SANDBOX = [sys.executable, "-m", "tap_zencoder.sandbox"]
NIGHTLY = Path(__file__).parents[2] / "examples" / "nightly.sh"
RUN_TAP = "from tap_zencoder.cli import main; main()"
LOADER = """
import json, sys
for line in sys.stdin:
    if line.startswith('{"type":"STATE"'):
        print(json.dumps(json.loads(line)["value"]), flush=True)
"""
SHOW = "import json, os; print(json.dumps(dict(os.environ)))"
ASK = """
import os, sys, urllib.error, urllib.request
for query in sys.argv[2:]:
    url = os.environ["TAP_ZENCODER_API_URL"] + "/api/v1/data/usage?" + query
    request = urllib.request.Request(url, headers={"zencoder-api-key": sys.argv[1]})
    try:
        print(urllib.request.urlopen(request).status)
    except urllib.error.HTTPError as error:
        print(error.code)
"""


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*SANDBOX, *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    kept(done.stderr)
    return done


def run_here(*words: str) -> Result:
    """Run what starts no command in this process."""
    return CliRunner().invoke(main, words)


def test_a_command_finds_the_sandbox_in_its_environment() -> None:
    done = run(
        "--",
        sys.executable,
        "-c",
        SHOW,
        TAP_ZENCODER_API_KEY="of a real account",
        TAP_ZENCODER_START_DATE="2026-01-01",
        API_KEY="of another tool",
    )
    seen = json.loads(done.stdout)
    assert seen["TAP_ZENCODER_API_URL"].startswith("http://127.0.0.1:")
    assert seen["TAP_ZENCODER_CLIENT_ID"]
    assert "TAP_ZENCODER_API_KEY" not in seen
    assert seen["TAP_ZENCODER_START_DATE"] == "2026-01-01"
    assert seen["API_KEY"] == "of another tool"


def test_the_tap_reaches_the_sandbox_whatever_its_settings_say(tmp_path: Path) -> None:
    """A file's own credentials and URLs are not used: not even tried."""
    file = tmp_path / "config.json"
    real = {"api_key": "zak_live_real", "api_url": "https://zencoder.invalid"}
    file.write_text(json.dumps(real))
    for config in (str(file), "ENV"):
        own = {"TAP_ZENCODER_API_KEY": "zak_live_real"}
        done = run(
            "--", sys.executable, "-c", RUN_TAP, "--config", config, "--test", **own
        )
        assert done.stdout.startswith("Connection OK: http://127.0.0.1:"), done.stderr
        assert "Using the sandbox" in done.stderr


def test_a_variable_of_the_sandbox_that_it_did_not_set_is_refused() -> None:
    own = {"ZENCODER_SANDBOX": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "tap_zencoder", "--config=ENV", "--test"],
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "ZENCODER_SANDBOX" in done.stderr
    assert "unset it" in done.stderr


def test_nights_are_rehearsed_one_after_the_other(tmp_path: Path) -> None:
    log = tmp_path / "requests.jsonl"
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    first = str(yesterday - timedelta(days=6))
    options = ["--users=3", "--nights=3", "--request-log", str(log)]
    done = run(
        *options,
        "--",
        "/bin/bash",
        str(NIGHTLY),
        sys.executable,
        "-c",
        LOADER,
        FOLDER=str(tmp_path / "kept"),
        PATH=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        TAP_ZENCODER_START_DATE=first,
    )
    assert done.returncode == 0, done.stderr
    days = [yesterday - timedelta(days=2), yesterday - timedelta(days=1), yesterday]
    syncs = re.findall(
        r"Syncing \d days, (\S+) to (\S+):.*; bookmark: (.*)", done.stderr
    )
    assert [sync[1:] for sync in syncs] == [
        (str(days[0]), "none yet"),
        (str(days[1]), str(days[0])),
        (str(days[2]), str(days[1])),
    ]
    assert f"Night 1 of 3, up to {days[0]}" in done.stderr
    asked = [json.loads(line)["query"] for line in log.read_text().splitlines()]
    periods = [q["period"] for q in asked if "period" in q]
    assert sorted(periods) == ["30d", "7d", "90d"]


def test_a_night_that_fails_is_the_last() -> None:
    done = run("--nights=3", "--", sys.executable, "-c", "raise SystemExit(3)")
    assert done.returncode == 3
    assert done.stderr.count("Night ") == 1


def test_a_command_reaches_the_sandbox_without_a_proxy() -> None:
    proxy = {"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "intranet.example"}
    proxy |= {name.lower(): value for name, value in proxy.items()}
    done = run("--", sys.executable, "-c", ASK, "wrong", "period=7d", **proxy)
    assert done.stdout == "401\n", done.stderr
    seen = json.loads(run("--", sys.executable, "-c", SHOW, **proxy).stdout)
    assert seen["NO_PROXY"] == "intranet.example,127.0.0.1"


def test_a_command_keeps_the_exceptions_that_are_named_in_small_letters() -> None:
    plain = {"NO_PROXY": "", "no_proxy": "intranet.example"}
    seen = json.loads(run("--", sys.executable, "-c", SHOW, **plain).stdout)
    assert seen["NO_PROXY"] == seen["no_proxy"] == "intranet.example,127.0.0.1"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("", 0),
        ("raise SystemExit(3)", 3),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 137),
    ],
)
def test_the_exit_status_is_the_command_s(code: str, status: int) -> None:
    assert run("--", sys.executable, "-c", code).returncode == status


def test_a_command_that_does_not_exist_is_one_sentence() -> None:
    done = run_here("--", "no-such-command")
    assert done.exit_code == 127
    [line] = done.stderr.splitlines()
    assert "no-such-command: No such file" in line


def test_it_says_which_version_it_is() -> None:
    done = run_here("--version")
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"zencoder-sandbox {version('tap-zencoder')}" in done.stdout


@pytest.mark.parametrize("known", [REALITIES, ODDITIES, WORDINGS])
def test_the_help_lists_each_answer_that_it_can_give(known: dict[str, Any]) -> None:
    lines = run_here("--help").stdout.split("Realities:\n")[1].splitlines()
    described = dict(line.strip().split(maxsplit=1) for line in lines if "-" in line)
    assert known
    for name, act in known.items():
        assert described[name] == act.__doc__.replace("`", "")


@pytest.mark.parametrize(
    "options",
    [
        ["--error-rate", "2"],
        ["--users", "-1"],
        ["--today", "soon"],
        ["--founded", "soon"],
        ["--reality", "no-such-reality"],
        ["--error-rate", "0.6", "--throttle-rate", "0.6"],
    ],
)
def test_bad_options_are_refused(options: list[str]) -> None:
    done = run_here(*options, "--", sys.executable, "-c", "")
    assert done.exit_code == 2
    assert "Error: " in done.stderr


def test_a_port_that_is_taken_is_one_sentence(sandbox: Sandbox) -> None:
    port = sandbox.api_url.rpartition(":")[2]
    done = run_here("--port", port, "--", sys.executable, "-c", "")
    assert done.exit_code == 1
    [line] = done.stderr.splitlines()
    assert f"port {port}: Address already in use" in line


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(signum: signal.Signals) -> None:
    with subprocess.Popen([*SANDBOX], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        lines = [process.stderr.readline() for _ in range(6)]
        [address] = [line.split("=")[1].strip() for line in lines if "API_URL" in line]
        assert (
            requests.get(f"{address}/api/v1/data/usage", timeout=5).status_code == 401
        )
        process.send_signal(signum)
        assert process.wait(timeout=5) == 0
        assert "Traceback" not in process.stderr.read()


def test_a_signal_reaches_the_command(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    code = f"import pathlib, time; pathlib.Path({str(ready)!r}).touch(); time.sleep(60)"
    words = [*SANDBOX, "--", sys.executable, "-c", code]
    with subprocess.Popen(words, stderr=subprocess.PIPE) as process:
        while not ready.exists():
            time.sleep(0.05)
        process.terminate()
        assert process.wait(timeout=5) == 143


def test_requests_are_logged_without_secrets(tmp_path: Path) -> None:
    log = tmp_path / "requests.jsonl"
    options = ["--users", "3", "--request-log", str(log), "--"]
    queries = ["day=2026-01-05", "period=8d"]
    done = run(*options, sys.executable, "-c", ASK, API_KEY, *queries)
    assert done.stdout == "200\n400\n", done.stderr
    lines: list[dict[str, Any]] = [
        json.loads(line) for line in log.read_text().splitlines()
    ]
    assert [set(line) for line in lines] == [
        {"number", "time", "method", "path", "query", "status"},
    ] * 2
    assert [(line["query"], line["status"]) for line in lines] == [
        ({"day": "2026-01-05"}, 200),
        ({"period": "8d"}, 400),
    ]
    assert API_KEY not in log.read_text()
    assert "secret" not in log.read_text()


def test_a_crash_of_the_sandbox_names_the_place_and_no_secrets(
    capsys: pytest.CaptureFixture[str],
    sandbox: Sandbox,
) -> None:
    said = f"{CLIENT_SECRET} of developer-0001@example.com"

    def crash(*_: object) -> dict[str, Any]:
        raise ValueError(said)

    sandbox.answers = crash
    with pytest.raises(requests.ConnectionError):
        requests.get(
            f"{sandbox.api_url}/api/v1/data/usage?day=2026-03-02",
            headers={"zencoder-api-key": API_KEY},
            timeout=10,
        )
    told = capsys.readouterr().err
    assert told.startswith("The sandbox failed: ValueError")
    assert ", in crash\n" in told
    assert said not in told
