"""A tap as the Singer SDK sees it, and where its ways end and ours begin."""

from __future__ import annotations

import copy
import os
import sys
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from types import FrameType
from typing import Any, ClassVar, cast

import singer_sdk
from singer_sdk.exceptions import MappingError
from singer_sdk.mapper import PluginMapper, RemoveRecordTransform
from singer_sdk.singerlib import Catalog
from typing_extensions import override

from tap_zencoder.api.objects import Summary
from tap_zencoder.api.reports import PERIODS, UsageQuery
from tap_zencoder.checks import catalog as catalogs
from tap_zencoder.checks import settings, stream_maps
from tap_zencoder.checks.environment import (
    read_environment,
    unknown_variables,
)
from tap_zencoder.errors import SettingsError
from tap_zencoder.singer.logs import only_warnings
from tap_zencoder.singer.stream import SingerStream
from tap_zencoder.streams import Stream
from tap_zencoder.sync.bookmarks import check_state
from tap_zencoder.sync.log import SyncLog
from tap_zencoder.sync.messages import MessageWriter
from tap_zencoder.sync.run import Sync
from tap_zencoder.transport.client import Client

_ADDRESS = ("properties", "email")
_LONGEST_COLUMN = len("total_active_users")
_EXIT_WITHIN = 1.5
"""Seconds after a signal within which the process ends, whatever it is waiting for."""


def utc_today() -> date:
    """Return the day it is, where the API's days are cut."""
    return datetime.now(UTC).date()


