"""Many organisations, each in its sandbox, and one PostgreSQL to load them into."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import BIN, TODAY
from support import postgres_server
from support.expected import rows_of_day
from support.plugins import plugin, project_settings
from support.runs import KEYS

from tap_zencoder.sandbox import Organisation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.postgres_server import PostgresServer

COUNT = 200
USERS = 50
SCHEMA = "tap_zencoder"
HERE = Path(__file__).parent
YESTERDAY = TODAY - timedelta(days=1)
FIRST = TODAY - timedelta(days=8)
SEVEN_DAYS = {"start_date": str(FIRST), "end_date": str(TODAY - timedelta(days=2))}
"""What the first sync asks for; the night asks for what its bookmark says."""
AT_ONCE = 10
"""Organisations in one run, where several are."""
MAPS = {
    stream: {
        "organization": "config['organization']",
        "__key_properties__": ["organization", *key],
    }
    for stream, key in KEYS.items()
}


@dataclass(frozen=True)
class Site:
    """Where everything is; each organisation is known by the settings of its tap."""

    folder: Path
    server: PostgresServer
    organisations: dict[str, dict[str, str]]
    apart: set[int]
    """The processes that are no part of what is measured."""

    @property
    def evening(self) -> Path:
        """The file with the states of before the night, if they have been reached."""
        return self.folder / "evening.json"

    @classmethod
    @contextlib.contextmanager
    def made(cls, folder: Path) -> Iterator[Site]:
        """Start the sandboxes and PostgreSQL."""
        words = [
            sys.executable,
            str(HERE / "programs" / "organisations.py"),
            str(COUNT),
        ]
        with (
            postgres_server.running() as server,
            subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as serving,  # noqa: S603  # our own
        ):
            try:
                settings = json.loads(
                    serving.stdout.readline() if serving.stdout else ""
                )
                names = [f"org{number:03}" for number in range(1, COUNT + 1)]
                organisations = dict(zip(names, settings, strict=True))
                yield cls(folder, server, organisations, {serving.pid})
            finally:
                serving.terminate()

    def some(self, count: int) -> Site:
        """Return the same with so many organisations."""
        chosen = dict(islice(self.organisations.items(), count))
        return replace(self, organisations=chosen)

    def new_tables(self) -> None:
        """Forget what was loaded, and how far."""
        self.evening.unlink(missing_ok=True)
        for name in self.organisations:
            (self.folder / name / "state.json").unlink(missing_ok=True)
        with self.server.connect() as connection:
            connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE".encode())
            connection.execute(f"CREATE SCHEMA {SCHEMA}".encode())

    def check_rows(self, first: date, last: date) -> None:
        """Compare the rows of every organisation with the truth.

        Raises:
            RuntimeError: They differ.
        """
        with self.server.connect() as connection:
            for stream in KEYS:
                figure = "sum(messages)" if stream == "users" else "0"
                rows = connection.execute(
                    f"SELECT organization, count(*), {figure} "  # noqa: S608  # our own
                    f"FROM {SCHEMA}.{stream} WHERE organization = ANY(%s) "
                    "GROUP BY 1".encode(),
                    [list(self.organisations)],
                )
                found = {name: (count, int(total)) for name, count, total in rows}
                if found != truth(list(self.organisations), stream, first, last):
                    message = f"{stream}: {found}"
                    raise RuntimeError(message)

    def target_settings(self) -> dict[str, Any]:
        """Return the loader's settings, as meltano.yml has them."""
        own = project_settings("target-postgres")
        return {**own, **vars(self.server), "default_target_schema": SCHEMA}

    def programs(self) -> dict[str, str]:
        """Return the commands of the tap and the loader."""
        return {
            "tap": str(BIN / "tap-zencoder"),
            "target": plugin("target-postgres")[0],
        }


_KNOWN: dict[tuple[str, date, date], dict[str, list[Any]]] = {}


def truth(
    names: list[str], stream: str, first: date, last: date
) -> dict[str, tuple[int, int]]:
    """Return how many rows each organisation should have, and their messages."""
    found = {}
    for seed, name in enumerate(names, 1):
        if stream == "period_summaries":
            found[name] = 3, 0
            continue
        rows = days_of(name, seed, first, last)[stream]
        total = sum(row["messages"] for row in rows) if stream == "users" else 0
        if rows:
            found[name] = len(rows), total
    return found


def days_of(name: str, seed: int, first: date, last: date) -> dict[str, list[Any]]:
    """Return the rows of an organisation's days, by stream."""
    key = name, first, last
    if key not in _KNOWN:
        organisation = Organisation(users=USERS, seed=seed)
        rows: dict[str, list[Any]] = {stream: [] for stream in KEYS}
        day = first
        while day <= last:
            for stream, of_day in rows_of_day(organisation.day(day), day).items():
                rows[stream] += of_day
            day += timedelta(days=1)
        _KNOWN[key] = rows
    return _KNOWN[key]
