"""Every byte of a message is written, whatever stdout is."""

from __future__ import annotations

import contextlib
import io
import json
import os
import socket
import sys
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tap_zencoder.errors import OutputClosedError, OutputError
from tap_zencoder.sync import messages
from tap_zencoder.sync.messages import MessageWriter, record_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
STATE = {"type": "STATE", "value": {"bookmarks": {}}}


@contextlib.contextmanager
def stdout_is(descriptor: int) -> Iterator[MessageWriter]:
    with (
        open(descriptor, "w", closefd=False) as file,
        contextlib.redirect_stdout(file),
    ):
        yield MessageWriter()


def lines_of(rows: int) -> bytes:
    return record_lines("users", ({"number": n} for n in range(rows)), NOW)


def read_all(descriptor: int, *, slowly: bool) -> tuple[bytearray, threading.Thread]:
    """Read a descriptor to its end in a thread."""
    found = bytearray()

    def read() -> None:
        while chunk := os.read(descriptor, 1 << 14):
            found.extend(chunk)
            if slowly:
                time.sleep(0.001)

    reader = threading.Thread(target=read)
    reader.start()
    return found, reader


def pipe() -> tuple[int, int]:
    return os.pipe()


def socket_pair() -> tuple[int, int]:
    reading, writing = socket.socketpair()
    return reading.detach(), writing.detach()


@pytest.mark.parametrize("ends", [pipe, socket_pair])
@pytest.mark.parametrize("blocking", [True, False])
@pytest.mark.parametrize("slowly", [True, False])
def test_every_byte_is_written(
    ends: Callable[[], tuple[int, int]], *, blocking: bool, slowly: bool
) -> None:
    reading, writing = ends()
    os.set_blocking(writing, blocking)
    found, reader = read_all(reading, slowly=slowly)
    lines = lines_of(20_000)
    with stdout_is(writing) as writer:
        writer.write_records(lines, {"users": 20_000})
        writer.write(STATE)
    os.close(writing)
    reader.join()
    os.close(reading)
    assert bytes(found) == lines + json.dumps(STATE, separators=(",", ":")).encode() + (
        b"\n"
    )
    assert writer.records == {"users": 20_000}


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What is written at once, instead of writing it."""
    found: list[bytes] = []

    def write(_: int, piece: Any) -> int:
        found.append(bytes(piece))
        return len(piece)

    monkeypatch.setattr(os, "write", write)
    return found


LONG_LINE = b"x" * messages.PIECE * 2 + b"\n"
MANY_LINES = lines_of(3000) + LONG_LINE + lines_of(10)


def test_a_piece_for_a_pipe_ends_at_the_end_of_a_line(pieces: list[bytes]) -> None:
    reading, writing = os.pipe()
    with stdout_is(writing) as writer:
        writer.write_records(MANY_LINES, {})
    os.close(reading)
    os.close(writing)
    assert b"".join(pieces) == MANY_LINES
    assert all(piece.endswith(b"\n") for piece in pieces)
    assert max(len(p) for p in pieces if p != LONG_LINE) <= messages.PIECE
    assert len(pieces) < len(MANY_LINES) / messages.PIECE * 1.1


def test_a_file_gets_all_lines_at_once(pieces: list[bytes], tmp_path: Path) -> None:
    with (tmp_path / "output").open("wb") as file, stdout_is(file.fileno()) as writer:
        writer.write_records(MANY_LINES, {})
    assert pieces == [MANY_LINES]


def test_an_output_in_memory_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdout", memory)
    MessageWriter().write(STATE)
    assert json.loads(memory.buffer.getvalue()) == STATE


def test_an_output_nobody_reads_is_an_error_of_its_own() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with stdout_is(writing) as writer, pytest.raises(OutputClosedError):
        writer.write(STATE)
    os.close(writing)


def test_an_output_that_is_full_is_an_error_with_its_reason() -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    with stdout_is(full) as writer, pytest.raises(OutputError, match="No space left"):
        writer.write(STATE)
    os.close(full)


def test_a_stop_lets_a_line_that_is_partly_written_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[bytes] = []
    message = {"type": "STATE", "value": "x" * messages.PIECE}
    with stdout_is(1) as writer:

        def be_stopped_while_writing(_: int, piece: Any) -> int:
            writer.stop(143)
            written.append(bytes(piece[:1000]))
            return len(written[-1])

        monkeypatch.setattr(os, "write", be_stopped_while_writing)
        with pytest.raises(SystemExit) as stopped:
            writer.write(message)
    assert stopped.value.code == 143
    assert json.loads(b"".join(written)) == message


def test_a_stop_before_a_line_is_written_is_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with stdout_is(1) as writer:
        monkeypatch.setattr(os, "write", lambda *_: writer.stop(143))
        with pytest.raises(SystemExit) as stopped:
            writer.write(STATE)
    assert stopped.value.code == 143


def test_a_stop_between_messages_is_at_once() -> None:
    with pytest.raises(SystemExit) as stopped:
        MessageWriter().stop(130)
    assert stopped.value.code == 130