class ZencoderTap(singer_sdk.Tap):
    """A tap whose settings are checked by us, and whose sync is one pass over the days.

    ``definitions`` are its streams, in the order of their messages.
    """

    definitions: ClassVar[tuple[Stream, ...]] = ()
    stopped_with: ClassVar[int | None] = None
    """The exit status that a signal asks for, once there was one."""

    def __init__(
        self,
        *,
        config: Mapping[str, Any] | None = None,
        catalog: Mapping[str, Any] | None = None,
        parse_env_config: bool = False,
        validate_config: bool = True,
        **kwargs: Any,
    ) -> None:
        """Create the tap; the keywords are those of `singer_sdk.Tap`.

        Raises SettingsError, CatalogError or StateError for what cannot be used.
        """
        # Once, so that a sync that runs into the next day stays in its window.
        self.today = utc_today()
        self.writer = MessageWriter()
        with only_warnings(self.logger):
            super().__init__(
                config=self._checked(config, parse_env_config)
                if validate_config
                else {},
                catalog=None if catalog is None else self._catalog_of(catalog),
                validate_config=False,
                **kwargs,
            )

    @classmethod
    def _checked(
        cls,
        config: Mapping[str, Any] | None,
        parse_env_config: bool,  # noqa: FBT001  # named as in the SDK
    ) -> dict[str, Any]:
        schema = copy.deepcopy(cls.config_jsonschema)
        cls.append_builtin_config(schema)
        properties = schema["properties"]
        properties["flattening_max_depth"]["minimum"] = 0
        properties["flattening_max_key_length"]["minimum"] = _LONGEST_COLUMN
        for sentence in unknown_variables(os.environ, properties):
            cls.logger.warning("%s", sentence)
        given = read_environment(os.environ, properties)
        names = [stream.name for stream in cls.definitions]
        config = {**(config or {}), **(given if parse_env_config else {})}
        unread = given.keys() - config.keys()
        return settings.checked_settings(config, schema, names, unread)

    @classmethod
    def _catalog_of(cls, catalog: Mapping[str, Any]) -> Catalog:
        streams = {stream.name: stream for stream in cls.definitions}
        checked = catalogs.checked_catalog(catalog, streams)
        try:
            return Catalog.from_dict(checked)
        except Exception as error:
            raise catalogs.unreadable(error) from error

    @cached_property
    def settings(self) -> settings.Settings:
        """The settings, checked and typed."""
        user_agent = f"{self.name}/{self.plugin_version}"
        return settings.Settings.from_config(self.config, user_agent)

    @cached_property
    def client(self) -> Client:
        """Zencoder, with one login for all that the tap does."""
        return Client(self.settings)

    @override
    def discover_streams(self) -> Sequence[SingerStream]:
        return [SingerStream(self, s, self.sync_streams) for s in self.definitions]

    @override
    def setup_mapper(self) -> None:
        """Prepare the stream maps; SettingsError or CatalogError say what is wrong."""
        synced = {name: s for name, s in self.streams.items() if s.selected}
        maps = stream_maps.of_synced_streams(
            self.config.get("stream_maps", {}), list(synced)
        )
        try:
            keys = {name: stream.primary_keys for name, stream in synced.items()}
            if problems := list(stream_maps.key_problems(maps, keys)):
                raise SettingsError(problems)
            self.mapper = PluginMapper(
                {**self.config, "stream_maps": maps}, self.logger
            )
            self.mapper.register_raw_streams_from_catalog(
                Catalog((n, e) for n, e in self.catalog.items() if n in synced)
            )
        except (MappingError, AttributeError, KeyError, TypeError, ValueError) as error:
            if self.input_catalog is None or maps:
                raise stream_maps.sdk_error("the streams", error) from error
            raise catalogs.unreadable(error) from error
        if problems := list(stream_maps.alias_problems(self._names_written(synced))):
            raise SettingsError(problems)
        if "users" in synced and not stream_maps.changes_addresses(maps):
            self._warn_of_addresses()

    def _warn_of_addresses(self) -> None:
        """Say that addresses are loaded if they are deselected, since a key is."""
        users = self.catalog.get("users")
        if users and users.metadata[_ADDRESS].selected is False:
            self.logger.warning(
                "Loading users.email although it is not selected: it is part of the "
                "key. To keep addresses out, hash it with a stream map, or deselect "
                "the stream users."
            )

    def _names_written(self, streams: Collection[str]) -> dict[str, list[str]]:
        return {
            name: [
                stream_map.stream_alias
                for stream_map in self.mapper.stream_maps[name]
                if not isinstance(stream_map, RemoveRecordTransform)
            ]
            for name in streams
        }

    @override
    def load_state(self, state: dict[str, Any]) -> None:
        """Take over the bookmarks of the last sync, or raise StateError."""
        for sentence in check_state(state, list(self.streams), self.today):
            self.logger.warning("%s", sentence)
        super().load_state(state)

    # Final in the SDK, which goes from stream to stream, where the truth is day by day.
    @override  # type: ignore[misc]
    def sync_all(self) -> None:
        """Sync all selected streams in one pass over their days."""
        streams = [self.streams[stream.name] for stream in self.definitions]
        if selected := [stream for stream in streams if stream.selected]:
            self.sync_streams(selected)
        else:
            self.logger.warning("No stream is selected: nothing will be synced.")

    def sync_streams(self, streams: Sequence[Any], limit: int | None = None) -> None:
        """Sync some `SingerStream`s; with a limit, no more than so many rows."""
        started = time.monotonic()
        sync = Sync(
            [stream.synced() for stream in streams],
            client=self.client,
            days=self.settings,
            today=self.today,
            state=cast("dict[str, Any]", self.state),
            writer=self.writer,
            limit=limit,
        )
        try:
            sync.run()
        finally:
            self.client.close()
            SyncLog().summarise(
                sync.progress,
                self.writer.records,
                self.client.tally,
                time.monotonic() - started,
                sys.exception(),
            )

    def check_connection(self) -> str:
        """Ask for the shortest period, and return a sentence about the answer."""
        try:
            report = self.client.report(UsageQuery("period", PERIODS[0]))
            users = report.object("summary", Summary).total_active_users
        finally:
            self.client.close()
        return (
            f"Connection OK: {self.settings.api_url} answered; these credentials can "
            f"read analytics ({users} active users in the last 7 days)."
        )

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        """End with status 128 + signal: at once, or within `_EXIT_WITHIN` seconds."""
        status = 128 + signum
        ZencoderTap.stopped_with = status
        watchdog = threading.Timer(_EXIT_WITHIN, os._exit, [status])
        watchdog.daemon = True
        watchdog.start()
        self.writer.stop(status)
