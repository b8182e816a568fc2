"""The command ``bqemulator``, without what it does not need for our tables.

It would download DuckDB's spatial extension, and it hands DuckDB the loader's MERGE
with qualified columns on the left of SET, which BigQuery takes and DuckDB does not. Nor
does DuckDB take the types of the columns of a table that is made from a query.
"""

from typing import Any

from bqemulator import cli  # type: ignore[import-not-found]
from bqemulator.storage.engine import DuckDBEngine  # type: ignore[import-not-found]
from sqlglot import exp  # type: ignore[import-not-found]
from sqlglot.dialects.dialect import (  # type: ignore[import-not-found]
    merge_without_target_sql,
)
from sqlglot.dialects.duckdb import DuckDB  # type: ignore[import-not-found]

DuckDBEngine._load_spatial = lambda _: None
DuckDB.Generator.TRANSFORMS[exp.Merge] = merge_without_target_sql
_create_sql = DuckDB.Generator.create_sql


def create_sql(generator: Any, create: Any) -> Any:
    if create.expression and isinstance(create.this, exp.Schema):
        create.set("this", create.this.this)
    return _create_sql(generator, create)


DuckDB.Generator.create_sql = create_sql

cli.main()
