"""The tap alone, beside the SDK's template style and the limit: works (a) to (d)."""

from __future__ import annotations

import json
import statistics
import sys
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from measure import (
    BACKFILL,
    BIN,
    LIMIT,
    OURS,
    ROUNDS,
    TAP,
    TODAY,
    VOLUME,
    Program,
    Runs,
    Work,
    configure,
    lines_with,
    median,
    python,
    run,
    sandbox,
    target,
)

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = Program(
    "SDK template style",
    [*python("template_tap.py"), "--config", "days.json"],
    [*python("template_tap.py"), "--discover"],
    rounds=1,  # it takes long
)
ALL = [OURS, TEMPLATE, LIMIT]


def users_in(folder: Path) -> int:
    """Count the rows about users that the last run brought."""
    return lines_with(folder, b'"RECORD"', b'"stream":"users"')


def compare(work: Work, folder: Path) -> Runs:
    """Run all programs in turn; the keys are their names, and "start-up" with them.

    Raises:
        RuntimeError: One brought other rows than the limit.
    """
    runs: Runs = defaultdict(list)
    with sandbox(work, folder):
        run(LIMIT.command, folder)
        truth = users_in(folder)
        run(OURS.command, folder)  # by now the sandbox has every answer ready
        for number in range(ROUNDS):
            for program in (each for each in ALL if number < each.rounds):
                done = run(program.command, folder)
                if users_in(folder) != truth:
                    message = f"{program.name}: {users_in(folder)} of {truth}"
                    raise RuntimeError(message)
                runs[program.name].append(done)
                runs[f"start-up {program.name}"].append(run(program.start_up, folder))
                print(f"{program.name}: {done.seconds:.2f} s", file=sys.stderr)
    return runs


def table(runs: Runs) -> list[str]:
    """Return a table of what the programs took."""
    lines = [
        "| | seconds | of it start-up | CPU seconds | peak MiB |",
        "|---|---:|---:|---:|---:|",
    ]
    for program in ALL:
        start_up = runs[f"start-up {program.name}"]
        done = runs[program.name]
        lines.append(
            f"| {program.name} | {median(done, 'seconds'):.2f} "
            f"| {median(start_up, 'seconds'):.2f} | {median(done, 'cpu'):.2f} "
            f"| {median(done, 'memory'):.0f} |",
        )
    return lines


def without_start_up(runs: Runs, program: Program) -> float:
    """Return the seconds a program took, without its start-up."""
    start_up = median(runs[f"start-up {program.name}"], "seconds")
    return median(runs[program.name], "seconds") - start_up


def backfill(folder: Path) -> list[str]:
    """Compare on work (a)."""
    runs = compare(BACKFILL, folder)
    share = without_start_up(runs, OURS) / without_start_up(runs, LIMIT)
    return [
        "## (a) A backfill: 90 days, 50 users, 100 ms a request",
        "",
        *table(runs),
        "",
        target("of the limit's time, both without start-up", share, 1.3),
    ]


def volume(folder: Path) -> list[str]:
    """Compare on work (b)."""
    return [
        "## (b) Volume: 20 days, 5,000 users, no latency",
        "",
        *table(compare(VOLUME, folder)),
    ]


def per_record(folder: Path) -> list[str]:
    """Measure the CPU for each record of work (b)."""
    micro = cpu_a_record([OURS, LIMIT], folder)
    pairs = zip(micro[OURS.name], micro[LIMIT.name], strict=True)
    share = statistics.median(tap / limit for tap, limit in pairs)
    return [
        "## (b2) CPU for each record of (b)",
        "",
        "What ten times as many days take more, divided by the records they have more: "
        f"start-up is no part of it. Medians of {ROUNDS} rounds, in which the programs "
        "take turns; the share is the median of each round's.",
        "",
        "| | µs |",
        "|---|---:|",
        *(f"| {name} | {statistics.median(of):.1f} |" for name, of in micro.items()),
        "",
        target("of the limit's CPU", share, 1.4),
    ]


def cpu_a_record(programs: list[Program], folder: Path) -> dict[str, list[float]]:
    """Return the microseconds of CPU for a record of each program, in each round."""
    micro: dict[str, list[float]] = defaultdict(list)
    long, short = folder / "long", folder / "short"
    long.mkdir()
    short.mkdir()
    with sandbox(replace(VOLUME, days=10 * VOLUME.days), long):
        served = json.loads((long / "days.json").read_text())["api_url"]
        configure(VOLUME, served, short)
        run(OURS.command, long)  # by now the sandbox has every answer ready
        for _ in range(ROUNDS):
            for program in programs:
                cpu, records = [], []
                for length in (short, long):
                    cpu.append(run(program.command, length).cpu)
                    records.append(lines_with(length, b'"RECORD"'))
                more = records[1] - records[0]
                micro[program.name].append((cpu[1] - cpu[0]) / more * 1e6)
    return micro


def memory(folder: Path) -> list[str]:
    """Measure the tap on five days and on a year of a large organisation."""
    lines = ["| days | seconds | peak MiB |", "|---:|---:|---:|"]
    for days in (5, 365):
        with sandbox(Work(users=20_000, days=days, latency=0), folder):
            run(OURS.command, folder)  # by now the sandbox has every answer ready
            done = run(OURS.command, folder)
        lines.append(f"| {days} | {done.seconds:.1f} | {done.memory:.0f} |")
    return ["## (c) Memory: 20,000 users, no latency", "", *lines]


def nightly(folder: Path) -> list[str]:
    """Measure the sync of a day after that of the day before."""
    reached = (TODAY - timedelta(days=2)).isoformat()
    names = ("daily", "daily_ides", "daily_languages", "users", "period_summaries")
    entry = {"replication_key": "day", "replication_key_value": reached}
    state = {"bookmarks": dict.fromkeys(names, entry)}
    (folder / "state.json").write_text(json.dumps(state))
    command = [*OURS.command, "--state", "state.json"]
    sdk = [str(BIN / "python"), "-c", "import singer_sdk"]
    runs: Runs = defaultdict(list)
    with sandbox(BACKFILL, folder) as requests:
        run(command, folder)
        requests_a_run = len(requests.read_text().splitlines())
        for _ in range(ROUNDS):
            runs["tap"].append(run(command, folder))
            runs["sdk"].append(run(sdk, folder))
    total, importing = median(runs["tap"], "seconds"), median(runs["sdk"], "seconds")
    return [
        "## (d) A nightly run: 50 users, 100 ms a request",
        "",
        f"{requests_a_run} requests: a login, five days (three of lookback, the "
        f"bookmark's and a new one) and three periods. {total:.2f} s; to import the "
        f"SDK alone takes {importing:.2f} s.",
    ]


def concurrency(folder: Path) -> list[str]:
    """Measure work (a) with other values of the setting `concurrency`."""
    lines = ["| `concurrency` | seconds | peak MiB |", "|---:|---:|---:|"]
    with sandbox(BACKFILL, folder):
        run(OURS.command, folder)  # by now the sandbox has every answer ready
        for number in (1, 2, 4, 8, 16):
            done = run([TAP, "--config", f"tap-{number}.json"], folder)
            lines.append(f"| {number} | {done.seconds:.2f} | {done.memory:.0f} |")
    return [
        "## The setting `concurrency`",
        "",
        "Work (a), one run of each. The API's rate limits are not published, so the "
        "default is 4: most of what can be gained, and still polite.",
        "",
        *lines,
    ]
