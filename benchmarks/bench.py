"""The tap and the alternatives on the same sandbox, in one run: `make bench`.

Each round runs every program once, one after the other, so that a machine whose speed
drifts treats all alike. Figures are medians over the rounds. A program's start-up is
its own run over no days, measured in the same rounds.

``bench.py PART...`` measures some parts and prints them. The environment variable
``ROUNDS`` sets how many rounds there are.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from alone import backfill, concurrency, memory, nightly, per_record, volume
from measure import HERE, ROUNDS, TODAY
from whole_way import DATABASES, whole_backfill, whole_many_rows, whole_volume

PARTS = (
    backfill,
    volume,
    per_record,
    memory,
    nightly,
    concurrency,
    whole_backfill,
    whole_volume,
    whole_many_rows,
)


def header() -> list[str]:
    """Say what was measured, where and how to do it again."""
    files = [f"requirements/target-{kind}.txt" for kind in DATABASES]
    files += ["benchmarks/requirements/airbyte.txt", "benchmarks/requirements/dlt.txt"]
    text = "".join((HERE.parent / file).read_text() for file in files)
    named = r"^((?:\w+-)?target-\w+|airbyte|airbyte-cdk|dlt)(?:\[.*\])?==(\S+)"
    others = re.findall(named, text, re.MULTILINE)
    used = {"singer-sdk": version("singer-sdk"), **dict(others)}
    versions = ", ".join(f"{name} {number}" for name, number in used.items())
    return [
        "# Results",
        "",
        f"Made by `make bench` on {TODAY}: {ROUNDS} rounds, medians; "
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {versions}. The "
        "sandbox serves from memory, in a process of its own on the same cores.",
        "",
        "The limit takes each day once, four at a time, as the tap does, and writes "
        "the same records, with nothing around it. The template style takes each day "
        "once for each of four streams, one at a time, and so long that it has one "
        "round. Each run's rows about users are counted against the truth.",
    ]


def main() -> None:
    """Measure everything and write RESULTS.md, or print the parts that are named.

    Raises:
        SystemExit: There is no such part.
    """
    chosen = sys.argv[1:]
    names = [part.__name__ for part in PARTS]
    if not set(chosen) <= set(names):
        sys.exit(f"The parts are: {', '.join(names)}")
    sections = [header()]
    for part in PARTS:
        if not chosen or part.__name__ in chosen:
            with tempfile.TemporaryDirectory() as folder:
                sections.append(part(Path(folder)))
            print("\n".join(sections[-1]), file=sys.stderr)
    if not chosen:
        text = "\n\n".join("\n".join(section) for section in sections)
        (HERE / "RESULTS.md").write_text(text + "\n")


if __name__ == "__main__":
    main()
