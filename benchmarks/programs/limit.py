"""The limit: the same bytes with the same concurrency, read and written by msgspec."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import msgspec
import requests


def main() -> None:
    """Fetch every day of the window and write its rows as lines."""
    config = json.loads(Path(sys.argv[1]).read_text())
    first, last = (date.fromisoformat(config[name]) for name in ("first", "last"))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    encode, write = msgspec.json.Encoder().encode, sys.stdout.buffer.write
    with requests.Session() as session, ThreadPoolExecutor(config["workers"]) as pool:
        names = ("client_id", "client_secret")
        login = {name: config[name] for name in names}
        login["grant_type"] = "client_credentials"
        token = session.post(config["auth_url"], json=login).json()["access_token"]
        session.headers["Authorization"] = f"Bearer {token}"
        url = f"{config['api_url']}/api/v1/data/usage"

        def fetch(day: date) -> bytes:
            return session.get(url, params={"day": day.isoformat()}).content

        for day, body in zip(days, pool.map(fetch, days), strict=True):
            data = msgspec.json.decode(body)["data"]
            rows = [("users", {"day": day, **user}) for user in data["users"]]
            for entry in data["daily"]:
                rows.append(("daily", entry))
                rows += [("daily_ides", {"day": day, **i}) for i in entry["ides"]]
                rows += [
                    ("daily_languages", {"day": day, **i}) for i in entry["languages"]
                ]
            for stream, row in rows:
                line = {"type": "RECORD", "stream": stream, "record": row}
                write(encode(line) + b"\n")


main()
