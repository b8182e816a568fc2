"""The command ``target-snowflake``, into fakesnow in the same process.

fakesnow has no stage of the user's own and no MERGE from a SELECT with QUALIFY. So the
files stay where they are, and the loader's MERGE runs in two steps: its SELECT from the
files into a table, then the rest of it from that table.

Arguments: the folder for the database and the answers, then those of the loader. The
answers are ``statements.json``, what the loader had to say to Snowflake in order, and
``tables.json``, the columns and rows of each table afterwards.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import fakesnow  # type: ignore[import-not-found]
import snowflake.connector  # type: ignore[import-not-found]
from sqlalchemy import Engine, event
from target_snowflake.connector import (  # type: ignore[import-not-found]
    SnowflakeConnector,
)
from target_snowflake.target import TargetSnowflake  # type: ignore[import-not-found]

folder = Path(sys.argv.pop(1))
statements: list[str] = []
own_work: list[None] = []
staged: dict[str, list[str]] = {}


@event.listens_for(Engine, "before_cursor_execute")
def note(_: Any, __: Any, statement: str, *___: Any) -> None:
    if not own_work:
        statements.append(statement)


def put(self: Any, sync_id: str, files: list[str]) -> None:
    for uri in files:
        statements.append(str(self._get_put_statement(sync_id, uri)[0]))
        with gzip.open(urlparse(uri).path, "rt", encoding="utf-8") as file:
            staged.setdefault(sync_id, []).extend(file)


def merge(self: Any, **arguments: Any) -> int:
    merge = str(self._get_merge_from_stage_statement(**arguments)[0])
    statements.append(merge)
    parts = re.fullmatch(
        r"(?P<before>.* using )"
        r"\((?P<select>.*) from '@~/[^']*'\(file_format => [^)]*\)(?P<dedupe> .*)\)"
        r"(?P<after> s on .*)",
        merge,
    )
    assert parts, merge
    select = parts["select"].replace("$1:", "record:")
    dedupe = parts["dedupe"].replace("SEQ8()", "line")
    own_work.append(None)
    with self._connect() as connection, connection.begin():
        run = connection.exec_driver_sql
        run("use schema warehouse.tap_zencoder")
        run("create or replace table files (line integer, record variant)")
        for number, line in enumerate(staged[arguments["sync_id"]]):
            run("insert into files select %s, parse_json(%s)", (number, line))
        run(f"create or replace table chosen as {select} from files{dedupe}")
        merged = run(f"{parts['before']}chosen{parts['after']}").fetchone()
        run("drop table files")
        run("drop table chosen")
    own_work.clear()
    return int(sum(merged))


def remove(self: Any, sync_id: str) -> None:
    statements.append(str(self._get_stage_files_remove_statement(sync_id)[0]))


def drop(self: Any, file_format: str) -> None:
    statements.append(str(self._get_drop_file_format_statement(file_format)[0]))


SnowflakeConnector.put_batches_to_stage = put
SnowflakeConnector.merge_from_stage = merge
SnowflakeConnector.remove_staged_files = remove
SnowflakeConnector.drop_file_format = drop
TargetSnowflake.max_parallelism = 1  # fakesnow has one connection

with fakesnow.patch(db_path=str(folder)):
    TargetSnowflake.cli(standalone_mode=False)
    tables = {}
    with snowflake.connector.connect(
        database="WAREHOUSE", schema="TAP_ZENCODER"
    ) as connection:
        cursor = connection.cursor()
        names = [row[1] for row in cursor.execute("show tables").fetchall()]
        for name in names:
            described = cursor.execute(f"describe table {name}").fetchall()
            rows = cursor.execute(f"select * from {name}").fetchall()  # noqa: S608
            tables[name] = {
                "columns": [[column[0], column[1]] for column in described],
                "rows": rows,
            }
(folder / "statements.json").write_text(json.dumps(statements))
(folder / "tables.json").write_text(json.dumps(tables, default=str))
