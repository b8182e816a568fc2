"""The tap and the alternatives on the same sandbox, in one run: `make bench`.

Each round runs every program once, one after the other, so that a machine whose speed
drifts treats all alike. Figures are medians over the rounds. A program's start-up is
its own run over no days, measured in the same rounds.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from compare import backfill, volume
from loader_settings import loader_settings
from measure import ROUNDS, TODAY
from own import ahead, buffer, concurrency, large, memory, nightly, per_case, start_up
from whole_way import DATABASES, whole_backfill, whole_many_rows, whole_volume
from works import HERE


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
        "dlt and the limit take each day once, as the tap does; the template style "
        "takes each day once for each of four streams, and Airbyte's CDK for each of "
        "two. All ask four at a time, but for the template style, which cannot, and "
        "takes so long that it has one round. Each run's rows about users are counted "
        "against the truth.",
    ]


def main() -> None:
    """Measure everything and write RESULTS.md."""
    sections = [header()]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "dlt").mkdir()
        parts = (
            backfill,
            volume,
            per_case,
            memory,
            large,
            nightly,
            whole_backfill,
            whole_volume,
            whole_many_rows,
            loader_settings,
            start_up,
            concurrency,
            buffer,
            ahead,
        )
        chosen = sys.argv[1:] or [part.__name__ for part in parts]
        for part in parts:
            if part.__name__ in chosen:
                sections.append(part(folder))
                print("\n".join(sections[-1]), file=sys.stderr)
    if not sys.argv[1:]:
        text = "\n\n".join("\n".join(section) for section in sections)
        (HERE / "RESULTS.md").write_text(text + "\n")


main()
