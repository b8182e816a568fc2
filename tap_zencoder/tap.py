"""The tap: its settings, its streams, and one sync of them."""

from __future__ import annotations

import copy
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from types import FrameType
from typing import Any, ClassVar, cast

import singer_sdk
from singer_sdk.helpers.capabilities import CapabilitiesEnum
from singer_sdk.mapper import PluginMapper, RemoveRecordTransform
from singer_sdk.singerlib import Catalog
from typing_extensions import override

from tap_zencoder import singer
from tap_zencoder.api.reports import UsageQuery
from tap_zencoder.checks import catalog as catalogs
from tap_zencoder.checks import settings, sources
from tap_zencoder.errors import SettingsError
from tap_zencoder.redact import redacted
from tap_zencoder.streams import PERIOD_SUMMARIES, STREAMS, json_schema
from tap_zencoder.sync.bookmarks import check_state
from tap_zencoder.sync.log import SyncLog
from tap_zencoder.sync.messages import MessageWriter
from tap_zencoder.sync.run import PERIODS, Sync
from tap_zencoder.transport.client import Client

_ADDRESS = ("properties", "email")
_LONGEST_COLUMN = len("total_active_users")
_EXIT_WITHIN = 1.5
"""Seconds after a signal within which the process ends, whatever it is waiting for."""


def utc_today() -> date:
    """Return the day it is, where the API's days are cut."""
    return datetime.now(UTC).date()


class TapZencoder(singer_sdk.Tap):
    """Daily usage of Zencoder, the AI coding assistant, per organisation and user."""

    name = "tap-zencoder"

    # Not batches: their files would be announced after the STATE that covers them.
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        known
        for known in singer_sdk.Tap.capabilities
        if known.value not in {"batch", "activate-version"}
    ]

    # Each setting with its title, description, type, bounds and default.
    config_jsonschema: ClassVar[dict[str, Any]] = json_schema("settings")

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
        if validate_config:
            config = self._checked(config or {}, parse_env_config)
        with singer.only_warnings(self.logger):
            super().__init__(
                config=dict(config or {}),
                catalog=None if catalog is None else self._catalog_of(catalog),
                validate_config=False,
                **kwargs,
            )

    @classmethod
    def _checked(
        cls,
        config: Mapping[str, Any],
        parse_env_config: bool,  # noqa: FBT001  # named as in the SDK
    ) -> dict[str, Any]:
        schema = copy.deepcopy(cls.config_jsonschema)
        cls.append_builtin_config(schema)
        properties = schema["properties"]
        properties["flattening_max_depth"]["minimum"] = 0
        properties["flattening_max_key_length"]["minimum"] = _LONGEST_COLUMN
        for sentence in sources.unknown_variables(os.environ, properties):
            cls.logger.warning("%s", sentence)
        given = sources.read_environment(os.environ, properties)
        config = {**config, **(given if parse_env_config else {})}
        if sandbox := sources.read_sandbox(os.environ):
            cls.logger.info("Using the sandbox, and no other credentials or URLs.")
            own = {name: config[name] for name in config.keys() - settings.LOGINS}
            config = {**own, **sandbox}
        names = [stream.name for stream in STREAMS]
        unread = given.keys() - config.keys()
        return settings.checked_settings(config, schema, names, unread)

    @classmethod
    def _catalog_of(cls, catalog: Mapping[str, Any]) -> Catalog:
        checked = catalogs.checked_catalog(catalog, {s.name: s for s in STREAMS})
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
    def discover_streams(self) -> Sequence[singer.SingerStream]:
        return [
            singer.SingerStream(self, stream, self.sync_streams) for stream in STREAMS
        ]

    @override
    def setup_mapper(self) -> None:
        """Prepare the stream maps; SettingsError or CatalogError say what is wrong."""
        synced = [name for name, stream in self.streams.items() if stream.selected]
        maps = self.config.get("stream_maps", {})
        try:
            self.mapper = PluginMapper(
                {**self.config, "stream_maps": dict(maps)}, self.logger
            )
            self.mapper.register_raw_streams_from_catalog(
                Catalog((n, e) for n, e in self.catalog.items() if n in synced)
            )
        except Exception as error:
            if self.input_catalog is None or maps:
                raise singer.mapping_error("the streams", error) from error
            raise catalogs.unreadable(error) from error
        written = Counter(
            stream_map.stream_alias
            for name in synced
            for stream_map in self.mapper.stream_maps[name]
            if not isinstance(stream_map, RemoveRecordTransform)
        )
        if twice := [redacted(name) for name, number in written.items() if number > 1]:
            problem = f"stream_maps: two streams would be written as {twice[0]}"
            raise SettingsError([problem])
        users = self.catalog.get("users") if "users" in synced else None
        is_deselected = users and users.metadata[_ADDRESS].selected is False
        if is_deselected and not singer.changes_addresses(maps):
            self.logger.warning(
                "Loading users.email although it is not selected: it is part of the "
                "key. To keep addresses out, hash it with a stream map, or deselect "
                "the stream users."
            )

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
        streams = [self.streams[stream.name] for stream in STREAMS]
        if selected := [stream for stream in streams if stream.selected]:
            self.sync_streams(selected)
        else:
            self.logger.warning("No stream is selected: nothing will be synced.")

    def sync_streams(self, streams: Sequence[Any]) -> None:
        """Sync some `SingerStream`s."""
        started = time.monotonic()
        sync = Sync(
            streams=[stream.synced() for stream in streams],
            client=self.client,
            days=self.settings,
            today=self.today,
            state=cast("dict[str, Any]", self.state),
            writer=self.writer,
        )
        try:
            sync.run()
        finally:
            self.client.close()
            SyncLog().summarise(
                sync.progress,
                self.writer.records,
                (self.client.tally.requests, self.client.tally.retries),
                time.monotonic() - started,
                sys.exception(),
            )

    def check_connection(self) -> str:
        """Ask for the shortest period, and return a sentence about the answer."""
        try:
            report = self.client.report(UsageQuery("period", PERIODS[0]))
        finally:
            self.client.close()
        [row] = PERIOD_SUMMARIES.rows(report, self.today)
        return (
            f"Connection OK: {self.settings.api_url} answered; these credentials can "
            f"read analytics ({row.total_active_users} active users in 7 days)."
        )

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """Do nothing: the settings are checked before the SDK has them."""
        return []

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        """End with status 128 + signal: at once, or within `_EXIT_WITHIN` seconds."""
        status = 128 + signum
        TapZencoder.stopped_with = status
        watchdog = threading.Timer(_EXIT_WITHIN, os._exit, [status])
        watchdog.daemon = True
        watchdog.start()
        self.writer.stop(status)
