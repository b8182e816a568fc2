"""From the API into a database, beside the alternatives: works (e1) to (e3).

Everything is loaded into empty tables. What arrived is compared with the truth after
each run: for every stream the number of rows and the sum of a figure. Rows of zeros,
which the tap alone has for days without usage, are not counted.
"""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from collections import Counter, defaultdict
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from measure import (
    BACKFILL,
    LIMIT,
    OURS,
    ROUNDS,
    VOLUME,
    Run,
    Runs,
    Work,
    median,
    python,
    run,
    sandbox,
    target,
)
from support.plugins import plugin, project_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FIGURES = {
    "daily": "messages",
    "daily_ides": "engaged_users",
    "daily_languages": "engaged_users",
    "users": "messages",
}
DATABASES = {"postgres": "PostgreSQL", "duckdb": "DuckDB"}
MANY_ROWS = Work(users=12_000, days=41, latency=0)

SET_UP = """\
Into empty tables, which end with the same rows: after each run those of each stream
that show usage are counted, and a figure of each is summed. All ask four at a time. CPU
and memory are those of all processes together, without the server's. Medians of three
runs; of PyAirbyte, one.

- The tap is piped into target-postgres or target-duckdb, as `meltano.yml` sets them up.
  It also loads `period_summaries`, which the others do not.
- dlt merges by the same keys (`upsert`) and keeps lists in their rows
  (`max_table_nesting=0`). It has pages of rows, `parallelized=True`, four workers to
  extract, and the quickest format for rows that its destinations take: CSV for
  PostgreSQL, Parquet for DuckDB. Two workers to normalise took more memory and no less
  time, so there is one; 20 to load is its default.
- dlt, tables of Arrow: the same, but its rows are made into pyarrow's tables first,
  which dlt loads as they are, into PostgreSQL by ADBC.
- dlt, as it comes, in (e3) alone: nothing of that is set. It merges by deleting and
  inserting, makes tables of the lists, and loads with `INSERT`.
- PyAirbyte reads the declarative manifest into its `PostgresCache` or `DuckDBCache`,
  with `write_strategy="merge"`. It loads `users` and `daily` alone, and asks for each
  day once for each."""

BOUND = """\
Where the tap takes longer, the loader is why: Singer's messages are rows, which it
parses, stamps and writes out one after the other in Python, while dlt passes tables of
Arrow on as a whole."""

Truth = dict[str, list[int]]


@dataclass(frozen=True)
class Pipeline:
    """A way from the API into a database."""

    name: str
    commands: dict[str, list[str]]
    """By the kind of the database."""
    streams: tuple[str, ...] = tuple(FIGURES)
    """Those that it loads, of the ones that are compared."""
    rounds: int = min(ROUNDS, 3)
    as_it_comes: bool = False
    """Whether it runs without settings for speed."""


def tap_and_loader(kind: str) -> list[str]:
    """Return the command that pipes the tap into a loader."""
    loader = shlex.join(plugin(f"target-{kind}"))
    pipe = f"{shlex.join(OURS.command)} | {loader} --config loader.json"
    return ["bash", "-o", "pipefail", "-c", pipe]


def peer(program: str, environment: str, *words: str) -> dict[str, list[str]]:
    """Return the command of one of the others, the same for each database."""
    command = [*python(program, environment), "days.json", "database.json", *words]
    return dict.fromkeys(DATABASES, command)


def dlt(way: str) -> dict[str, list[str]]:
    """Return the command of dlt in one of its ways."""
    return peer("dlt_pipeline.py", ".venv-dlt", way)


TAP = Pipeline(
    "tap-zencoder and the loader", {kind: tap_and_loader(kind) for kind in DATABASES}
)
DLT = Pipeline("dlt", dlt("rows"))
DLT_ARROW = Pipeline("dlt, tables of Arrow", dlt("arrow"))
DLT_UNSET = Pipeline("dlt, as it comes", dlt("unset"), rounds=1, as_it_comes=True)
PYAIRBYTE = Pipeline(
    "PyAirbyte",
    peer("pyairbyte_pipeline.py", ".venv-airbyte"),
    ("daily", "users"),
    rounds=1,
    as_it_comes=True,
)
ALL = [TAP, DLT, DLT_ARROW, PYAIRBYTE]


@contextmanager
def database(kind: str, folder: Path) -> Iterator[dict[str, Any]]:
    """Give a database, and write its settings for the loader and for the others."""
    with ExitStack() as services:
        where = {"filepath": "loaded.duckdb", "database": "loaded"}
        if kind == "postgres":
            from support import postgres_server  # not before: it imports much

            where = vars(services.enter_context(postgres_server.running()))
        loader = {**project_settings(f"target-{kind}"), **where}
        loader["default_target_schema"] = "zencoder"
        place = {"kind": kind, **where}
        (folder / "loader.json").write_text(json.dumps(loader))
        (folder / "database.json").write_text(json.dumps(place))
        yield place


def connect(place: dict[str, Any], folder: Path) -> Any:
    """Open the DuckDB file or the PostgreSQL database."""
    if place["kind"] == "duckdb":
        import duckdb

        return duckdb.connect(folder / place["filepath"], read_only=True)
    import psycopg

    login = {name: place[name] for name in ("host", "port", "user", "password")}
    return psycopg.connect(**login, dbname=place["database"], autocommit=True)


