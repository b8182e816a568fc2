"""The log, as the SDK sets it up for every tap."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from singer_sdk._logging import _setup_console_logging

from tap_zencoder.errors import SettingsError
from tap_zencoder.redact import redacted

_LEVELS = ("TAP_ZENCODER_LOGLEVEL", "LOGLEVEL")
_CONFIG = "SINGER_SDK_LOG_CONFIG"


def set_up_logging() -> None:
    """Set up the log as the environment asks, or raise SettingsError."""
    known = logging.getLevelNamesMapping()
    name = next(filter(os.environ.get, _LEVELS), "")
    level = os.environ.get(name, "INFO")
    if level.upper() not in known:
        problem = f"{name} must be one of {', '.join(known)}, not {redacted(level)}"
        raise SettingsError([problem])
    file = os.environ.get(_CONFIG) or os.environ.pop(_CONFIG, None)  # empty: not set
    try:
        _setup_console_logging(log_level=level.upper())
    except Exception as error:
        problem = f"does not configure logging ({type(error).__name__})"
        raise SettingsError([f"{_CONFIG}: {redacted(str(file))} {problem}"]) from error
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # a log that cannot be written is no failure
    # It logs filters, which may hold a salt or an address.
    logging.getLogger("singer_sdk.mapper").setLevel(logging.WARNING)


@contextmanager
def only_warnings(logger: logging.Logger) -> Iterator[None]:
    """Keep out what the SDK says of how it reads settings, since it does not."""
    level = logger.level
    logger.setLevel(max(level, logging.WARNING))
    try:
        yield
    finally:
        logger.setLevel(level)
