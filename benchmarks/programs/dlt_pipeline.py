"""dlt: one report per day, shared by four resources, fetched in parallel.

Usage: dlt_pipeline.py CONFIG DATABASE rows|arrow|unset

Lists stay in their rows, as in the tap's tables, instead of becoming tables of their
own. Rows are given to dlt as they are, or as tables of Arrow, which it passes on
without looking at each row. ``unset`` is dlt as it comes: its own ways to merge, to
load and to keep lists.
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dlt
import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

Rows = list[dict[str, Any]]

CONFIG = json.loads(Path(sys.argv[1]).read_text())
ARROW, UNSET = (sys.argv[3] == way for way in ("arrow", "unset"))
LISTS: Any = {name: {"data_type": "json"} for name in ("ides", "languages")}
MERGE: Any = "merge" if UNSET else {"disposition": "merge", "strategy": "upsert"}
# Of the formats that a destination takes for rows, the quickest here.
FORMATS: dict[str, Any] = {"postgres": "csv", "duckdb": "parquet"}


def page(rows: Rows) -> Any:
    """Return rows in the form in which dlt gets them."""
    if not ARROW or not rows:
        return rows
    import pyarrow as pa

    columns = {
        name: [json.dumps(row[name]) for row in rows]
        if name in LISTS
        else [row[name] for row in rows]
        for name in rows[0]
    }
    return pa.table(columns)


def items(report: dict[str, Any], name: str) -> Rows:
    """Return the items of a list of the day, as rows."""
    entries = report["daily"]
    return [{"day": e["day"], **item} for e in entries for item in e[name]]


@dlt.source(max_table_nesting=None if UNSET else 0)
def zencoder() -> Any:
    """Give the organisation's usage."""
    session = requests.Session()
    login = {name: CONFIG[name] for name in ("client_id", "client_secret")}
    login["grant_type"] = "client_credentials"
    token = session.post(CONFIG["auth_url"], json=login).json()["access_token"]
    session.headers["Authorization"] = f"Bearer {token}"

    @dlt.resource(selected=False)
    def days() -> Iterator[str]:
        first, last = (date.fromisoformat(CONFIG[name]) for name in ("first", "last"))
        for n in range((last - first).days + 1):
            yield (first + timedelta(days=n)).isoformat()

    @dlt.transformer(data_from=days, selected=False, parallelized=not UNSET)
    def reports(day: str) -> Iterator[dict[str, Any]]:
        url = f"{CONFIG['api_url']}/api/v1/data/usage"
        answer = session.get(url, params={"day": day})
        answer.raise_for_status()
        yield {"day": day, **answer.json()["data"]}

    def stream(*key: str, columns: Any = None) -> Any:
        return dlt.transformer(
            data_from=reports,
            primary_key=key,
            columns=None if UNSET else columns,
            write_disposition=MERGE,
        )

    @stream("day", "email", columns=LISTS)
    def users(report: dict[str, Any]) -> Any:
        return page([{"day": report["day"], **user} for user in report["users"]])

    @stream("day", columns=LISTS)
    def daily(report: dict[str, Any]) -> Any:
        return page(report["daily"])

    @stream("day", "ide_name")
    def daily_ides(report: dict[str, Any]) -> Any:
        return page(items(report, "ides"))

    @stream("day", "language_name")
    def daily_languages(report: dict[str, Any]) -> Any:
        return page(items(report, "languages"))

    return days, reports, users, daily, daily_ides, daily_languages


def destination(database: dict[str, Any]) -> Any:
    """Return where the tables go."""
    if database["kind"] == "duckdb":
        return dlt.destinations.duckdb(database["filepath"])
    names = ("host", "port", "password", "database")
    login = {name: database[name] for name in names}
    return dlt.destinations.postgres({**login, "username": database["user"]})


def load(database: dict[str, Any]) -> None:
    """Bring the rows into a database."""
    pipeline = dlt.pipeline(
        "zencoder",
        destination=destination(database),
        pipelines_dir="dlt",
        dataset_name="zencoder",
    )
    own = {} if ARROW or UNSET else {"loader_file_format": FORMATS[database["kind"]]}
    pipeline.run(zencoder(), **own)


load(json.loads(Path(sys.argv[2]).read_text()))
