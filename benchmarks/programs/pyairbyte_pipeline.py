"""PyAirbyte: the streams of airbyte_manifest.yaml, into one of its SQL caches.

Usage: pyairbyte_pipeline.py CONFIG DATABASE
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import airbyte
from airbyte.caches import DuckDBCache, PostgresCache

if TYPE_CHECKING:
    from airbyte.caches import CacheBase

CONFIG, DATABASE = (json.loads(Path(name).read_text()) for name in sys.argv[1:3])


def cache() -> CacheBase:
    """Return where the tables go."""
    if DATABASE["kind"] == "duckdb":
        return DuckDBCache(
            db_path=DATABASE["filepath"],
            schema_name="zencoder",
            cache_dir="airbyte",
        )
    return PostgresCache(
        host=DATABASE["host"],
        port=DATABASE["port"],
        username=DATABASE["user"],
        password=DATABASE["password"],
        database=DATABASE["database"],
        schema_name="zencoder",
        cache_dir="airbyte",
    )


source = airbyte.get_source(
    "source-zencoder",
    config=CONFIG,
    source_manifest=Path(__file__).with_name("airbyte_manifest.yaml"),
)
source.select_all_streams()
source.read(cache(), write_strategy="merge")
