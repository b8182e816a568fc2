"""The seam with singer-sdk: everything that leans on how its inside works.

The SDK derives bookmarks from records, prepares each record anew and leaves in silence
on a signal; the tap does each of these in its own way, described below. What is
overridden here is private to the SDK, which is why the SDK is pinned to a minor
version; ``tests/test_sdk.py`` fails when a new one stops calling it.
"""

from __future__ import annotations

import abc
import contextlib
import logging
import os
import sys
import threading
import time
from datetime import date
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any, ClassVar

import click
import msgspec
from singer_sdk import Stream, Tap
from singer_sdk.configuration._dict_config import parse_environment_config
from singer_sdk.exceptions import MappingError
from singer_sdk.helpers._classproperty import classproperty
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.mapper import SameRecordTransform
from singer_sdk.singerlib import Catalog, Metadata, StateMessage
from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL
from singer_sdk.tap_base import CliTestOptionValue
from singer_sdk.typing import (
    DEFAULT_JSONSCHEMA_VALIDATOR,
    extend_validator_with_defaults,
)
from typing_extensions import override

from tap_zencoder import inputs, settings, stream_maps
from tap_zencoder.errors import ZencoderError
from tap_zencoder.messages import MessageWriter
from tap_zencoder.window import advance

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType

_GRACE = 1.5
"""Seconds after a signal within which the process ends, whatever it is waiting for."""


class BookmarkedStream(Stream):
    """A stream that sets its bookmark itself, once a whole day has been written.

    The SDK would move it with each record: a day cut short would count as done, and a
    day without activity would never be. Nor would the SDK send a STATE after days that
    were sent again, and some targets lose the state they had on any further record.
    """

    is_sorted = True
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE  # decoding has checked all types

    def __init__(self, tap: ZencoderTapBase) -> None:
        """Belong to a tap."""
        super().__init__(tap)
        self._writer = tap.writer

    @override
    def apply_catalog(self, catalog: Catalog) -> None:
        """Take over a catalog; a column that it does not have is not selected."""
        super().apply_catalog(catalog)
        if entry := catalog.get_stream(self.name):
            for column in self.schema["properties"].keys() - entry.schema.properties:
                entry.metadata["properties", column] = Metadata(selected=False)

    @property
    def bookmark(self) -> date | None:
        """The last day all of whose rows have been written, by the state given."""
        if self.replication_method != REPLICATION_INCREMENTAL:
            return None
        bookmarks = self.tap_state.get("bookmarks", {})
        value = bookmarks.get(self.name, {}).get("replication_key_value")
        return None if value is None else date.fromisoformat(value)

    def checkpoint(self, completed: date | None, today: date) -> None:
        """Write a STATE message; all rows up to a completed day are written before it.

        With no day completed, the bookmark stays where it was.
        """
        if completed is not None and self.replication_method == REPLICATION_INCREMENTAL:
            reached = advance(self.bookmark, completed, today)
            self.stream_state["replication_key"] = self.replication_key
            self.stream_state["replication_key_value"] = reached.isoformat()
        self._writer.write_message(StateMessage(value=self.tap_state))

    @override
    def _write_record_message(self, record: dict[str, Any]) -> None:
        """Write a record, straight away if nothing is to be done to it."""
        if self._unaltered:
            self._writer.write_record(self.name, record)
            return
        try:
            super()._write_record_message(record)
        except ZencoderError:
            raise
        except Exception as error:
            maps = self.config.get("stream_maps", {})
            raise stream_maps.failed(self.name, maps, error) from error

    @cached_property
    def _unaltered(self) -> bool:
        """Whether records go out as they are: selected, not mapped, not flattened."""
        if not all(self.mask.values()) or len(self.stream_maps) > 1:
            return False
        stream_map = self.stream_maps[0]
        same = isinstance(stream_map, SameRecordTransform)
        return same and not stream_map.flattening_enabled

    @override
    def _increment_stream_state(self, *_: Any, **__: Any) -> None:
        """Leave the bookmark to `checkpoint`."""

    @override
    def _write_starting_replication_value(self, context: Any) -> None:
        """Keep the SDK's notes out of the state; the window knows where to start."""

    @override
    def _write_state_message(self) -> None:
        """Leave STATE messages to `checkpoint`."""

    @override
    def generate_child_contexts(self, record: Any, context: Any) -> Iterable[Any]:
        """Say that there are no child streams, sparing a copy of every record."""
        return ()

    @override
    def log(
        self,
        message: str,
        *args: Any,
        level: int = logging.INFO,
        **kwargs: Any,
    ) -> None:
        """Log, but leave failures to the command line, which tells them in one line."""
        if level == logging.ERROR and sys.exception() is not None:
            level = logging.DEBUG
        super().log(message, *args, level=level, **kwargs)


