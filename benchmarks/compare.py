"""The tap beside the alternatives: works (a) and (b)."""

from __future__ import annotations

import json
import shutil
import sys
from collections import defaultdict
from typing import TYPE_CHECKING

from measure import ROUNDS, Program, Work, lines_with, median, run, sandbox
from works import (
    ALL,
    BACKFILL,
    DLT,
    LIMIT,
    OURS,
    TEMPLATE,
    VOLUME,
    Runs,
    verdict,
)

if TYPE_CHECKING:
    from pathlib import Path

RECORDS: dict[str, int] = {}
"""How many records each program brought in the work compared last."""


def users_in(program: Program, folder: Path) -> int:
    """Count the rows about users that the last run brought."""
    if program is DLT:
        last = (folder / "output").read_text().splitlines()[-1]
        return int(json.loads(last)["users"])
    return lines_with(folder, b'"RECORD"', b'"stream":"users"')


def compare(work: Work, programs: list[Program], folder: Path) -> Runs:
    """Run all programs in turn; the keys are their names, and "start-up" with them."""
    runs: Runs = defaultdict(list)
    with sandbox(work, folder):
        run(LIMIT.command, folder)
        truth = users_in(LIMIT, folder)
        run(OURS.command, folder)  # by now the sandbox has every answer ready
        for number in range(ROUNDS):
            for program in (each for each in programs if number < each.rounds):
                shutil.rmtree(folder / "dlt", ignore_errors=True)
                done = run(program.command, folder)
                if users_in(program, folder) != truth:
                    message = f"{program.name}: {users_in(program, folder)} of {truth}"
                    raise RuntimeError(message)
                RECORDS[program.name] = lines_with(folder, b'"RECORD"')
                runs[program.name].append(done)
                runs[f"start-up {program.name}"].append(run(program.start_up, folder))
                print(f"{program.name}: {done.seconds:.2f} s", file=sys.stderr)
    return runs


def table(runs: Runs, programs: list[Program]) -> list[str]:
    """Return the rows of a table of what the programs took."""
    lines = [
        "| | seconds | of it start-up | CPU seconds | CPU µs a record | peak MiB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for program in programs:
        start_up = runs[f"start-up {program.name}"]
        done = runs[program.name]
        cpu = f"{per_record(runs, program) * 1e6:.1f}" if program is not DLT else ""
        lines.append(
            f"| {program.name} | {median(done, 'seconds'):.2f} "
            f"| {median(start_up, 'seconds'):.2f} | {median(done, 'cpu'):.2f} "
            f"| {cpu} | {median(done, 'memory'):.0f} |",
        )
    return lines


def per_record(runs: Runs, program: Program) -> float:
    """Return the seconds of CPU for each record, without the start-up."""
    start_up = median(runs[f"start-up {program.name}"], "cpu")
    return (median(runs[program.name], "cpu") - start_up) / RECORDS[program.name]


def without_start_up(runs: Runs, program: Program) -> float:
    """Return the seconds a program took, without its start-up."""
    start_up = median(runs[f"start-up {program.name}"], "seconds")
    return median(runs[program.name], "seconds") - start_up


def backfill(folder: Path) -> list[str]:
    """Compare on work (a)."""
    runs = compare(BACKFILL, ALL, folder)
    ratio = median(runs[TEMPLATE.name], "seconds") / median(runs[OURS.name], "seconds")
    against_dlt = median(runs[OURS.name], "seconds") / median(runs[DLT.name], "seconds")
    limit = without_start_up(runs, OURS) / without_start_up(runs, LIMIT)
    return [
        "## (a) A backfill: 90 days, 50 users, 100 ms a request",
        "",
        *table(runs, ALL),
        "",
        verdict("at least 8 times as fast as the template style", ratio, ratio >= 8),
        verdict("of dlt's time, at most 1", against_dlt, against_dlt <= 1),
        verdict(
            "of the limit's time without start-up, at most 1.3", limit, limit <= 1.3
        ),
    ]


def volume(folder: Path) -> list[str]:
    """Compare on work (b)."""
    runs = compare(VOLUME, ALL, folder)
    share = per_record(runs, OURS) / per_record(runs, TEMPLATE)
    return [
        "## (b) Volume: 20 days, 5,000 users, no latency",
        "",
        *table(runs, ALL),
        "",
        verdict(
            "of the template style's CPU for each record, at most 0.4, aiming at 0.25",
            share,
            share <= 0.4,
        ),
    ]
