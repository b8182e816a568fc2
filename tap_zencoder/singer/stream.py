"""A stream as the Singer SDK sees it: its catalog entry, its maps, its messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec
import singer_sdk
from singer_sdk.helpers._catalog import pop_deselected_record_properties
from singer_sdk.mapper import SameRecordTransform
from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL
from typing_extensions import override

from tap_zencoder.checks import stream_maps
from tap_zencoder.streams import REPLICATION_KEY, Stream
from tap_zencoder.sync.messages import record_lines
from tap_zencoder.sync.synced_stream import SyncedStream


class SingerStream(singer_sdk.Stream):
    """One of `tap_zencoder.streams` in a tap, which syncs some of them at a time."""

    def __init__(
        self, tap: singer_sdk.Tap, stream: Stream, sync_streams: Callable[..., None]
    ) -> None:
        super().__init__(tap, schema=stream.schema, name=stream.name)
        self.primary_keys = stream.keys
        self.replication_key = REPLICATION_KEY
        self._stream = stream
        self._sync_streams = sync_streams

    def synced(self) -> SyncedStream:
        is_incremental = self.replication_method == REPLICATION_INCREMENTAL
        # The SDK has no public way to have them.
        schemas = [message.to_dict() for message in self._generate_schema_messages()]
        columns = list(filter(self._is_selected, self.schema["properties"]))
        return SyncedStream(
            self._stream, is_incremental, columns, schemas, self.messages
        )

    def messages(
        self, rows: Sequence[msgspec.Struct], extracted: datetime
    ) -> tuple[bytes, Mapping[str, int]]:
        """Return the RECORD messages of rows, as they are or as the SDK alters them."""
        if self._is_unaltered:
            lines = record_lines(self.name, rows, extracted)
            return lines, {self.name: len(rows)}
        try:
            altered = self._altered(rows)
            parts = [record_lines(name, of, extracted) for name, of in altered.items()]
        except Exception as error:
            raise stream_maps.sdk_error(f"a row of {self.name}", error) from error
        return b"".join(parts), {name: len(of) for name, of in altered.items()}

    # Final in the SDK, whose loop is not used: see `sync_all` of the tap.
    @override  # type: ignore[misc]
    def sync(self, context: Any = None) -> None:
        """Sync this stream alone, as the SDK's tests and dry runs do."""
        self._sync_streams([self], limit=self.ABORT_AT_RECORD_COUNT)

    @override
    def get_records(self, context: Any) -> Any:
        """Raise an error: all streams take their rows from one pass over the days."""
        raise NotImplementedError

    def _is_selected(self, column: str) -> bool:
        return bool(self.mask["properties", column])

    @cached_property
    def _is_unaltered(self) -> bool:
        """Whether rows go out as they are: selected, not mapped, not flattened."""
        if not all(self.mask.values()) or len(self.stream_maps) > 1:
            return False
        stream_map = self.stream_maps[0]
        same = isinstance(stream_map, SameRecordTransform)
        return same and not stream_map.flattening_enabled

    def _altered(
        self, rows: Sequence[msgspec.Struct]
    ) -> dict[str, list[dict[str, Any]]]:
        altered: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            record = msgspec.to_builtins(row)
            pop_deselected_record_properties(record, self.schema, self.mask)
            for stream_map in self.stream_maps:
                mapped = stream_map.transform(record)
                if mapped is not None:
                    altered.setdefault(stream_map.stream_alias, []).append(mapped)
        return altered
