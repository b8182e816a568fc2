"""The command ``tap-zencoder``, from its first moment on."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from typing import NoReturn

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def main() -> NoReturn:
    """Run the tap and leave with its exit status.

    0: done. 1: failed, with one ERROR line. 2: wrong command line. 130, 143: stopped by
    SIGINT or SIGTERM.
    """
    for signum in _SIGNALS:
        signal.signal(signum, lambda number, _: os._exit(128 + number))
    if sys.stdout is None:  # closed before the start
        os._exit(1)

    # Not before: it takes half a second, in which signals may come. What is imported
    # stays: to look for garbage in it would take a tenth of that time.
    gc.disable()
    from tap_zencoder.command import run  # noqa: PLC0415

    gc.freeze()
    gc.enable()
    status = run()
    for signum in _SIGNALS:  # it is over, and how is decided
        signal.signal(signum, signal.SIG_IGN)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, AttributeError):  # full, or gone
            stream.flush()
    os._exit(status)  # threads that sleep before a retry are not waited for
