"""The command ``tap-zencoder``: the SDK's, with one plain line when it fails."""

from __future__ import annotations

import logging
import os
import select
import stat
import sys
import threading
import traceback
from typing import NoReturn

from singer_sdk.exceptions import MappingError

from tap_zencoder.errors import OutputClosedError, ZencoderError, quoted
from tap_zencoder.tap import TapZencoder

_FAILED = 1


def main() -> NoReturn:
    """Run the tap and leave with its exit status.

    0: done. 1: failed, with one ERROR line. 2: wrong command line. 130, 143: stopped by
    SIGINT or SIGTERM.
    """
    if sys.stdout is None:  # closed before the start
        _leave_in_silence()
    _leave_with_the_reader()
    try:
        TapZencoder.cli()
    except OutputClosedError:
        _leave_in_silence()
    except ZencoderError as error:
        _fail(str(error), error)
    except MappingError as error:
        _fail(f"Bad settings: stream_maps: {quoted(str(error))}", error)
    except Exception as error:  # noqa: BLE001  # the last line of defence
        kind = type(error).__name__
        _fail(f"Unexpected {kind}: {quoted(str(error))}", error)
    sys.exit(0)


def _fail(sentence: str, error: Exception) -> NoReturn:
    logger = TapZencoder.logger
    logger.error("%s", sentence)
    if logger.isEnabledFor(logging.DEBUG):
        # The frames only: the messages of foreign exceptions may hold anything.
        frames = traceback.format_list(traceback.extract_tb(error.__traceback__))
        logger.debug("Raised as %s at:\n%s", type(error).__name__, "".join(frames))
    sys.exit(_FAILED)


def _leave_with_the_reader() -> None:
    """End the process as soon as nobody reads its output any more.

    A write would tell, but a tap that waits for the API may not write for minutes.
    """
    output = sys.stdout.fileno()
    if hasattr(select, "poll") and stat.S_ISFIFO(os.fstat(output).st_mode):
        threading.Thread(target=_watch, args=(output,), daemon=True).start()


def _watch(output: int) -> None:
    closed = select.poll()
    closed.register(output, 0)  # errors are always reported; nothing else is wanted
    closed.poll()
    os._exit(_FAILED)


def _leave_in_silence() -> NoReturn:
    """Exit without the complaint of a last flush to a closed output."""
    os._exit(_FAILED)
