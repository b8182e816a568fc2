from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pytest
import requests
from support.logs import kept

from tap_zencoder.sandbox.service import API_KEY, CLIENT_SECRET

if TYPE_CHECKING:
    from pathlib import Path

    from tap_zencoder.sandbox import Sandbox

SANDBOX = [sys.executable, "-m", "tap_zencoder.sandbox"]
SHOW = "import json, os; print(json.dumps(dict(os.environ)))"


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


def test_a_command_reaches_the_sandbox_without_a_proxy() -> None:
    proxy = {"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "intranet.example"}
    proxy |= {name.lower(): value for name, value in proxy.items()}
    tap = [sys.executable, "-m", "tap_zencoder", "--config=ENV", "--test"]
    done = run("--", *tap, **proxy)
    assert done.returncode == 0, done.stderr
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


def test_a_command_that_is_not_there_is_one_sentence() -> None:
    done = run("--", "no-such-command")
    assert done.returncode == 127
    assert done.stderr == "Error: no-such-command: No such file or directory\n"


def test_it_says_which_version_it_is() -> None:
    done = run("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        done.stdout == f"zencoder-sandbox {version('tap-zencoder')}, of tap-zencoder\n"
    )


@pytest.mark.parametrize(
    "options",
    [
        ["--error-rate", "2"],
        ["--users", "-1"],
        ["--today", "soon"],
        ["--founded", "soon"],
        ["--error-rate", "0.6", "--throttle-rate", "0.6"],
    ],
)
def test_bad_options_are_refused(options: list[str]) -> None:
    done = run(*options, "--", sys.executable, "-c", "")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_one_sentence() -> None:
    words = ["--port", "0", "--", *SANDBOX, "--port"]
    taker = "import os, sys; p = os.environ['TAP_ZENCODER_API_URL'].rsplit(':')[-1]; "
    taker += "os.execv(sys.executable, [sys.executable, *sys.argv[1:], p])"
    done = run(*words[:3], sys.executable, "-c", taker, *words[4:])
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "Address already in use" in done.stderr


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
    tap = [sys.executable, "-m", "tap_zencoder", "--config", "ENV"]
    options = ["--users", "3", "--request-log", str(log)]
    done = run(
        *options,
        "--",
        *tap,
        TAP_ZENCODER_START_DATE="2026-01-05",
        TAP_ZENCODER_END_DATE="2026-01-06",
    )
    assert done.returncode == 0
    lines: list[dict[str, Any]] = [
        json.loads(line) for line in log.read_text().splitlines()
    ]
    assert [set(line) for line in lines] == [
        {"number", "time", "method", "path", "query", "status"},
    ] * 3
    assert {line["query"].get("day") for line in lines} == {
        None,
        "2026-01-05",
        "2026-01-06",
    }
    assert "secret" not in log.read_text()


def test_a_crash_of_the_sandbox_tells_where_and_no_secrets(
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
    assert told.startswith("The sandbox failed: ValueError at\n")
    assert ", in crash\n" in told
    assert said not in told
