"""Measure dbt on tables of three sizes: ``python benchmarks/dbt_build.py``.

The tables are made in DuckDB, in the types of the loader: people join in the first year
and work on about one weekday in three, some on all and many on few.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[1]
DBT = ROOT / ".meltano/utilities/dbt-duckdb/venv/bin/dbt"
# Users and days; beside the seconds that a build may take.
SIZES = {
    "demo": (40, 90, 6),
    "5,000 users": (5000, 730, 10),
    "15,000 users": (15000, 730, 20),
}

TABLES = """
CREATE SCHEMA tap_zencoder;
USE tap_zencoder;
SELECT setseed(0.5);
CREATE TABLE users AS
WITH people AS (
    SELECT number, (random() * {days} / 2)::INT AS joined, random() AS eagerness
    FROM range({users}) AS people (number)
), days AS (
    SELECT number AS since, DATE '2024-01-01' + number::INT AS day
    FROM range({days}) AS days (number)
), worked AS (
    SELECT * FROM people, days
    WHERE since >= joined AND random() < eagerness * eagerness * 1.1
        AND dayofweek(day) BETWEEN 1 AND 5
)
SELECT strftime(day, '%Y-%m-%d') AS day,
    'developer-' || number || '@example.com' AS email,
    (random() * 40)::HUGEINT + 1 AS messages,
    strftime(day, '%Y-%m-%d') AS last_active,
    to_json(['VS Code', 'PyCharm', 'GoLand'][1:1 + number % 2]) AS ides,
    to_json(['Python', 'Go', 'Rust', 'SQL'][1 + number % 2:2 + number % 3])
        AS languages,
    NULL::VARCHAR AS additional_fields,
    day + INTERVAL 30 HOUR AS _sdc_extracted_at
FROM worked;
CREATE TABLE daily AS
SELECT strftime(day, '%Y-%m-%d') AS day, count(email)::HUGEINT AS active_users,
    coalesce(sum(messages), 0)::HUGEINT AS messages,
    day + INTERVAL 30 HOUR AS _sdc_extracted_at
FROM (SELECT DATE '2024-01-01' + number::INT AS day FROM range({days}) AS d (number))
LEFT JOIN (SELECT day::DATE AS day, email, messages FROM users) USING (day)
GROUP BY ALL;
CREATE TABLE daily_ides AS
SELECT day, name AS ide_name, count(*)::HUGEINT AS engaged_users,
    any_value(_sdc_extracted_at) AS _sdc_extracted_at
FROM users, unnest(ides::VARCHAR[]) AS used (name) GROUP BY ALL;
CREATE TABLE daily_languages AS
SELECT day, name AS language_name, count(*)::HUGEINT AS engaged_users,
    any_value(_sdc_extracted_at) AS _sdc_extracted_at
FROM users, unnest(languages::VARCHAR[]) AS used (name) GROUP BY ALL;
CREATE TABLE period_summaries AS
SELECT strftime(max(day::DATE) + 1, '%Y-%m-%d') AS day, '7d' AS period,
    '2024-01-01' AS start, '2024-01-08' AS "end", 7::HUGEINT AS days,
    0::HUGEINT AS total_active_users, 0::HUGEINT AS total_messages,
    max(_sdc_extracted_at) AS _sdc_extracted_at FROM users;
"""


def main() -> None:
    """Print one line for each size, and the second of two builds."""
    for name, (users, days, limit) in SIZES.items():
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "zencoder.duckdb")
            with duckdb.connect(file) as database:
                database.execute(TABLES.format(users=users, days=days))
                rows = database.sql("SELECT count(*) FROM users").fetchall()[0][0]
            build(Path(folder), file)
            seconds, cpu = build(Path(folder), file)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        figures = f"{seconds:.1f} s, {cpu:.1f} s of CPU, {peak:.0f} MiB"
        print(f"{name}: {rows:,} rows, {figures} (at most {limit} s)", flush=True)


def build(folder: Path, file: Path) -> tuple[float, float]:
    """Build the models, and return the seconds and those of CPU that takes."""
    own = {
        "TARGET_DUCKDB_FILEPATH": str(file),
        "DBT_PROJECT_DIR": str(ROOT / "dbt"),
        "DBT_PROFILES_DIR": str(ROOT / "dbt"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder),
    }
    plain = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    started, before = time.monotonic(), os.times()
    done = subprocess.run(  # noqa: S603  # dbt
        [str(DBT), "--quiet", "build"],
        env={**plain, **own},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stdout)
    seconds, after = time.monotonic() - started, os.times()
    cpu = after.children_user - before.children_user
    return seconds, cpu + after.children_system - before.children_system


if __name__ == "__main__":
    main()
