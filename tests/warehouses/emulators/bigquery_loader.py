"""The command ``target-bigquery``, without credentials and without long waits.

Rows that BigQuery would refuse, but the emulator may not, are refused here: fields that
the table does not have, and objects where it has JSON. The loader itself does not look
at what was refused.
"""

import time
from typing import Any

import google.auth  # type: ignore[import-not-found]
from google.auth.credentials import (  # type: ignore[import-not-found]
    AnonymousCredentials,
)
from google.cloud.bigquery import Client  # type: ignore[import-not-found]
from target_bigquery.target import TargetBigQuery  # type: ignore[import-not-found]

_sleep = time.sleep
_insert = Client.insert_rows_json


def sleep(seconds: float) -> None:
    """Wait a little: the loader gives a new dataset or table 2.5 seconds."""
    _sleep(seconds / 50)


def insert(self: Any, table: Any, json_rows: Any, **options: Any) -> Any:
    """Insert rows, each of which BigQuery would take."""
    schema = self.get_table(table).schema
    for row in json_rows:
        refuse_strangers(schema, row)
    refused = _insert(self, table, json_rows, **options)
    if refused:
        raise ValueError(refused)
    return refused


def refuse_strangers(schema: Any, row: dict[str, Any]) -> None:
    """Raise an error if a row does not fit into a table."""
    fields = {field.name: field for field in schema}
    for name, value in row.items():
        field = fields[name]
        if field.field_type == "RECORD":
            for item in value or ():
                refuse_strangers(field.fields, item)
        elif isinstance(value, dict):
            raise TypeError(name)


google.auth.default = lambda *_, **__: (AnonymousCredentials(), None)
time.sleep = sleep  # type: ignore[assignment]
Client.insert_rows_json = insert

TargetBigQuery.cli()
