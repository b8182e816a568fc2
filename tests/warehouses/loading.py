"""The tap and a loader, joined by the state as an operator would join them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from support.logs import kept
from support.plugins import TESTS
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
        words = [sys.executable, str(TESTS / "support" / "tap_with_a_clock.py")]
        with tempfile.TemporaryDirectory() as folder:
            for name, content in files.items():
                file = Path(folder, name)
                file.write_text(json.dumps(content))
                words += [f"--{name}", str(file)]
            environment = {k: v for k, v in os.environ.items() if "ZENCODER" not in k}
            clock = {"TEST_TODAY": str(TODAY), "TEST_FIRST_DELAY": "0.01"}
            done = subprocess.run(
                words,
                env={**environment, **clock},
                capture_output=True,
                check=False,
            )
    log = kept(done.stderr)
    assert done.returncode == status, log
    check_records(done.stdout)
    return done.stdout


@dataclass(frozen=True)
class Loader:
    """A loader as a command, with its settings."""

    command: list[str]
    settings: dict[str, Any]
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def load(self, messages: bytes) -> dict[str, Any] | None:
        """Load messages and return the last state the loader emitted."""
        done = subprocess.run(
            self.words(),
            input=messages,
            cwd=self.folder,
            env={**os.environ, **self.environment},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()[-4000:]
        return _last_state(done.stdout)

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


def _last_state(output: bytes) -> dict[str, Any] | None:
    lines = output.splitlines()
    return json.loads(lines[-1]) if lines else None
