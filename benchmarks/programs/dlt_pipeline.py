"""dlt: one report per day, shared by two resources, fetched in parallel.

Usage: dlt_pipeline.py CONFIG FOLDER extract|load
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

CONFIG, FOLDER, UNTIL = json.loads(Path(sys.argv[1]).read_text()), *sys.argv[2:4]


@dlt.source
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

    @dlt.transformer(data_from=days, selected=False, parallelized=True)
    def reports(day: str) -> Iterator[dict[str, Any]]:
        url = f"{CONFIG['api_url']}/api/v1/data/usage"
        answer = session.get(url, params={"day": day})
        answer.raise_for_status()
        yield {"day": day, **answer.json()["data"]}

    @dlt.transformer(
        data_from=reports,
        primary_key=("day", "email"),
        write_disposition="merge",
    )
    def users(report: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
        yield [{"day": report["day"], **user} for user in report["users"]]

    @dlt.transformer(data_from=reports, primary_key="day", write_disposition="merge")
    def daily(report: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
        yield report["daily"]

    return days, reports, users, daily


pipeline = dlt.pipeline(
    "zencoder",
    destination=dlt.destinations.duckdb(f"{FOLDER}/dlt.duckdb"),
    pipelines_dir=FOLDER,
    dataset_name="zencoder",
)
if UNTIL == "extract":
    pipeline.extract(zencoder())
else:
    pipeline.run(zencoder())
rows = pipeline.last_trace.last_extract_info.metrics
counts: dict[str, int] = {}
for steps in rows.values():
    for step in steps:
        for table, metric in step["table_metrics"].items():
            counts[table] = counts.get(table, 0) + metric.items_count
print(json.dumps({name: counts.get(name, 0) for name in ("users", "daily")}))
