"""A stream in one sync."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tap_zencoder.api.objects import ApiObject
from tap_zencoder.days import Window
from tap_zencoder.streams import Stream

Rows = Sequence[ApiObject]


@dataclass
class SyncedStream:
    """A selected stream in one sync.

    ``columns`` are those that are loaded, ``messages`` makes RECORD messages of rows
    that came at a moment, as lines, and counts them by stream. A stream that is not
    incremental starts anew in every sync.
    """

    stream: Stream
    is_incremental: bool
    columns: Collection[str]
    schema_messages: list[dict[str, Any]]
    messages: Callable[[Rows, datetime], tuple[bytes, Mapping[str, int]]]
    bookmark: date | None = None
    window: Window | None = None
    failure: str = ""

    @property
    def name(self) -> str:
        return self.stream.name
