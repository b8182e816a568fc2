"""From a synthetic organisation to a page about it: `make demo`."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

# Without .env, whose credentials are not for the sandbox.
MELTANO = "meltano --env-file=/dev/null --environment=demo"
COMMAND = (
    "env TAP_ZENCODER_START_DATE={founded} zencoder-sandbox --users 60 "
    f"--founded {{founded}} -- {MELTANO} "
    "run{anew} tap-zencoder target-duckdb dbt-duckdb:build-and-report"
)
STATE = "demo:tap-zencoder-to-target-duckdb"
HISTORY = timedelta(weeks=26)
"""How long ago the organisation began when the demo is run for the first time."""
PAGE = Path("output/demo.html")
LOADED = Path("output/demo.duckdb")
LOG = Path("output/demo.log")
LEAST_SPACE = 2**20
"""With less on the disk, in bytes, a run that failed is one for want of space."""

# The tables and their totals, one line each.
STREAMS = " UNION ALL ".join(
    f"SELECT '{table}' AS stream, count(*) AS rows, count(DISTINCT day) AS days, "  # noqa: S608  # the names are literals
    "min(day) AS first_day, max(day) AS last_day, "
    "count(*) FILTER (_sdc_extracted_at >= $since) AS written_now "
    f"FROM {table}"
    for table in ("daily", "daily_ides", "daily_languages", "users", "period_summaries")
)
# Who is in which team and who has a seat: some seats are new, or were never used.
GIVEN = """
    CREATE SCHEMA IF NOT EXISTS given;
    CREATE OR REPLACE TABLE given.people AS
        SELECT format('developer-{:04d}@example.com', n) AS email,
            CASE WHEN n < 5 THEN 'Security'
                ELSE ['Core', 'Data', 'Mobile', 'Search', 'Web'][1 + n % 5] END AS team
        FROM range(1, 61) AS numbers(n) WHERE n % 11 > 0;
    CREATE OR REPLACE TABLE given.seats AS
        SELECT format('developer-{:04d}@example.com', n) AS email,
            current_date - CASE WHEN n > 67 THEN 9 ELSE 300 END AS assigned_on
        FROM range(1, 74) AS numbers(n) WHERE n % 9 > 0;
"""
LATEST_DAYS = """
    SELECT day, dayname(day::DATE) AS weekday, active_users, messages,
        (SELECT arg_max(ide_name, engaged_users) FROM daily_ides
            WHERE daily_ides.day = daily.day) AS top_ide,
        (SELECT arg_max(language_name, engaged_users) FROM daily_languages
            WHERE daily_languages.day = daily.day) AS top_language
    FROM daily ORDER BY day DESC LIMIT 7
"""


def main() -> int:
    """Run the pipeline, show its result and return its exit status."""
    clock = time.monotonic()
    since = datetime.now(UTC).replace(tzinfo=None)  # as the loader stores times
    rows_before, _ = rows(since)
    with LOG.open("w") as log:
        anew = has_lost_its_file()
        if anew:
            print(
                f"{LOADED} is gone, but Meltano still has the bookmark of what was in "
                "it. Loading everything again (--full-refresh)."
            )
        give_people_and_seats()
        full = " --full-refresh" if anew else ""
        command = COMMAND.format(founded=founded(), anew=full)
        print(f"$ {command}", flush=True)
        status = subprocess.run(
            shlex.split(command), check=False, stdout=log, stderr=log
        ).returncode
    seconds = time.monotonic() - clock
    if status != 0 and shutil.disk_usage(LOG.parent).free < LEAST_SPACE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(LOG.parent))
    if status != 0:
        print(LOG.read_text(), f"Failed with exit status {status}.", file=sys.stderr)
        return status

    # The tap's own words: the days it asks for, and the bookmark it started from.
    window = re.search(r"Syncing (.*): .*; bookmark: (.*)", LOG.read_text())
    if window:
        days, bookmark = window.groups()
        first = bookmark == "none yet"
        start = "First sync" if first else f"Resumed from the bookmark {bookmark}"
        print(f"\n{start}: {days}.")
    rows_after, written = rows(since)
    new = rows_after - rows_before
    print(f"{written:,} rows, {new:,} of them new, in {seconds:.1f} s.")
    with opened() as database:
        database.sql(STREAMS, params={"since": since}).show()
        print("The latest days:")
        database.sql(LATEST_DAYS).show()
    print(
        f"The models are built, and the page is in {PAGE}: open it in a browser.\n"
        f"The data is in {LOADED}, the log in {LOG}. Run it again to see it resume."
    )
    return 0


def give_people_and_seats() -> None:
    """Make up what an organisation knows beside the API."""
    # The loader has an older DuckDB.
    with duckdb.connect(
        LOADED, config={"storage_compatibility_version": "v1.2.0"}
    ) as database:
        database.execute(GIVEN)


def has_lost_its_file() -> bool:
    """Tell whether Meltano has a bookmark for a file that does not exist."""
    if LOADED.exists():
        return False
    words = [*shlex.split(MELTANO), "state", "list", "--pattern", STATE]
    listed = subprocess.run(
        words, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    return STATE in listed.stdout.split()


def founded() -> date:
    """Return the Monday on which the organisation began, the same in every run."""
    first_run = datetime.now(UTC)
    with (
        contextlib.suppress(duckdb.IOException, duckdb.CatalogException),
        opened() as database,
    ):
        [(before,)] = database.sql(
            "SELECT min(_sdc_extracted_at) FROM daily"
        ).fetchall()
        first_run = before or first_run
    began = first_run.date() - HISTORY
    return began - timedelta(days=began.weekday())


def rows(since: datetime) -> tuple[int, int]:
    """Return how many rows there are, and how many were written since then."""
    try:
        with opened() as database:
            totals = database.sql(STREAMS, params={"since": since}).fetchall()
    except (duckdb.IOException, duckdb.CatalogException):  # there is nothing yet
        return 0, 0
    return sum(total[1] for total in totals), sum(total[-1] for total in totals)


def opened() -> duckdb.DuckDBPyConnection:
    """Open what was loaded."""
    database = duckdb.connect(LOADED, read_only=True)
    database.execute("USE tap_zencoder")
    return database


if __name__ == "__main__":
    try:
        status = main()
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(f"Stopped. The log is in {LOG}.")
    except OSError as error:
        # What is left to write has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # the reader has seen enough
            sys.exit(1)
        place = error.filename or "The output"
        sys.exit(
            f"{place} cannot be written: {error.strerror}. Fix that and try again."
        )
    sys.exit(status)
