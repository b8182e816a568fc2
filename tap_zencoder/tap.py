"""The tap: its settings and its streams."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import typing as th
from singer_sdk.helpers.capabilities import PluginCapabilities, TapCapabilities
from typing_extensions import override

from tap_zencoder import state as states
from tap_zencoder.api import PERIODS, UsageQuery
from tap_zencoder.client import Zencoder
from tap_zencoder.errors import quoted
from tap_zencoder.progress import counted
from tap_zencoder.sdk import ZencoderTapBase
from tap_zencoder.settings import Settings
from tap_zencoder.streams import STREAMS, DayStream
from tap_zencoder.usage import UsageReports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from singer_sdk.helpers.capabilities import CapabilitiesEnum

    from tap_zencoder.streams import ZencoderStream


def utc_today() -> date:
    """Return the day it is, where the API's days are cut."""
    return datetime.now(UTC).date()


class TapZencoder(ZencoderTapBase):
    """Daily usage of Zencoder, the AI coding assistant, per organisation and user."""

    name = "tap-zencoder"
    stream_names = tuple(stream.name for stream in STREAMS)  # type: ignore[misc]  # each class has one

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

    def __init__(self, **kwargs: Any) -> None:
        """Create the tap; the keywords are those of `singer_sdk.Tap`."""
        # Once, so that a sync that runs into the next day stays in its window.
        self.today = utc_today()
        self._warned: set[tuple[str, ...]] = set()
        super().__init__(**kwargs)

    @override
    def discover_streams(self) -> Sequence[ZencoderStream]:
        """Return the streams, which are the same for every organisation."""
        return [stream(self) for stream in STREAMS]

    @override
    def load_state(self, state: dict[str, Any]) -> None:
        """Take over the bookmarks of the last sync.

        Raises:
            StateError: They cannot be used.
        """
        states.check(state, self.streams, self.today)
        if states.is_of_another_tap(state, self.streams):
            self.logger.warning(
                "The state has no bookmark for a stream of this tap, but for others: "
                "%s. The sync starts from the beginning.",
                ", ".join(map(quoted, state["bookmarks"])),
            )
        super().load_state(state)

    @cached_property
    def settings(self) -> Settings:
        """The settings, checked and typed."""
        return Settings.from_config(self.config, f"{self.name}/{self.plugin_version}")

    @cached_property
    def reports(self) -> UsageReports:
        """The reports that all selected streams of this sync share."""
        streams = self.streams.values()
        windows = [
            stream.window
            for stream in streams
            if isinstance(stream, DayStream) and stream.selected
        ]
        return UsageReports(Zencoder(self.settings), windows, self.today)

    @override
    def log_summary(self, outcome: str, seconds: float) -> None:
        """Say in one line what a sync took."""
        tally = self.reports.tally
        records = [f"{number} {name}" for name, number in self.writer.records.items()]
        self.logger.info(
            "Sync %s: %s; records: %s; %s, %s; %.1f s.",
            outcome,
            counted(len(self.reports.days_read), "day"),
            ", ".join(records) or "none",
            counted(tally.requests, "request"),
            counted(tally.retries, "retry", "retries"),
            seconds,
        )

    @property
    @override
    def streams(self) -> dict[str, Any]:
        """The streams in the order of `STREAMS`: the SDK sorts them by name."""
        order: list[type] = list(STREAMS)
        streams = super().streams.values()
        return {s.name: s for s in sorted(streams, key=lambda s: order.index(type(s)))}

    @override
    def check_connection(self) -> str:
        """Log in and ask for the shortest period, which any organisation has.

        Raises:
            ZencoderError: Credentials, role or network are not right.
        """
        query = UsageQuery.over(PERIODS[0])
        [report] = UsageReports(Zencoder(self.settings), [], self.today).ask([query])
        users = report.totals()["total_active_users"]
        return (
            f"All right: {self.settings.api_url} answers, and the credentials may read "
            f"its analytics ({users} active users in the last 7 days)."
        )

    def warn_once(self, message: str, *names: str) -> None:
        """Log a warning, the first time in this sync that it is about the first name.

        Names may come from the API; they are made fit for a log.
        """
        about = (message, *names[:1])
        if about not in self._warned:
            self._warned.add(about)
            self.logger.warning(message, *map(quoted, names))
