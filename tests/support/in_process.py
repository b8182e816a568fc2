"""The command ``tap-zencoder`` in this process: a sync takes milliseconds in it."""

from __future__ import annotations

import contextlib
import gc
import io
import logging
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple
from unittest import mock

from tap_zencoder import command, tap
from tap_zencoder.api.responses import Response
from tap_zencoder.errors import OutputClosedError
from tap_zencoder.sync import log
from tap_zencoder.transport import client
from tap_zencoder.transport.connection import Connection

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_WORKERS_END_WITHIN = 1.0
"""Seconds for requests of a sync that failed: the next run is not to meet them."""


class Done(NamedTuple):
    """How a command ended, and what it wrote."""

    status: int
    output: bytes
    log: bytes


def run(words: list[str], environment: dict[str, str]) -> Done:
    """Run the command line as `tap_with_a_clock` does, but for its exit."""
    assert "TEST_CRASH" not in environment, "this needs run_process"
    with _text_file() as output, _text_file() as errors:
        with _as_it_was(), _no_request_afterwards():
            os.environ.clear()
            os.environ.update(environment)
            sys.argv = ["tap-zencoder", *words]
            sys.stdout, sys.stderr = output, errors
            today = date.fromisoformat(environment["TEST_TODAY"])
            tap.utc_today = lambda: today
            client.FIRST_DELAY = float(environment["TEST_FIRST_DELAY"])
            client.PATIENCE = float(environment.get("TEST_PATIENCE", client.PATIENCE))
            log.EVERY = float(environment.get("TEST_PROGRESS_EVERY", log.EVERY))
            status = command.run()
        for file in (output, errors):
            file.seek(0)
        return Done(status, bytes(output.buffer.read()), bytes(errors.buffer.read()))


@contextlib.contextmanager
def _text_file() -> Iterator[io.TextIOWrapper]:
    with tempfile.TemporaryFile() as file:
        text = io.TextIOWrapper(file, encoding="utf-8", write_through=True)
        try:
            yield text
        finally:
            text.detach()  # closed here, and not by whoever holds the object last


@contextlib.contextmanager
def _as_it_was() -> Iterator[None]:
    """Put back what a command changes in its process."""
    environment, words = dict(os.environ), sys.argv
    streams = sys.stdout, sys.stderr
    patched = tap.utc_today, client.FIRST_DELAY, client.PATIENCE, log.EVERY
    signals = {number: signal.getsignal(number) for number in _SIGNALS}
    with _logging_as_it_was():
        try:
            yield
        finally:
            for number, handler in signals.items():
                signal.signal(number, handler)
            tap.utc_today, client.FIRST_DELAY, client.PATIENCE, log.EVERY = patched
            sys.stdout, sys.stderr = streams
            sys.argv = words
            os.environ.clear()
            os.environ.update(environment)
            gc.collect(1)  # what was left open is reported by the test that did it


@contextlib.contextmanager
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    before = {logger: _configuration(logger) for logger in [root, *_loggers()]}
    raising = logging.raiseExceptions
    # As in a process that has just begun: without handlers, and the tap's own loggers
    # are not there yet, or a configuration would disable them.
    for logger in before:
        logger.handlers[:] = []
    known = logging.Logger.manager.loggerDict
    for name in [name for name in known if name.startswith("tap-zencoder")]:
        del known[name]
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        logging.raiseExceptions = raising
        for logger in [root, *_loggers()]:
            for handler in logger.handlers:
                if isinstance(handler, logging.StreamHandler):
                    handler.setStream(io.StringIO())  # of workers that still sleep
            handlers, level, propagate, disabled = before.get(
                logger, ([], logging.NOTSET, True, False)
            )
            logger.handlers[:] = handlers
            logger.setLevel(level)
            logger.propagate, logger.disabled = propagate, disabled


def _loggers() -> list[logging.Logger]:
    known = logging.Logger.manager.loggerDict.values()
    return [logger for logger in known if isinstance(logger, logging.Logger)]


def _configuration(
    logger: logging.Logger,
) -> tuple[list[logging.Handler], int, bool, bool]:
    return logger.handlers[:], logger.level, logger.propagate, logger.disabled


@contextlib.contextmanager
def _no_request_afterwards() -> Iterator[None]:
    """Let the workers of a sync that failed end, as they do with a process."""
    is_over = threading.Event()

    class Ending(Connection):
        def send(self, method: str, url: str, **options: Any) -> Response:
            if is_over.is_set():
                raise OutputClosedError
            return super().send(method, url, **options)

    threads = set(threading.enumerate())
    with mock.patch.object(client, "Connection", Ending):
        try:
            yield
        finally:
            is_over.set()
            end = time.monotonic() + _WORKERS_END_WITHIN
            for thread in set(threading.enumerate()) - threads:
                if thread.name.startswith("fetch"):
                    thread.join(max(0, end - time.monotonic()))
