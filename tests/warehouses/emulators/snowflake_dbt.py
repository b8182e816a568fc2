"""The command ``dbt`` for Snowflake, into fakesnow in the same process.

fakesnow takes ``show objects in A.B`` for the objects of the current schema, so it is
told that this is a schema. DuckDB has no temporary table in a schema, so it stays.
fakesnow knows no comments on columns, nor ones with an apostrophe: there are none.

Arguments: the folder for the database and the answers, then those of dbt. Tables to
make first are in ``tables.json``, with their types and rows. What the models hold
afterwards is ``models.json``.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import fakesnow  # type: ignore[import-not-found]
import snowflake.connector  # type: ignore[import-not-found]
from dbt.cli.main import dbtRunner
from fakesnow.cursor import FakeSnowflakeCursor  # type: ignore[import-not-found]

folder = Path(sys.argv[1])
tables = folder / "tables.json"
_execute = FakeSnowflakeCursor.execute


def execute(self: Any, command: str, *arguments: Any, **options: Any) -> Any:
    said = re.sub(r"\bshow objects in (?!schema)", "show objects in schema ", command)
    said = re.sub(r"\b(create or replace) temporary (table)", r"\1 \2", said)
    if re.match(r"\s*(comment on|alter +table \S+ alter)\s", said):
        said = "select 1"
    return _execute(self, said, *arguments, **options)


FakeSnowflakeCursor.execute = execute


def load(cursor: Any, name: str, columns: dict[str, str], rows: list[Any]) -> None:
    types = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    cursor.execute(f"create or replace table {name} ({types})")
    cursor.execute("create or replace table files (record variant)")
    for row in rows:
        cursor.execute("insert into files select parse_json(%s)", [json.dumps(row)])
    values = ", ".join(
        f"record[{number}]::{kind}" for number, kind in enumerate(columns.values())
    )
    cursor.execute(f"insert into {name} select {values} from files")  # noqa: S608
    cursor.execute("drop table files")


with fakesnow.patch(db_path=str(folder)):
    with snowflake.connector.connect(
        database="WAREHOUSE", schema="TAP_ZENCODER"
    ) as connection:
        cursor = connection.cursor()
        if tables.exists():
            for name, table in json.loads(tables.read_text()).items():
                load(cursor, name, table["columns"], table["rows"])
            tables.unlink()
    done = dbtRunner().invoke(sys.argv[2:])
    models = {}
    with snowflake.connector.connect(
        database="WAREHOUSE", schema="ZENCODER_MODELS"
    ) as connection:
        cursor = connection.cursor()
        for row in cursor.execute("show objects in schema ZENCODER_MODELS").fetchall():
            rows = cursor.execute(f"select * from {row[1]}").fetchall()  # noqa: S608
            names = [column[0].lower() for column in cursor.description]
            models[row[1].lower()] = [
                dict(zip(names, row, strict=True)) for row in rows
            ]
(folder / "models.json").write_text(json.dumps(models, default=str))
sys.exit(not done.success)
