"""What the settings of the loaders buy: each in turn, on the same messages."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from measure import run, sandbox
from whole_way import (
    DATABASES,
    TAP,
    Truth,
    arrived,
    database,
    empty,
    loader,
    medians,
    truth_of,
)
from works import LIMIT, OURS, VOLUME, Runs

if TYPE_CHECKING:
    from pathlib import Path

# Beside what meltano.yml sets.
SETTINGS: dict[str, dict[str, dict[str, Any]]] = {
    "postgres": {
        "as in `meltano.yml`": {},
        "`batch_size_rows: 100000`": {"batch_size_rows": 100_000},
        "`validate_records: true`": {"validate_records": True},
        "and `use_copy: false`": {"validate_records": True, "use_copy": False},
    },
    "duckdb": {
        "as in `meltano.yml`": {},
        "`batch_size_rows: 10000`": {"batch_size_rows": 10_000},
        "`validate_records: true`": {"validate_records": True},
    },
}


def loader_settings(folder: Path) -> list[str]:
    """Measure the loaders alone, on what the tap sends in work (b)."""
    lines = ["| | seconds | CPU seconds | peak MiB |", "|---|---:|---:|---:|"]
    with sandbox(VOLUME, folder):
        run(LIMIT.command, folder)
        truth = truth_of(folder)
        run(OURS.command, folder)
        (folder / "output").rename(folder / "messages")
    for kind, title in DATABASES.items():
        runs = in_turns(kind, truth, folder)
        for name, of in runs.items():
            lines.append(f"| {title}, {name} | {medians(of)} |")
    return [
        "## (f) What the settings of the loaders buy",
        "",
        f"The loader alone, from a file with what the tap sends in work (b), "
        f"{truth['users'][0]:,} rows of `users` among it. Medians of three runs.",
        "",
        *lines,
    ]


def in_turns(kind: str, truth: Truth, folder: Path) -> Runs:
    """Run the loader of a database with each of its settings, three times in turn."""
    runs: Runs = defaultdict(list)
    command = f"{loader(kind)} --config loader.json < messages"
    with database(kind, folder) as place:
        own = json.loads((folder / "loader.json").read_text())
        for _ in range(3):
            for name, settings in SETTINGS[kind].items():
                (folder / "loader.json").write_text(json.dumps({**own, **settings}))
                empty(place, folder)
                done = run(["bash", "-c", command], folder, together=True)
                if arrived(TAP, folder) != truth:
                    raise RuntimeError(name)
                runs[name].append(done)
    return runs
