from __future__ import annotations

import contextlib
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.singerlib import RecordMessage, StateMessage

from tap_zencoder import messages
from tap_zencoder.errors import OutputClosedError
from tap_zencoder.messages import MessageWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Output(io.BytesIO):
    """Stands in for stdout, and counts the writes."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []

    @property
    def buffer(self) -> Output:
        return self

    def write(self, lines: Any) -> int:
        self.writes.append(bytes(lines))
        return len(lines)


@pytest.fixture
def output() -> Output:
    return Output()


@contextlib.contextmanager
def stdout_is(output: Output) -> Iterator[MessageWriter]:
    with contextlib.redirect_stdout(output):
        yield MessageWriter()


def record(number: int) -> RecordMessage:
    return RecordMessage(stream="daily", record={"messages": number})


def test_records_wait_for_the_state_that_covers_them(output: Output) -> None:
    with stdout_is(output) as writer:
        writer.write_message(record(1))
        writer.write_message(record(2))
        assert output.writes == []
        writer.write_message(StateMessage(value={"bookmarks": {}}))
    [written] = output.writes
    assert [json.loads(line)["type"] for line in written.splitlines()] == [
        "RECORD",
        "RECORD",
        "STATE",
    ]


def test_waiting_records_take_bounded_memory(output: Output) -> None:
    with stdout_is(output) as writer:
        for number in range(10_000):
            writer.write_message(record(number))
    assert len(output.writes) > 1
    assert all(lines.endswith(b"\n") for lines in output.writes)
    assert max(map(len, output.writes)) < 2 * messages._BUFFER


def test_an_output_nobody_reads_is_an_error_of_its_own(
    output: Output,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def break_pipe(_: Any) -> int:
        raise BrokenPipeError

    monkeypatch.setattr(output, "write", break_pipe)
    with stdout_is(output) as writer, pytest.raises(OutputClosedError):
        writer.write_message(StateMessage(value={}))


def test_a_stop_lets_the_line_that_is_being_written_end(
    output: Output,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write: Callable[[Any], int] = output.write
    with stdout_is(output) as writer:

        def be_stopped_while_writing(lines: Any) -> int:
            writer.stop(143)
            return write(lines)

        monkeypatch.setattr(output, "write", be_stopped_while_writing)
        with pytest.raises(SystemExit) as stopped:
            writer.write_message(StateMessage(value={}))
    assert stopped.value.code == 143
    assert output.writes == [b'{"type":"STATE","value":{}}\n']


def test_a_stop_between_lines_is_at_once(output: Output) -> None:
    with stdout_is(output) as writer:
        writer.write_message(record(1))
        with pytest.raises(SystemExit) as stopped:
            writer.stop(130)
    assert stopped.value.code == 130
    assert output.writes == []
