"""Programs in environments of their own, and servers among them."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from support.plugins import PLUGINS

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = Path(__file__).parent / "emulators"


def command(environment: str, name: str) -> list[str]:
    """Return a command that an environment has; without one, skip the test."""
    path = PLUGINS / "environments" / environment / "bin" / name
    reason = PLUGINS / "environments" / f"{environment}.log"
    if not path.exists():
        why = reason.read_text() if reason.exists() else "run `make test-warehouses`"
        pytest.skip(f"{environment} is not installed: {why}")
    return [str(path)]


def program(environment: str, name: str) -> list[str]:
    """Return the command that runs a program of ours in an environment."""
    python = command(environment, "python")
    return [*python, "-W", "ignore", str(PROGRAMS / name)]


def free_ports(number: int) -> list[int]:
    """Return ports of loopback that nothing listens on."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@contextlib.contextmanager
def serving(words: list[str], port: int, folder: Path) -> Iterator[str]:
    """Start a server and give its address, once it answers there."""
    address = f"http://127.0.0.1:{port}"
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(words, cwd=folder, stdout=output, stderr=output)
        try:
            until = time.monotonic() + 60
            while True:
                with contextlib.suppress(requests.ConnectionError):
                    requests.get(address, timeout=10)
                    break
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.1)
            yield address
        finally:
            process.terminate()
            process.wait()
