"""How messages reach stdout: as whole lines, each STATE at once."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import msgspec
from singer_sdk.singerlib import Message, RecordMessage
from singer_sdk.singerlib.encoding.base import GenericSingerWriter
from typing_extensions import override

from tap_zencoder.errors import OutputClosedError, OutputError

_BUFFER = 64 * 1024
"""Bytes of records written at once."""


class MessageWriter(GenericSingerWriter[bytes, Message]):
    """Writes messages as whole lines; whatever is not a record is written at once.

    A STATE message is worth nothing before it has reached the target, while records
    are worth nothing before their STATE has: so those may wait in a buffer.
    """

    def __init__(self) -> None:
        """Start with nothing to write."""
        self._encoder = msgspec.json.Encoder()
        self._lines = bytearray()
        self._writing = False
        self._stop_with: int | None = None
        self.records: Counter[str] = Counter()
        """How many records were written, by stream."""

    @override
    def serialize_message(self, message: Message) -> bytes:
        """Return a message as a line of JSON."""
        return self._encoder.encode(message.to_dict()) + b"\n"

    @override
    def write_message(self, message: Message) -> None:
        """Write a message, or keep a record for the next write.

        Raises:
            OutputClosedError: Nobody reads any more.
            OutputError: It cannot be written.
        """
        self._lines += self.serialize_message(message)
        if isinstance(message, RecordMessage):
            self.records[message.stream] += 1
            if len(self._lines) < _BUFFER:
                return
        self._flush()

    def write_record(self, stream: str, record: dict[str, Any]) -> None:
        """Write a record as it is, sparing the making of a message object.

        Raises:
            OutputClosedError: Nobody reads any more.
            OutputError: It cannot be written.
        """
        self._lines += self._encoder.encode(
            {
                "type": "RECORD",
                "stream": stream,
                "record": record,
                "time_extracted": datetime.now(UTC),
            },
        )
        self._lines += b"\n"
        self.records[stream] += 1
        if len(self._lines) >= _BUFFER:
            self._flush()

    def stop(self, status: int) -> None:
        """Leave with an exit status, once the line that is being written is whole.

        Raises:
            SystemExit: Now, or at the end of the write that was interrupted.
        """
        self._stop_with = status
        if not self._writing:
            raise SystemExit(status)

    def _flush(self) -> None:
        self._writing = True
        try:
            # Not a file opened once: tests and callers put theirs in its place.
            sys.stdout.buffer.write(self._lines)
            sys.stdout.buffer.flush()
        except BrokenPipeError as error:
            raise OutputClosedError from error
        except OSError as error:
            raise OutputError(error.strerror or type(error).__name__) from error
        finally:
            self._writing = False
        self._lines.clear()
        if self._stop_with is not None:
            raise SystemExit(self._stop_with)
