"""The tap and a loader, joined by the state as an operator would join them."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from support import in_process
from support.logs import kept
from support.plugins import PLUGINS
from support.runs import TODAY, check_records

from tap_zencoder.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_zencoder.days import Window
    from tap_zencoder.sandbox import Organisation


def extracted(
    organisation: Organisation,
    window: Window,
    state: dict[str, Any] | None = None,
    status: int = 0,
    **settings: Any,
) -> bytes:
    """Return the messages of a sync, run on the tests' `TODAY`."""
    options = json.dumps({"state": state or {}, "config": settings})
    return _extracted(organisation, window, status, options)


@lru_cache(maxsize=16)
def _extracted(
    organisation: Organisation,
    window: Window,
    status: int,
    options: str,
) -> bytes:
    files = json.loads(options)
    with Sandbox(organisation, today=lambda: TODAY) as sandbox:
        days = {"start_date": str(window.first), "end_date": str(window.last)}
        own = {**sandbox.settings(), **days, "lookback_days": 0}
        files["config"] = {**own, **files["config"]}
        words: list[str] = []
        with tempfile.TemporaryDirectory() as folder:
            for name, content in files.items():
                file = Path(folder, name)
                file.write_text(json.dumps(content))
                words += [f"--{name}", str(file)]
            environment = {k: v for k, v in os.environ.items() if "ZENCODER" not in k}
            clock = {"TEST_TODAY": str(TODAY), "TEST_FIRST_DELAY": "0.01"}
            done = in_process.run(words, {**environment, **clock})
    log = kept(done.log)
    assert done.status == status, log
    check_records(done.output)
    return done.output


@dataclass(frozen=True)
class Loader:
    """A loader as a command, with its settings."""

    command: list[str]
    settings: dict[str, Any]
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def load(self, messages: bytes) -> dict[str, Any] | None:
        """Load messages and return the last state the loader emitted."""
        [program, *words] = self.words()
        files = [self.folder / f"loader.{name}" for name in ("in", "out", "log")]
        files[0].write_bytes(messages)
        if Path(program).is_relative_to(PLUGINS / "loaders"):
            status = _forking(program).load(words, files, self.folder)
        else:
            status = self._load_in_a_process(files)
        assert status == 0, files[2].read_text()[-4000:]
        return _last_state(files[1].read_bytes())

    def _load_in_a_process(self, files: list[Path]) -> int:
        given, out, log = files
        with given.open("rb") as stdin, out.open("wb") as stdout, log.open("wb") as err:
            return subprocess.run(
                self.words(),
                cwd=self.folder,
                env={**os.environ, **self.environment},
                stdin=stdin,
                stdout=stdout,
                stderr=err,
                check=False,
            ).returncode

    def load_until(
        self,
        messages: bytes,
        reached: Callable[[], bool],
    ) -> dict[str, Any] | None:
        """Kill the loader once something is reached, before it sees the end.

        Returns:
            The last state it emitted.
        """
        with tempfile.TemporaryFile() as states:
            process = subprocess.Popen(
                self.words(),
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=states,
                stderr=subprocess.DEVNULL,
            )
            assert process.stdin is not None
            process.stdin.write(messages)
            process.stdin.flush()
            give_up = time.monotonic() + 60
            while not reached():
                assert process.poll() is None, "it ended by itself"
                assert time.monotonic() < give_up, "it has not come so far"
                time.sleep(0.02)
            process.kill()
            process.wait()
            process.stdin.close()
            states.seek(0)
            return _last_state(states.read())

    def words(self) -> list[str]:
        """Return the command line, with its settings in a file."""
        file = self.folder / "loader.json"
        file.write_text(json.dumps(self.settings))
        return [*self.command, "--config", str(file)]


class Forking:
    """A loader that forks for each load, see ``forking``."""

    def __init__(self, program: str) -> None:
        """Start it with the Python of its environment."""
        script = Path(__file__).with_name("forking.py")
        self._process = subprocess.Popen(
            [Path(program).with_name("python"), script, Path(program).name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self._process.communicate)  # which ends it

    def load(self, words: list[str], files: list[Path], folder: Path) -> int:
        """Return the status with which a load ended."""
        load = {"words": words, "files": files, "folder": folder}
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(load, default=str) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@lru_cache
def _forking(program: str) -> Forking:
    return Forking(program)


def _last_state(output: bytes) -> dict[str, Any] | None:
    lines = output.splitlines()
    return json.loads(lines[-1]) if lines else None
