"""A hundred thousand rows of users in one go: right, and what that takes."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

from support.runs import TODAY, YESTERDAY

from tap_zencoder.days import Window
from tap_zencoder.sandbox import Organisation
from warehouses.loading import extracted
from warehouses.test_loading import held

if TYPE_CHECKING:
    from collections.abc import Callable

    from warehouses.loading import Loader
    from warehouses.stores import Store

LARGE = Organisation(users=14_000, seed=7)
DAYS = Window(TODAY - timedelta(days=40), YESTERDAY)


# In a small process of its own: a child's peak counts that of the process it came from.
_MEASURE = """
import resource, subprocess, sys, time
started = time.monotonic()
status = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.monotonic() - started, usage.ru_maxrss / 1024)
sys.exit(status)
"""


def measured(loader: Loader, messages: bytes) -> tuple[float, float]:
    """Load messages and return the seconds and, at its peak, the MiB that took."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, *loader.words()],
        input=messages,
        cwd=loader.folder,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-4000:]
    seconds, memory = map(float, done.stdout.split())
    return seconds, memory


def test_a_hundred_thousand_users_rows_arrive(
    store: Store,
    tell: Callable[[str], None],
) -> None:
    messages = extracted(LARGE, DAYS)
    due = held(store, messages)["users"]
    assert len(due) > 100_000
    seconds, memory = measured(store.loader(), messages)
    assert store.by_key("users") == due
    tell(f"{store.plugin}: {len(due)} rows in {seconds:.0f} s, {memory:.0f} MiB")