class ZencoderTapBase(Tap):
    """A tap whose settings are checked by us, and that ends as its signals say."""

    stream_names: ClassVar[tuple[str, ...]] = ()
    stopped_with: ClassVar[int | None] = None
    """The exit status that a signal asks for, once there was one."""

    def __init__(self, **kwargs: Any) -> None:
        """Create the tap; the keywords are those of `Tap`."""
        self.writer = MessageWriter()
        super().__init__(**{"message_writer": self.writer, **kwargs})

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        """End with status 128 + signal; at once, or in `_GRACE` seconds if stuck."""
        status = 128 + signum
        ZencoderTapBase.stopped_with = status
        watchdog = threading.Timer(_GRACE, os._exit, [status])
        watchdog.daemon = True
        watchdog.start()
        self.writer.stop(status)

    @override
    def setup_mapper(self) -> None:
        """Prepare the stream maps, and keep what is in them out of the log.

        Raises:
            SettingsError: They cannot be used.
        """
        # It tells filters, which may hold a salt or an address.
        logging.getLogger("singer_sdk.mapper").setLevel(logging.WARNING)
        try:
            super().setup_mapper()
        except MappingError as error:
            raise stream_maps.refused(error) from error

    @abc.abstractmethod
    def log_summary(self, outcome: str, seconds: float) -> None:
        """Say in one line what a sync took."""

    # Final in the SDK, which has no other place around a whole sync.
    @override  # type: ignore[misc]
    def sync_all(self) -> None:
        """Sync all selected streams, and end with a summary, whatever happens."""
        started = time.monotonic()
        outcome = "stopped"
        if not any(stream.selected for stream in self.streams.values()):
            self.logger.warning("No stream is selected: nothing will be synced.")
        try:
            super().sync_all()
            outcome = "complete"
        finally:
            self.log_summary(outcome, time.monotonic() - started)

    @classmethod
    @override
    def cb_config(cls, ctx: Any, param: Any, value: tuple[str, ...]) -> Any:
        """Read the files of ``--config``.

        Raises:
            SettingsError: One cannot be read.
        """
        for path in value:
            if path != "ENV":
                inputs.check_config_file(path)
        return super().cb_config(ctx, param, value)

    @abc.abstractmethod
    def check_connection(self) -> str:
        """Ask Zencoder for as little as possible; return a sentence about the answer.

        Raises:
            ZencoderError: Credentials, role or network are not right.
        """

    @classmethod
    @override
    def get_singer_command(cls) -> click.Command:
        """Return the SDK's command, with its ``--test`` described as it is here."""
        command = super().get_singer_command()
        for option in command.params:
            if isinstance(option, click.Option) and option.name == "test":
                option.metavar = "[all|schema]"
                option.help = (
                    "Alone, tell in one line whether credentials, role and network are "
                    "right. With --test=schema, write the SCHEMA messages alone."
                )
        return command

    @classmethod
    @override
    def cb_test(cls, ctx: Any, param: Any, value: str) -> None:
        """Carry out ``--test``: the SDK's would wait for a record of every stream."""
        if value != CliTestOptionValue.All.value:
            known = [option.value for option in CliTestOptionValue]
            click.Choice(known).convert(value, param, ctx)
            super().cb_test(ctx, param, value)
            return
        config = ctx.params["config"]
        with contextlib.closing(ctx):  # with the files of --state and --catalog
            tap = cls(config=config.config, parse_env_config=config.parse_env)
            click.echo(tap.check_connection())
        ctx.exit()

    @classmethod
    @override
    def invoke(
        cls,
        *,
        state: IO[str] | None = None,
        catalog: IO[str] | None = None,
        **options: Any,
    ) -> None:
        """Run a sync, once the files of ``--state`` and ``--catalog`` are sound.

        Raises:
            StateError: The state is no JSON.
            CatalogError: The catalog is no catalog.
        """
        super().invoke(
            state=state and inputs.checked_state(state),
            catalog=catalog and inputs.checked_catalog(catalog, cls.stream_names),
            **options,
        )

    @classmethod
    @override
    def append_builtin_config(cls, config_jsonschema: dict[str, Any]) -> None:
        """Add the SDK's own settings, without an alternative that is no schema."""
        super().append_builtin_config(config_jsonschema)
        maps = config_jsonschema["properties"]["stream_maps"]
        *_, of_a_stream = maps["additionalProperties"]["anyOf"]
        for place in (maps, of_a_stream):
            kinds = place["properties"]["__else__"]
            kinds["anyOf"] = [kind for kind in kinds["anyOf"] if kind != "null"]

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """Fill in defaults and refuse bad settings, all at once and without secrets.

        ``--discover`` does not need settings, so it gets by with whatever it has.
        """
        if raise_errors:
            self._config = settings.normalised(self._config)
            schema = self.config_jsonschema
            self.append_builtin_config(schema)
            properties, prefix = schema["properties"], self._env_var_prefix
            for sentence in settings.strangers(os.environ, prefix, properties):
                self.logger.warning("%s", sentence)
            broken = list(_Validator(schema).iter_errors(self._config))
            settings.check(self._config, schema, broken, self.stream_names)
        return []

    @classproperty
    def _env_var_config(cls) -> dict[str, Any]:  # noqa: N805  # as in the SDK
        """Read ``TAP_ZENCODER_*``; what cannot be read is left for `check` to name."""
        cls.append_builtin_config(cls.config_jsonschema)
        properties = cls.config_jsonschema["properties"]
        as_text = {"properties": {name: {"type": "string"} for name in properties}}
        values = parse_environment_config(as_text, cls._env_var_prefix)
        return {k: _read_as(properties[k], v) for k, v in values.items()}


_Validator = extend_validator_with_defaults(DEFAULT_JSONSCHEMA_VALIDATOR)


def _read_as(schema: dict[str, Any], text: str) -> Any:
    """Read the text of an environment variable as the type of its setting, if it is."""
    if "string" in schema["type"]:
        return text
    if "boolean" in schema["type"]:
        text = text.lower()
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
