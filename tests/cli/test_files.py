"""What is wrong with a file that is given, and how files may be written."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.runs import A_DAY, STREAMS, Run, catalog_of

from tap_zencoder.command import command
from tap_zencoder.errors import ZencoderError
from tap_zencoder.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

    RunTap = Callable[..., Run]


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


NAMES = {"--config": "Bad settings", "--state": "The state", "--catalog": "The catalog"}
NESTED = '{"bookmarks": ' + '{"a":' * 2000 + "1" + "}" * 2001
ARRAYS = '{"bookmarks": ' + "[" * 300 + "]" * 300 + "}"


@pytest.fixture
def refusal_of(refusal: Callable[..., str]) -> Callable[[str, Path, str], str]:
    """Write a file; return the sentence with which it is refused, named as its kind."""

    def sentence(option: str, file: Path, content: str) -> str:
        file.write_text(content)
        error = refusal({"api_key": "the-key"}, option, str(file))
        assert error.startswith(NAMES[option])
        return error

    return sentence


@pytest.mark.parametrize(
    ("option", "content", "reason"),
    [
        ("--config", '{"api_key": ', "is not JSON"),
        ("--config", '{"concurrency": NaN}', "is not JSON"),
        ("--config", "[]", "is not a JSON object"),
        ("--config", "[" * 10_000, "is not a JSON object"),
        ("--config", '{"concurrency": ' + "9" * 5000 + "}", "cannot be used"),
        ("--state", "", "is not JSON (empty)"),
        ("--state", '{"bookmarks": {"dai', "is not JSON"),
        ("--state", '{"bookmarks": NaN}', "is not JSON"),
        ("--state", '{"bookmarks": {"\\ud800": {}}}', "is not JSON"),
        ("--state", "[]", "is not a JSON object"),
        ("--state", "[" * 10_000, "is not a JSON object"),
        ("--catalog", "{", "is not JSON"),
        ("--catalog", '{"streams": NaN}', "is not JSON"),
        ("--catalog", "[" * 10_000, "is not a JSON object"),
    ],
)
def test_a_broken_file_is_named_with_the_reason(
    refusal_of: Callable[[str, Path, str], str],
    tmp_path: Path,
    option: str,
    content: str,
    reason: str,
) -> None:
    file = tmp_path / "broken.json"
    assert f"{file} {reason}" in refusal_of(option, file, content)


@pytest.mark.parametrize(
    ("option", "content", "reason"),
    [
        ("--state", '{"daily": 1}', "`bookmarks`"),
        ("--state", NESTED, "nested too deeply"),
        ("--state", ARRAYS, "nested too deeply"),
        ("--catalog", "{}", "'streams'"),
    ],
)
def test_json_of_another_shape_is_refused_with_the_reason(
    refusal_of: Callable[[str, Path, str], str],
    tmp_path: Path,
    option: str,
    content: str,
    reason: str,
) -> None:
    assert reason in refusal_of(option, tmp_path / "other.json", content)


@pytest.mark.parametrize("option", NAMES)
def test_a_file_that_does_not_exist_is_named(
    refusal: Callable[..., str], tmp_path: Path, option: str
) -> None:
    file = tmp_path / "missing.json"
    error = refusal({"api_key": "the-key"}, option, str(file))
    assert error.startswith(NAMES[option])
    assert f"{file} cannot be read: No such file" in error


@pytest.mark.parametrize("option", NAMES)
def test_a_file_in_another_encoding_is_named(
    refusal: Callable[..., str],
    tmp_path: Path,
    option: str,
) -> None:
    file = tmp_path / "wide.json"
    file.write_text("{}", encoding="utf-16")
    error = refusal({"api_key": "the-key"}, option, str(file))
    assert f"{file} is not text in UTF-8" in error


def test_a_byte_order_mark_in_a_file_is_skipped(
    run_tap: RunTap, sandbox: Sandbox, tmp_path: Path
) -> None:
    words = []
    for option, content in (
        ("config", {**sandbox.settings(), **A_DAY}),
        ("state", {"bookmarks": {}}),
        ("catalog", catalog_of(*STREAMS)),
    ):
        file = tmp_path / f"marked-{option}.json"
        file.write_text(json.dumps(content), encoding="utf-8-sig")
        words += [f"--{option}", str(file)]
    run = run_tap(None, *words)
    assert run.status == 0, run.log
    assert run.records("users")


def test_credentials_in_an_environment_that_is_not_read_are_pointed_at(
    refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAP_ZENCODER_API_KEY", "not-shown")
    monkeypatch.setenv("TAP_ZENCODER_CONCURRENCY", "2")
    error = refusal({})
    assert "TAP_ZENCODER_API_KEY" in error
    assert "--config ENV" in error
    assert "not-shown" not in error
    assert "--config ENV?" in refusal({}, "--config", "env")


def test_settings_may_come_through_a_pipe(run_tap: RunTap, sandbox: Sandbox) -> None:
    reading, writing = os.pipe()
    os.write(writing, json.dumps(sandbox.settings()).encode())
    os.close(writing)
    run = run_tap(None, "--config", f"/dev/fd/{reading}", "--test")
    os.close(reading)
    assert run.status == 0, run.log
    assert b"Connection OK" in run.output
    assert run.log == ""
