"""What is in the tables of a database: for each, how many rows and the sum of a figure.

Usage: tables.py DATABASE TABLE.COLUMN...
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def connect(database: dict[str, Any]) -> Any:
    """Open a DuckDB file or a PostgreSQL database."""
    if database["kind"] == "duckdb":
        import duckdb

        return duckdb.connect(database["filepath"], read_only=True)
    import psycopg

    names = ("host", "port", "user", "password")
    return psycopg.connect(
        **{name: database[name] for name in names},
        dbname=database["database"],
    )


with connect(json.loads(Path(sys.argv[1]).read_text())) as connection:
    found = {}
    for word in sys.argv[2:]:
        table, _, column = word.partition(".")
        query = f"SELECT count(*), sum({column}) FROM zencoder.{table}"  # noqa: S608
        rows, total = connection.execute(query).fetchone()
        found[table] = [rows, int(total)]
print(json.dumps(found))
