"""The limit: the same messages with the same concurrency, and nothing around them.

Answers are decoded straight into the rows' own structs, which are encoded as they are.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import requests


class Item(msgspec.Struct, omit_defaults=True, gc=False):
    ide_name: str | None = None
    language_name: str | None = None
    engaged_users: int | None = None
    day: str | None = None


class Entry(msgspec.Struct, gc=False):
    day: str
    active_users: int
    messages: int
    ides: list[Item]
    languages: list[Item]
    additional_fields: str | None = None


class User(msgspec.Struct, gc=False):
    email: str
    messages: int
    last_active: str | None
    ides: list[str]
    languages: list[str]
    day: str | None = None
    additional_fields: str | None = None


class Data(msgspec.Struct):
    users: list[User]
    daily: list[Entry]


class Answer(msgspec.Struct):
    data: Data


class Record(msgspec.Struct, tag_field="type", tag="RECORD", gc=False):
    stream: str
    record: Any
    time_extracted: datetime


def main() -> None:
    """Fetch every day of the window and write its rows as lines."""
    config = json.loads(Path(sys.argv[1]).read_text())
    first, last = (date.fromisoformat(config[name]) for name in ("first", "last"))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    encoder, decoder = msgspec.json.Encoder(), msgspec.json.Decoder(Answer)
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
            data, stamp, now = decoder.decode(body).data, str(day), datetime.now(UTC)
            rows: list[tuple[str, Any]] = []
            for user in data.users:
                user.day = stamp
                rows.append(("users", user))
            for entry in data.daily:
                rows.append(("daily", msgspec.to_builtins(entry)))
                for stream, items in (
                    ("daily_ides", entry.ides),
                    ("daily_languages", entry.languages),
                ):
                    for item in items:
                        item.day = stamp
                        rows.append((stream, item))
            lines = [Record(stream, row, now) for stream, row in rows]
            sys.stdout.buffer.write(encoder.encode_lines(lines))


main()
