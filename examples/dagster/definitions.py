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
CREDENTIALS = ("CLIENT_ID", "CLIENT_SECRET", "API_KEY")
OWN = (*CREDENTIALS, "API_URL", "AUTH_URL")
FOREIGN = ("ZENCODER_", *(f"TAP_ZENCODER_{name}" for name in CREDENTIALS))

# One set of tables for all: see docs/how-to/several-organisations.md.
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
MONTHS = dg.MonthlyPartitionsDefinition(FIRST_DAY, end_offset=1)
PARTITIONS = dg.MultiPartitionsDefinition(
    {
        "month": MONTHS,
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
    """Load the month of yesterday, and the one before until it has settled.

    As a whole, like any partition, so that a night that was missed needs nothing done.
    """
    yesterday = context.scheduled_execution_time - timedelta(days=1)
    months = MONTHS.get_partition_keys(current_time=yesterday)[-2:]
    wanted = [
        dg.MultiPartitionKey({"month": month, "organization": organization})
        for month in months
        for organization in ORGANISATIONS
    ]
    done = set().union(*(unchanging(context.instance, month) for month in months[:-1]))
    return [
        dg.RunRequest(f"{yesterday.date()}|{key}", partition_key=key)
        for key in wanted
        if key not in done
    ]


def unchanging(instance: dg.DagsterInstance, month: str) -> set[str]:
    """Return the partitions of a month that were loaded when it had settled."""
    end = MONTHS.time_window_for_partition_key(month).end
    of_then = dg.AssetRecordsFilter(
        usage.key,
        asset_partitions=[f"{month}|{organization}" for organization in ORGANISATIONS],
        after_timestamp=(end + timedelta(days=LOOKBACK_DAYS)).timestamp(),
    )
    loaded: set[str] = set()
    cursor, has_more = None, True
    while has_more:
        page = instance.fetch_materializations(of_then, limit=1000, cursor=cursor)
        loaded.update(str(record.partition_key) for record in page.records)
        cursor, has_more = page.cursor, page.has_more
    return loaded


def load(organization: str, settings: dict[str, object], *options: str) -> None:
    """Run the tap into the loader, with the organisation's own credentials.

    Raises:
        dagster.Failure: One of them failed, with what it said last.
    """
    maps = {"stream_maps": MAPS, "stream_map_config": {"organization": organization}}
    # Nobody gets credentials of others, and the loader none at all.
    known = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
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
    own = {name: f"ZENCODER_{organization.upper()}_{name}" for name in OWN}
    return {
        f"TAP_ZENCODER_{name}": os.environ[variable]
        for name, variable in own.items()
        if variable in os.environ
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
