"""From the API into a database, beside the alternatives: works (e1) to (e3).

Everything is loaded into empty tables. What arrived is compared with the truth after
each run: for every stream the number of rows and the sum of a figure.
"""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from measure import ROUNDS, Run, Work, median, run, sandbox
from support.plugins import plugin, project_settings
from works import BACKFILL, LIMIT, MANY_ROWS, OURS, VOLUME, Runs, python, verdict

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

SET_UP = """\
Into empty tables, which end with the same rows: after each run those of each stream
are counted, and a figure of each is summed. All ask four at a time. CPU and memory are
those of all processes together, without the server's. Medians of three runs; of
PyAirbyte, one.

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


def loader(kind: str) -> str:
    """Return the program that loads into a database."""
    return shlex.join(plugin(f"target-{kind}"))


def tap_and_loader(kind: str) -> list[str]:
    """Return the command that pipes the tap into a loader."""
    pipe = f"{shlex.join(OURS.command)} | {loader(kind)} --config loader.json"
    return ["bash", "-o", "pipefail", "-c", pipe]


def peer(program: str, environment: str, *words: str) -> dict[str, list[str]]:
    """Return the command of one of the others, the same for each database."""
    command = [*python(program, environment), "days.json", "database.json", *words]
    return dict.fromkeys(DATABASES, command)


TAP = Pipeline(
    "tap-zencoder and the loader", {kind: tap_and_loader(kind) for kind in DATABASES}
)
DLT = Pipeline("dlt", peer("dlt_pipeline.py", ".venv-dlt", "rows"))
DLT_ARROW = Pipeline(
    "dlt, tables of Arrow", peer("dlt_pipeline.py", ".venv-dlt", "arrow")
)
DLT_UNSET = Pipeline(
    "dlt, as it comes", peer("dlt_pipeline.py", ".venv-dlt", "unset"), rounds=1
)
PYAIRBYTE = Pipeline(
    "PyAirbyte",
    peer("pyairbyte_pipeline.py", ".venv-airbyte"),
    ("daily", "users"),
    rounds=1,
)
ALL = [TAP, DLT, DLT_ARROW, PYAIRBYTE]


@contextmanager
def database(kind: str, folder: Path) -> Iterator[dict[str, Any]]:
    """Write what programs have to know of a database, and give it."""
    if kind == "duckdb":
        yield write_settings(kind, folder, filepath="loaded.duckdb", database="loaded")
        return
    from support import postgres_server  # not before: what it imports is large

    with postgres_server.running() as server:
        yield write_settings(kind, folder, **vars(server))


def write_settings(kind: str, folder: Path, **where: Any) -> dict[str, Any]:
    """Write the settings of the loader and those of the others."""
    own = {
        **project_settings(f"target-{kind}"),
        **where,
        "default_target_schema": "zencoder",
    }
    (folder / "loader.json").write_text(json.dumps(own))
    known = {"kind": kind, **where}
    (folder / "database.json").write_text(json.dumps(known))
    return known


def empty(place: dict[str, Any], folder: Path) -> None:
    """Remove what the run before has left."""
    for name in ("dlt", "airbyte"):
        shutil.rmtree(folder / name, ignore_errors=True)
    if place["kind"] == "duckdb":
        for file in folder.glob("loaded.duckdb*"):
            file.unlink()
        return
    import psycopg

    login = {name: place[name] for name in ("host", "port", "user", "password")}
    with psycopg.connect(**login, dbname=place["database"], autocommit=True) as server:
        for schema in ("zencoder", "zencoder_staging"):
            server.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE".encode())
        server.execute("CHECKPOINT")


def truth_of(folder: Path) -> Truth:
    """Return what has to arrive, as the limit has just written it."""
    rows: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    with (folder / "output").open("rb") as output:
        for line in output:
            message = json.loads(line)
            stream = message["stream"]
            rows[stream] += 1
            sums[stream] += message["record"][FIGURES[stream]]
    return {stream: [rows[stream], sums[stream]] for stream in rows}


def arrived(pipeline: Pipeline, folder: Path) -> Truth:
    """Return what is in the tables."""
    columns = [f"{stream}.{FIGURES[stream]}" for stream in pipeline.streams]
    words = [*python("tables.py"), "database.json", *columns]
    run(words, folder)
    return dict(json.loads((folder / "output").read_text()))


def load(pipeline: Pipeline, place: dict[str, Any], truth: Truth, folder: Path) -> Run:
    """Load once into nothing, and compare.

    Raises:
        RuntimeError: Something else arrived.
    """
    empty(place, folder)
    done = run(pipeline.commands[place["kind"]], folder, together=True)
    found = arrived(pipeline, folder)
    if found != {stream: truth[stream] for stream in pipeline.streams}:
        message = f"{pipeline.name}: {found} of {truth}"
        raise RuntimeError(message)
    print(f"{pipeline.name}: {done.seconds:.2f} s", file=sys.stderr)
    return done


def race(
    work: Work, pipelines: list[Pipeline], folder: Path, rounds: int = ROUNDS
) -> tuple[Runs, Truth]:
    """Run all pipelines in turn, into each database; the keys name both."""
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
    return runs, truth


def table(runs: Runs, pipelines: list[Pipeline]) -> list[str]:
    """Return the rows of a table of what the pipelines took."""
    figures = " | ".join(
        f"{title}: seconds | CPU seconds | peak MiB" for title in DATABASES.values()
    )
    lines = [f"| | {figures} |", f"|---|{'---:|' * 3 * len(DATABASES)}"]
    for pipeline in pipelines:
        cells = [
            medians(runs[f"{pipeline.name}, {title}"]) for title in DATABASES.values()
        ]
        lines.append(f"| {pipeline.name} | {' | '.join(cells)} |")
    return lines


def medians(done: list[Run]) -> str:
    """Return the cells of a table for some runs: seconds, seconds of CPU, MiB."""
    seconds, cpu, memory = (median(done, name) for name in ("seconds", "cpu", "memory"))
    return f"{seconds:.2f} | {cpu:.2f} | {memory:.0f}"


def lead(runs: Runs, figure: str, pipelines: list[Pipeline]) -> list[str]:
    """Hold the tap against the best of the others, in each database."""
    lines = []
    for title in DATABASES.values():
        medians = {
            pipeline.name: median(runs[f"{pipeline.name}, {title}"], figure)
            for pipeline in pipelines
        }
        own = medians.pop(TAP.name)
        best = min(medians, key=medians.__getitem__)
        share = own / medians[best]
        text = f"{title}, {figure}: of the best of the others ({best}), less than 1"
        lines.append(verdict(text, share, share < 1))
    return lines


def shown(runs: Runs, pipelines: list[Pipeline]) -> list[str]:
    """Return the table, and how the tap does in it."""
    return [
        *table(runs, pipelines),
        "",
        *lead(runs, "seconds", pipelines),
        *lead(runs, "memory", pipelines),
    ]


def whole_backfill(folder: Path) -> list[str]:
    """Race on work (e1)."""
    runs, _ = race(BACKFILL, ALL, folder)
    title = "## (e1) The backfill of (a), from the API into a database"
    return [title, "", SET_UP, "", *shown(runs, ALL)]


def whole_volume(folder: Path) -> list[str]:
    """Race on work (e2)."""
    runs, _ = race(VOLUME, ALL, folder)
    title = "## (e2) The volume of (b), from the API into a database"
    return [title, "", *shown(runs, ALL)]


def whole_many_rows(folder: Path) -> list[str]:
    """Race on work (e3)."""
    pipelines = [TAP, DLT, DLT_ARROW, DLT_UNSET]
    runs, truth = race(MANY_ROWS, pipelines, folder, rounds=1)
    memory = median(runs[f"{TAP.name}, PostgreSQL"], "memory")
    return [
        "## (e3) Many rows, from the API into a database",
        "",
        f"{MANY_ROWS.days} days, {MANY_ROWS.users:,} users, no latency: "
        f"{truth['users'][0]:,} rows of `users`. One run of each.",
        "",
        *shown(runs, pipelines),
        verdict("MiB into PostgreSQL, at most 250", memory, memory <= 250),
    ]
