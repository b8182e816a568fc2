"""The command ``tap-zencoder``, on the day and with the patience of a test."""

from __future__ import annotations

import os
import signal
from datetime import date

# As the command does, before it takes its time to import.
for signum in (signal.SIGINT, signal.SIGTERM):
    signal.signal(signum, lambda number, _: os._exit(128 + number))

from tap_zencoder import tap  # noqa: E402
from tap_zencoder.cli import main  # noqa: E402
from tap_zencoder.sync import log, run  # noqa: E402
from tap_zencoder.transport import client  # noqa: E402

TODAY = date.fromisoformat(os.environ["TEST_TODAY"])

tap.utc_today = lambda: TODAY
client.PATIENCE = float(os.environ.get("TEST_PATIENCE", client.PATIENCE))
client.FIRST_DELAY = float(os.environ["TEST_FIRST_DELAY"])
log.EVERY = float(os.environ.get("TEST_PROGRESS_EVERY", log.EVERY))
if "TEST_CRASH" in os.environ:

    def crash(*_: object) -> None:
        raise ZeroDivisionError(os.environ["TEST_CRASH"])

    run.Sync.run = crash  # type: ignore[assignment,method-assign]

main()
