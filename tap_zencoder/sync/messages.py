"""How messages reach stdout: as whole lines, every byte of them."""

from __future__ import annotations

import os
import select
import stat
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from tap_zencoder import errors
from tap_zencoder.api.objects import ApiObject
from tap_zencoder.days import Window
from tap_zencoder.streams import Stream

PIECE: int = getattr(select, "PIPE_BUF", 512)
"""Bytes written at once, up to the end of a line: a pipe takes all of them or none.
So a signal that comes while nobody reads leaves whole lines behind."""
Rows = Sequence[ApiObject]
_encoder = msgspec.json.Encoder()


@dataclass
class SyncedStream:
    """A selected stream in one sync.

    ``messages`` makes RECORD messages of rows that came at a moment, as lines, and
    counts them by stream. A stream that is not incremental starts over in every sync.
    """

    stream: Stream
    is_incremental: bool
    schema_messages: list[dict[str, Any]]
    messages: Callable[[Rows, datetime], tuple[bytes, Mapping[str, int]]]
    bookmark: date | None = None
    window: Window | None = None
    failure: str = ""

    @property
    def name(self) -> str:
        return self.stream.name


class _Record(msgspec.Struct, tag_field="type", tag="RECORD", gc=False):
    stream: str
    record: Any
    time_extracted: datetime


def record_lines(stream: str, rows: Iterable[Any], extracted: datetime) -> bytes:
    """Return the RECORD messages of rows that were extracted at a moment."""
    return _encoder.encode_lines([_Record(stream, row, extracted) for row in rows])


class MessageWriter:
    """Writes messages to stdout, and counts the records.

    Each method raises OutputClosedError if nobody reads any more, and OutputError if
    the operating system does not let it write.
    """

    def __init__(self) -> None:
        self.records: Counter[str] = Counter()
        self._is_within_line = False
        self._stop_with: int | None = None

    def write(self, message: Mapping[str, Any]) -> None:
        self._write_piece(memoryview(_encoder.encode(message) + b"\n"))

    def write_records(self, lines: bytes, records: Mapping[str, int]) -> None:
        """Write RECORD messages, of which each stream has so many, piece by piece."""
        start, size = 0, len(lines) if _takes_all() else PIECE
        while start < len(lines):
            last = lines.rfind(b"\n", start, start + size)
            end = (last if last >= 0 else lines.index(b"\n", start)) + 1
            self._write_piece(memoryview(lines)[start:end])
            start = end
        self.records.update(records)

    def stop(self, status: int) -> None:
        """Raise SystemExit: now, or once the line that is being written is whole."""
        self._stop_with = status
        if not self._is_within_line:
            raise SystemExit(status)

    def _write_piece(self, piece: memoryview) -> None:
        try:
            self._write_all(piece)
        except BrokenPipeError as error:
            raise errors.OutputClosedError from error
        except OSError as error:
            raise errors.OutputError(error.strerror or type(error).__name__) from error
        finally:
            self._is_within_line = False
        if self._stop_with is not None:
            raise SystemExit(self._stop_with)

    def _write_all(self, piece: memoryview) -> None:
        """Write every byte to stdout, buffered or not, blocking or not."""
        # Not looked up once: tests and callers put their own stdout in its place.
        try:
            descriptor = sys.stdout.fileno()
        except OSError:  # an object in memory
            sys.stdout.buffer.write(piece)
            return
        self._is_within_line = len(piece) > PIECE
        while piece:
            try:
                written = os.write(descriptor, piece)
            except BlockingIOError:
                select.select([], [descriptor], [])
            else:
                self._is_within_line |= written < len(piece)
                piece = piece[written:]


def _takes_all() -> bool:
    """Return whether stdout is a file, of which no signal ends a write half-way."""
    try:
        return stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)
    except OSError:  # an object in memory
        return True