def empty(place: dict[str, Any], folder: Path) -> None:
    """Remove what the run before has left."""
    for name in ("dlt", "airbyte"):
        shutil.rmtree(folder / name, ignore_errors=True)
    if place["kind"] == "duckdb":
        for file in folder.glob("loaded.duckdb*"):
            file.unlink()
        return
    with connect(place, folder) as server:
        for schema in ("zencoder", "zencoder_staging"):
            server.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        server.execute("CHECKPOINT")


def truth_of(folder: Path) -> Truth:
    """Return what has to arrive, as the limit has just written it."""
    rows: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    with (folder / "output").open("rb") as output:
        for line in output:
            message = json.loads(line)
            stream = message["stream"]
            figure = message["record"][FIGURES[stream]]
            rows[stream] += figure != 0
            sums[stream] += figure
    return {stream: [rows[stream], sums[stream]] for stream in rows}


def loaded(streams: tuple[str, ...], place: dict[str, Any], folder: Path) -> Truth:
    """Return what is in the tables."""
    found = {}
    with connect(place, folder) as connection:
        for stream in streams:
            figure = FIGURES[stream]
            row = connection.execute(
                f"SELECT count(nullif({figure}, 0)), sum({figure}) "  # noqa: S608  # our own
                f"FROM zencoder.{stream}"
            ).fetchone()
            found[stream] = [int(number) for number in row]
    return found


def load(pipeline: Pipeline, place: dict[str, Any], truth: Truth, folder: Path) -> Run:
    """Load once into empty tables, and compare.

    Raises:
        RuntimeError: Something else arrived.
    """
    empty(place, folder)
    done = run(pipeline.commands[place["kind"]], folder, together=True)
    found = loaded(pipeline.streams, place, folder)
    if found != {stream: truth[stream] for stream in pipeline.streams}:
        message = f"{pipeline.name}: {found} of {truth}"
        raise RuntimeError(message)
    print(f"{pipeline.name}: {done.seconds:.2f} s", file=sys.stderr)
    return done


def race(
    work: Work, pipelines: list[Pipeline], folder: Path, rounds: int = ROUNDS
) -> tuple[list[str], Truth]:
    """Run all pipelines in turn, into each database; return a table, and the truth."""
    runs: Runs = defaultdict(list)
    with sandbox(work, folder):
        run(OURS.command, folder)  # by now the sandbox has every answer ready
        run(LIMIT.command, folder)
        truth = truth_of(folder)
        for kind, title in DATABASES.items():
            with database(kind, folder) as place:
                for number in range(rounds):
                    for pipeline in pipelines:
                        if number < pipeline.rounds:
                            done = load(pipeline, place, truth, folder)
                            runs[f"{pipeline.name}, {title}"].append(done)
    return [*table(runs, pipelines), "", *shares(runs, pipelines)], truth


def table(runs: Runs, pipelines: list[Pipeline]) -> list[str]:
    """Return a table of what the pipelines took."""
    figures = " | ".join(
        f"{title}: seconds | CPU seconds | peak MiB" for title in DATABASES.values()
    )
    lines = [f"| | {figures} |", f"|---|{'---:|' * 3 * len(DATABASES)}"]
    for pipeline in pipelines:
        cells = [
            f"{median(done, 'seconds'):.2f} | {median(done, 'cpu'):.2f} "
            f"| {median(done, 'memory'):.0f}"
            for done in (runs[f"{pipeline.name}, {t}"] for t in DATABASES.values())
        ]
        lines.append(f"| {pipeline.name} | {' | '.join(cells)} |")
    return lines


def shares(runs: Runs, pipelines: list[Pipeline]) -> list[str]:
    """Compare the tap with the others as they come, and at their best."""
    lines = []
    for title in DATABASES.values():
        seconds = {
            pipeline.name: median(runs[f"{pipeline.name}, {title}"], "seconds")
            for pipeline in pipelines
        }
        own = seconds.pop(TAP.name)
        best = min(seconds, key=seconds.__getitem__)
        others = {f"the quickest of the others ({best})": best}
        others |= {other.name: other.name for other in pipelines if other.as_it_comes}
        for text, name in others.items():
            share = own / seconds[name]
            lines.append(target(f"{title}, of the time of {text}", share, 1))
    return lines


def whole_backfill(folder: Path) -> list[str]:
    """Race on work (e1)."""
    results, _ = race(BACKFILL, ALL, folder)
    title = "## (e1) The backfill of (a), from the API into a database"
    return [title, "", SET_UP, "", *results]


def whole_volume(folder: Path) -> list[str]:
    """Race on work (e2)."""
    results, _ = race(VOLUME, ALL, folder)
    title = "## (e2) The volume of (b), from the API into a database"
    return [title, "", *results, "", BOUND]


def whole_many_rows(folder: Path) -> list[str]:
    """Race on work (e3)."""
    pipelines = [TAP, DLT, DLT_ARROW, DLT_UNSET]
    results, truth = race(MANY_ROWS, pipelines, folder, rounds=1)
    return [
        "## (e3) Many rows, from the API into a database",
        "",
        f"{MANY_ROWS.days} days, {MANY_ROWS.users:,} users, no latency: "
        f"{truth['users'][0]:,} rows of `users`. One run of each.",
        "",
        *results,
        "",
        BOUND,
    ]
