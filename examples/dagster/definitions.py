"""Zencoder organisations times months as Dagster partitions, each loaded by one run.

A partition is asked for and loaded as a whole, whatever was there before: loaders that
know keys replace its rows. So there is no state, and partitions may run in any order,
at once and again.

README.md says what has to be in the environment.
"""

import json
import os
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

ORGANISATIONS = os.environ["ZENCODER_ORGANISATIONS"].split()
FIRST_DAY = os.environ["ZENCODER_FIRST_DAY"]
LOOKBACK_DAYS = 3

# One set of tables for all: see "Several organisations" in docs/warehouses.md.
KEYS = {
    "daily": ["day"],
    "daily_ides": ["day", "ide_name"],
    "daily_languages": ["day", "language_name"],
    "period_summaries": ["day", "period"],
    "users": ["day", "email"],
}
MAPS = {
    stream: {
        "organization": "config['organization']",
        "__key_properties__": ["organization", *key],
    }
    for stream, key in KEYS.items()
}
PARTITIONS = dg.MultiPartitionsDefinition(
    {
        "month": dg.MonthlyPartitionsDefinition(FIRST_DAY, end_offset=1),
        "organization": dg.StaticPartitionsDefinition(ORGANISATIONS),
    }
)


@dg.asset
def tables() -> None:
    """Make the tables: loaders that start at once would do so over one another."""
    load("tables", {"api_key": "not-needed"}, "--test=schema")


@dg.asset(deps=[tables], partitions_def=PARTITIONS)
def usage(context: dg.AssetExecutionContext) -> None:
    """Load one organisation's month, or what is over of it."""
    organization = context.partition_key.keys_by_dimension["organization"]
    month = context.partition_time_window
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    first = month.start.date()
    last = min(month.end.date() - timedelta(days=1), yesterday)
    if first <= last:
        days = {"start_date": str(first), "end_date": str(last), "lookback_days": 0}
        load(organization, days)


@dg.schedule(target=usage, cron_schedule="0 6 * * *", execution_timezone="UTC")
def nightly(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest]:
    """Load the month of yesterday again, and of the days before that may still change.

    As a whole, like any partition: a night that was missed needs nothing done.
    """
    yesterday = context.scheduled_execution_time.date() - timedelta(days=1)
    oldest = yesterday - timedelta(days=LOOKBACK_DAYS)
    months = {str(day.replace(day=1)) for day in (oldest, yesterday)}
    keys = [
        dg.MultiPartitionKey({"month": month, "organization": organization})
        for month in sorted(months)
        for organization in ORGANISATIONS
    ]
    return [dg.RunRequest(f"{yesterday}|{key}", partition_key=key) for key in keys]


def load(organization: str, settings: dict[str, object], *options: str) -> None:
    """Run the tap into the loader, with the organisation's own credentials.

    Raises:
        dagster.Failure: One of them failed, with what it said last.
    """
    maps = {"stream_maps": MAPS, "stream_map_config": {"organization": organization}}
    # Whoever needs no credentials of Zencoder gets none.
    known = {k: v for k, v in os.environ.items() if not k.startswith("ZENCODER_")}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.json").write_text(json.dumps({**maps, **settings}))
        config = ["--config=ENV", f"--config={folder / 'config.json'}"]
        with (
            (folder / "tap").open("wb") as tap_log,
            (folder / "target").open("wb") as target_log,
            subprocess.Popen(
                ["tap-zencoder", *config, *options],
                env={**known, **credentials(organization)},
                stdout=subprocess.PIPE,
                stderr=tap_log,
            ) as tap,
            subprocess.Popen(
                ["target-postgres", "--config=ENV"],
                env=known,
                stdin=tap.stdout,
                stdout=subprocess.DEVNULL,
                stderr=target_log,
            ) as target,
        ):
            if tap.stdout:
                tap.stdout.close()  # the target's alone, so that the tap sees it go
        # In this order: a tap whose target went away fails as well.
        report("target-postgres", target.returncode, folder / "target")
        report("tap-zencoder", tap.returncode, folder / "tap")


def credentials(organization: str) -> dict[str, str]:
    """Return the organisation's part of the environment, named as the tap has it."""
    prefix = f"ZENCODER_{organization.upper()}_"
    return {
        name.replace(prefix, "TAP_ZENCODER_"): value
        for name, value in os.environ.items()
        if name.startswith(prefix)
    }


def report(name: str, status: int, log: Path) -> None:
    """Show the log of a program that ended, and fail with its last line if it did."""
    lines = log.read_text().splitlines() or ["no word"]
    dg.get_dagster_logger().info("\n".join([name, *lines]))
    if status:
        raise dg.Failure(f"{name}: {lines[-1].rpartition(' | ')[2]}")


defs = dg.Definitions(
    assets=[tables, usage],
    schedules=[nightly],
    executor=dg.in_process_executor,  # Celery's processes may not have children
)
