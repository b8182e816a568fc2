"""The works, and running programs on them: what each run took."""

from __future__ import annotations

import json
import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

# Of the sandbox. Not imported: the peak of a program counts from that of its parent.
CLIENT_ID, CLIENT_SECRET = "sandbox-client-id", "sandbox-client-secret"
ROUNDS = int(os.environ.get("ROUNDS", "5"))
TODAY = datetime.now(UTC).date()
HERE = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
TAP = str(BIN / "tap-zencoder")


@dataclass(frozen=True)
class Work:
    """An organisation, how many of its days are requested, and how quick the API is."""

    users: int
    days: int
    latency: int
    """Milliseconds a request."""

    @property
    def first(self) -> date:
        """The first of the days; the last is yesterday."""
        return TODAY - timedelta(days=self.days)


BACKFILL = Work(users=50, days=90, latency=100)
VOLUME = Work(users=5000, days=20, latency=0)


@dataclass(frozen=True)
class Program:
    """A way to get the data, and the same without any days: its start-up."""

    name: str
    command: list[str]
    start_up: list[str]
    rounds: int = ROUNDS


@dataclass(frozen=True)
class Run:
    """What a run took: seconds, seconds of CPU, MiB at its peak.

    The MiB are of its largest process, or of all processes together.
    """

    seconds: float
    cpu: float
    memory: float


Runs = dict[str, list[Run]]


def python(program: str, environment: str | None = None) -> list[str]:
    """Return the command of a program of the folder ``programs``."""
    folder = HERE / environment / "bin" if environment else BIN
    return [str(folder / "python"), str(HERE / "programs" / program)]


OURS = Program("tap-zencoder", [TAP, "--config", "tap-4.json"], [TAP, "--discover"])
LIMIT = Program(
    "the limit",
    [*python("limit.py"), "days.json"],
    [*python("limit.py"), "none.json"],
)

# No program reports to its makers, or waits for a network that does not exist.
OFFLINE = {
    "AIRBYTE_OFFLINE_MODE": "1",
    "DO_NOT_TRACK": "1",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
}


def run(command: list[str], folder: Path, *, together: bool = False) -> Run:
    """Run a command to its end and measure it and its children.

    Its output is in the file ``output``, not in memory: the peak of a child counts from
    that of its parent.

    Raises:
        RuntimeError: It failed.
    """
    log, output = folder / "log", folder / "output"
    own = {**OFFLINE, "EXTRACT__WORKERS": "4", "HOME": str(folder)}
    own["AIRBYTE_LOGGING_ROOT"] = str(folder)
    started = time.monotonic()
    with log.open("wb") as stderr, output.open("wb") as stdout:
        process = subprocess.Popen(  # noqa: S603  # the commands are our own
            command,
            stdout=stdout,
            stderr=stderr,
            cwd=folder,
            env={**os.environ, **own},
            start_new_session=together,
        )
        with PeakTogether(process.pid) if together else nullcontext() as peak:
            _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - started
    if status:
        message = f"{' '.join(command)} failed:\n{log.read_text()[-2000:]}"
        raise RuntimeError(message)
    cpu = used.ru_utime + used.ru_stime
    return Run(seconds, cpu, peak.kib / 1024 if peak else used.ru_maxrss / 1024)


class PeakTogether:
    """What all processes of a session need at once, read every 50 ms.

    Pages that processes share are counted once (the kernel's PSS).
    """

    def __init__(self, session: int) -> None:
        self.kib = 0
        self._session = session
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.05):
            self.kib = max(self.kib, sum(map(self._kib, Path("/proc").glob("[0-9]*"))))

    def _kib(self, process: Path) -> int:
        try:
            if os.getsid(int(process.name)) != self._session:
                return 0
            text = (process / "smaps_rollup").read_text()
        except OSError:  # it has ended
            return 0
        found = re.search(r"^Pss: +(\d+)", text, re.MULTILINE)
        return int(found[1]) if found else 0


def lines_with(folder: Path, *parts: bytes) -> int:
    """Count the lines of the last output that hold all of these."""
    with (folder / "output").open("rb") as output:
        return sum(all(part in line for part in parts) for line in output)


@contextmanager
def sandbox(work: Work, folder: Path) -> Iterator[Path]:
    """Serve the work, write every program's configuration; give the request log."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    requests = folder / "requests.jsonl"
    options = {"users": work.users, "latency": work.latency, "port": port}
    words = [f"--{name}={value}" for name, value in options.items()]
    configure(work, f"http://127.0.0.1:{port}", folder)
    with subprocess.Popen(  # noqa: S603  # as above
        [str(BIN / "zencoder-sandbox"), *words, f"--request-log={requests}"],
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            _wait_for(port)
            yield requests
        finally:
            server.terminate()


def configure(work: Work, url: str, folder: Path) -> None:
    """Write every program's configuration for a work that is served there."""
    base: dict[str, Any] = {
        "api_url": url,
        "auth_url": f"{url}/oauth/token",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    tap = {**base, "start_date": str(work.first)}
    last = TODAY - timedelta(days=1)
    others = {**base, "last": str(last), "after": str(TODAY), "workers": 4}
    files: dict[str, Any] = {
        **{f"tap-{n}": {**tap, "concurrency": n} for n in (1, 2, 4, 8, 16)},
        "days": {**others, "first": str(work.first)},
        "none": {**others, "first": str(TODAY)},
    }
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content))


def _wait_for(port: int) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return


def median(runs: list[Run], figure: str) -> float:
    """Return the median of a figure over several runs."""
    return float(statistics.median(getattr(run, figure) for run in runs))


def target(text: str, figure: float, most: float) -> str:
    """Return a line that compares a figure with the most that it should be."""
    reached = "reached" if figure <= most else "missed"
    return f"- {text}, at most {most:g}: **{figure:.2f}**, {reached}."
