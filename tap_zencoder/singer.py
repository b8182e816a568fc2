"""Everything that leans on the inside of singer-sdk, pinned to a minor version.

The SDK syncs stream after stream, derives bookmarks from records and leaves in silence
on a signal. Here it keeps what it does well, which is catalogs, stream maps and
flattening; `tap_zencoder.sync` does the rest. ``tests/singer`` fails when the SDK no
longer calls what is overridden.
"""

from __future__ import annotations

import fnmatch
import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec
import singer_sdk
from singer_sdk._logging import _setup_console_logging
from singer_sdk.helpers._catalog import pop_deselected_record_properties
from singer_sdk.mapper import SameRecordTransform
from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL
from typing_extensions import override

from tap_zencoder.errors import SettingsError
from tap_zencoder.redact import redacted
from tap_zencoder.streams import REPLICATION_KEY, Stream
from tap_zencoder.sync.messages import SyncedStream, record_lines

_LEVELS = ("TAP_ZENCODER_LOGLEVEL", "LOGLEVEL")
_CONFIG = "SINGER_SDK_LOG_CONFIG"


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
        self._written: dict[str, set[bytes]] = {}

    def synced(self) -> SyncedStream:
        is_incremental = self.replication_method == REPLICATION_INCREMENTAL
        # The SDK has no public way to have them.
        schemas = [message.to_dict() for message in self._generate_schema_messages()]
        return SyncedStream(self._stream, is_incremental, schemas, self.messages)

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
        except SettingsError:
            raise
        except Exception as error:
            raise mapping_error(f"a row of {self.name}", error) from error
        return b"".join(parts), {name: len(of) for name, of in altered.items()}

    # Final in the SDK, whose loop is not used: see `sync_all` of the tap.
    @override  # type: ignore[misc]
    def sync(self, context: Any = None) -> None:
        """Sync this stream alone, as the SDK's tests do."""
        self._sync_streams([self])

    @override
    def get_records(self, context: Any) -> Any:
        """Raise an error: all streams take their rows from one pass over the days."""
        raise NotImplementedError

    @cached_property
    def _is_unaltered(self) -> bool:
        """Whether rows go out as they are: selected, not mapped, not flattened."""
        first, *others = self.stream_maps
        same = isinstance(first, SameRecordTransform) and not first.flattening_enabled
        return same and not others and all(self.mask.values())

    @cached_property
    def _has_mapped_days(self) -> bool:
        maps = self.config.get("stream_maps", {}).values()
        return any(isinstance(of, dict) and REPLICATION_KEY in of for of in maps)

    def _altered(
        self, rows: Sequence[msgspec.Struct]
    ) -> dict[str, list[dict[str, Any]]]:
        records = [msgspec.to_builtins(row) for row in rows]
        for record in () if all(self.mask.values()) else records:
            pop_deselected_record_properties(record, self.schema, self.mask)
        altered: dict[str, list[dict[str, Any]]] = {}
        for of in self.stream_maps:
            mapped = [m for m in map(of.transform, records) if m is not None]
            keys = of.transformed_key_properties or ()
            if mapped and self._repeat_a_key(of.stream_alias, mapped, keys):
                problem = (
                    f"stream_maps: rows of {redacted(of.stream_alias)} for "
                    f"{records[0]['day']} get the key ({', '.join(keys)}) of other "
                    "rows, and would overwrite them: hash a key instead of shortening "
                    "it, or name more columns in __key_properties__"
                )
                raise SettingsError([problem])
            altered[of.stream_alias] = mapped
        return altered

    def _repeat_a_key(
        self, name: str, records: list[dict[str, Any]], keys: Sequence[str]
    ) -> bool:
        """Return whether rows of a day have a key that was written before."""
        seen = self._written.setdefault(name, set())
        if REPLICATION_KEY in keys and not self._has_mapped_days:
            seen.clear()  # no row of another day has such a key
        before = len(seen)
        values = ([record.get(key) for key in keys] for record in records)
        seen.update(map(msgspec.json.encode, values))
        return len(seen) != before + len(records)


def changes_addresses(maps: Mapping[str, Any]) -> bool:
    """Return whether a map does something about the addresses of users."""
    return any(
        "email" in fields
        and fnmatch.fnmatch("users", str(fields.get("__source__", name)))
        for name, fields in maps.items()
        if isinstance(fields, dict)
    )


def mapping_error(subject: str, error: Exception) -> SettingsError:
    """Return the error for maps that the SDK cannot use for a subject.

    Without what the exception says, which may hold a row or a salt.
    """
    cause = type(error.__cause__ or error).__name__
    problem = (
        f"stream_maps cannot be applied to {subject} ({cause}); check the expressions, "
        "that __key_properties__ names columns of the stream, and that "
        "stream_map_config has all that they take from it"
    )
    return SettingsError([problem])


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
    # The first logs filters, which may hold a salt; the second what a server sends.
    logging.getLogger("singer_sdk.mapper").setLevel(logging.WARNING)
    logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)


@contextmanager
def only_warnings(logger: logging.Logger) -> Iterator[None]:
    """Keep out what the SDK says of how it reads settings, since it does not."""
    level = logger.level
    logger.setLevel(max(level, logging.WARNING))
    try:
        yield
    finally:
        logger.setLevel(level)
