"""The tap: its settings and its streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import typing as th
from singer_sdk.helpers.capabilities import PluginCapabilities, TapCapabilities

from tap_zencoder.singer.tap import ZencoderTap
from tap_zencoder.streams import STREAMS

if TYPE_CHECKING:
    from singer_sdk.helpers.capabilities import CapabilitiesEnum


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

    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property(
            "client_id",
            th.StringType,
            secret=True,
            title="Client ID",
            description=(
                "Client ID of a personal access token. Goes with client_secret."
            ),
        ),
        th.Property(
            "client_secret",
            th.StringType,
            secret=True,
            title="Client secret",
            description=(
                "Client secret of a personal access token. Goes with client_id."
            ),
        ),
        th.Property(
            "api_key",
            th.StringType,
            secret=True,
            title="API key",
            description=(
                "API key (zak_live_...), instead of client_id and client_secret."
            ),
        ),
        th.Property(
            "start_date",
            th.DateType,
            title="Start date",
            description=(
                "First day to sync, as YYYY-MM-DD. By default 90 days before today. If "
                "it is later than the bookmark, the days between are skipped."
            ),
        ),
        th.Property(
            "end_date",
            th.DateType,
            title="End date",
            description=(
                "Last day to sync, as YYYY-MM-DD, for a slice of history. By default "
                "yesterday, the last day that is over (in UTC)."
            ),
        ),
        th.Property(
            "include_today",
            th.BooleanType,
            default=False,
            title="Include today",
            description=("Sync the unfinished day as well. Later syncs send it again."),
        ),
        th.Property(
            "lookback_days",
            th.IntegerType(minimum=0, maximum=90),
            default=3,
            title="Lookback days",
            description=(
                "How many days before the bookmark to ask for again, since figures may "
                "still change."
            ),
        ),
        th.Property(
            "concurrency",
            th.IntegerType(minimum=1, maximum=16),
            default=4,
            title="Concurrency",
            description="How many requests may be under way at once.",
        ),
        th.Property(
            "request_timeout",
            th.IntegerType(minimum=1, maximum=600),
            default=60,
            title="Request timeout",
            description="How many seconds to wait for an answer before trying again.",
        ),
        th.Property(
            "user_agent",
            th.StringType,
            title="User agent",
            description=(
                "How the tap names itself to the API. By default tap-zencoder and its "
                "version."
            ),
        ),
        th.Property(
            "api_url",
            th.URIType,
            default="https://api.zencoder.ai",
            title="API URL",
            description="Where the API is. Only ever changed for tests and proxies.",
        ),
        th.Property(
            "auth_url",
            th.URIType,
            default="https://fe.zencoder.ai/oauth/token",
            title="Authentication URL",
            description=(
                "Where client_id and client_secret are exchanged for a token. Only "
                "ever changed for tests and proxies."
            ),
        ),
        additional_properties=False,
    ).to_dict()
