"""The tap: its settings and its streams."""

from __future__ import annotations

from typing import Any, ClassVar

from singer_sdk.helpers.capabilities import (
    CapabilitiesEnum,
    PluginCapabilities,
    TapCapabilities,
)

from tap_zencoder.singer.tap import ZencoderTap
from tap_zencoder.streams import STREAMS, json_schema


class TapZencoder(ZencoderTap):
    """Daily usage of Zencoder, the AI coding assistant, per organisation and user."""

    name = "tap-zencoder"
    definitions = STREAMS

    # Not batches: their files would be announced after the STATE that covers them.
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        TapCapabilities.CATALOG,
        TapCapabilities.STATE,
        TapCapabilities.DISCOVER,
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.FLATTENING,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]

    # Each setting with its title, description, type, bounds and default.
    config_jsonschema: ClassVar[dict[str, Any]] = json_schema("settings")
