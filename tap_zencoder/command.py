"""The SDK's command line, with one plain line when it fails."""

from __future__ import annotations

import logging
import os
import select
import stat
import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING, NoReturn

from singer_sdk.logging import ConsoleFormatter

from tap_zencoder.errors import (
    OutputClosedError,
    OutputError,
    SettingsError,
    ZencoderError,
    quoted,
)
from tap_zencoder.tap import TapZencoder

if TYPE_CHECKING:
    import click

FAILED = 1
_LEVEL = "TAP_ZENCODER_LOGLEVEL"
_LOG_CONFIG = "SINGER_SDK_LOG_CONFIG"
_GRACE = 0.2
"""Seconds a signal may take to arrive that has ended the target already."""


def run() -> None:
    """Run the command line; leave the process with an exit status if it fails."""
    _leave_with_the_reader()
    try:
        command = _logging_command()
        command()
    except (OutputClosedError, BrokenPipeError):
        _leave_in_silence()
    except ZencoderError as error:
        _fail(error, error)
    except OSError as error:
        if error.filename is not None:  # not of stdout
            _fail(_unexpected(error), error)
        _fail(OutputError(error.strerror or type(error).__name__), error)
    except Exception as error:  # noqa: BLE001  # the last line of defence
        _fail(_unexpected(error), error)


def _logging_command() -> click.Command:
    """Return the SDK's command, with the log set up as the environment asks.

    Raises:
        SettingsError: The environment asks for what cannot be done.
    """
    known = logging.getLevelNamesMapping()
    name = _LEVEL if os.environ.get(_LEVEL) else "LOGLEVEL"  # as the SDK has it
    level = os.environ.get(name)
    if level and level.upper() not in known:
        names = ", ".join(known)
        raise SettingsError([f"{name} must be one of {names}, not {quoted(level)}"])
    try:
        return TapZencoder.cli
    except Exception as error:
        file = os.environ.get(_LOG_CONFIG)
        if file is None:
            raise
        problem = f"does not configure logging ({type(error).__name__})"
        raise SettingsError([f"{_LOG_CONFIG}: {quoted(file)} {problem}"]) from error


def _unexpected(error: Exception) -> ZencoderError:
    # Without its own words, which may hold anything.
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(frame.filename)}:{frame.lineno}"  # noqa: PTH119  # a name
    return ZencoderError(
        f"Unexpected {type(error).__name__} at {place}, a fault of this program. What "
        f"was synced before is kept. {_LEVEL}=DEBUG shows more.",
    )


def _fail(sentence: ZencoderError, error: Exception) -> NoReturn:
    logger = TapZencoder.logger
    if not logger.hasHandlers():  # it is the log that could not be set up
        _log_plainly()
    logger.error("%s", sentence)
    if logger.isEnabledFor(logging.DEBUG):
        # The frames only: the messages of foreign exceptions may hold anything.
        frames = traceback.format_list(traceback.extract_tb(error.__traceback__))
        logger.debug("Raised as %s at:\n%s", type(error).__name__, "".join(frames))
    if isinstance(sentence, OutputError):
        _leave_in_silence()
    sys.exit(FAILED)


def _log_plainly() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(ConsoleFormatter())
    logging.getLogger().addHandler(handler)


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
    time.sleep(_GRACE)  # Ctrl-C in a shell ends both, and the target may be quicker
    _leave_in_silence()


def _leave_in_silence() -> NoReturn:
    """Exit without the complaint of a last flush to a closed or full output."""
    os._exit(TapZencoder.stopped_with or FAILED)
