"""The tap by itself: works (c) and (d), and the curves behind its defaults."""

from __future__ import annotations

import hashlib
import json
import random
import re
import shlex
import statistics
import sys
import time
from collections import Counter, defaultdict
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from measure import BIN, ROUNDS, TODAY, configure, lines_with, median, run, sandbox
from works import (
    BACKFILL,
    FRACTIONS,
    LARGE,
    LARGE_SHORT,
    LIMIT,
    LONG,
    MAPPED,
    NEW_FIELDS,
    NIGHTLY,
    OURS,
    SHORT,
    TAP,
    VOLUME,
    Runs,
    python,
    verdict,
)

if TYPE_CHECKING:
    from pathlib import Path

    from measure import Program, Work

OPTIONS = "--config tap-4.json"


def memory(folder: Path) -> list[str]:
    """Compare the tap's peak memory on works (c)."""
    peaks = {}
    for work in (SHORT, LONG):
        with sandbox(work, folder):
            peaks[work.days] = run(OURS.command, folder).memory
    more = peaks[LONG.days] - peaks[SHORT.days]
    return [
        "## (c) Memory: 2,000 users",
        "",
        f"Peak at 30 days: {peaks[30]:.0f} MiB; at 365 days: {peaks[365]:.0f} MiB.",
        "",
        verdict("more at 365 days, at most 40 MiB", more, more <= 40, " MiB"),
    ]


def large(folder: Path) -> list[str]:
    """Measure the tap alone on a year of a large organisation."""
    lines = ["| days | requests | seconds | peak MiB |", "|---:|---:|---:|---:|"]
    peaks = {}
    for work in (LARGE_SHORT, LARGE):
        with sandbox(work, folder) as requests:
            run(OURS.command, folder)  # by now the sandbox has every answer ready
            before = len(requests.read_text().splitlines())
            done = run(OURS.command, folder)
            made = len(requests.read_text().splitlines()) - before
        peaks[work.days] = done.memory
        lines.append(
            f"| {work.days} | {made} | {done.seconds:.1f} | {done.memory:.0f} |"
        )
    return [
        "## (c2) A large organisation: 20,000 users",
        "",
        *lines,
        "",
        "Four of the requests are the login and the three periods.",
        "",
        verdict("MiB at 365 days, at most 150", peaks[365], peaks[365] <= 150),
    ]


def per_case(folder: Path) -> list[str]:
    """Measure what a record costs where it is not as documented, or altered."""
    cases = {
        "as documented": (VOLUME, OURS),
        "the limit": (VOLUME, LIMIT),
        "a new field in every user": (NEW_FIELDS, OURS),
        "counts as 58.0": (FRACTIONS, OURS),
        "addresses hashed by a map": (VOLUME, MAPPED),
    }
    micro = cpu_a_record(cases, folder)
    medians = {name: statistics.median(rounds) for name, rounds in micro.items()}
    own = medians["as documented"]
    pairs = zip(micro["as documented"], micro["the limit"], strict=True)
    ratio = statistics.median(tap / limit for tap, limit in pairs)
    return [
        "## (b2) CPU a record of (b)",
        "",
        "What ten times as many days take more, by record: so nothing of it is "
        f"start-up. Medians of {ROUNDS} rounds, in which the programs take turns; of "
        "the limit, the median of what each round has.",
        "",
        "| | µs |",
        "|---|---:|",
        *(f"| {name} | {figure:.1f} |" for name, figure in medians.items()),
        "",
        verdict("µs as documented, at most 3.5", own, own <= 3.5),
        verdict("of the limit, at most 1.4, aiming at 1.2", ratio, ratio <= 1.4),
    ]


def cpu_a_record(
    cases: dict[str, tuple[Work, Program]], folder: Path
) -> dict[str, list[float]]:
    """Return the microseconds of CPU for a record of each case, in each round."""
    micro: dict[str, list[float]] = defaultdict(list)
    with ExitStack() as sandboxes:
        for name, (work, program) in cases.items():
            long, short = folder / name / "long", folder / name / "short"
            long.mkdir(parents=True)
            short.mkdir()
            sandboxes.enter_context(sandbox(replace(work, days=10 * work.days), long))
            served = json.loads((long / "tap-1.json").read_text())["api_url"]
            configure(work, served, short)
            run(program.command, long)  # by now every answer is ready
        for _ in range(ROUNDS):
            for name, (_, program) in cases.items():
                cpu, records = [], []
                for length in ("short", "long"):
                    cpu.append(run(program.command, folder / name / length).cpu)
                    records.append(lines_with(folder / name / length, b'"RECORD"'))
                more, taken = records[1] - records[0], cpu[1] - cpu[0]
                micro[name].append(taken / more * 1e6)
    return micro


def nightly(folder: Path) -> list[str]:
    """Measure work (d): the run of a day after that of the day before."""
    reached = (TODAY - timedelta(days=2)).isoformat()
    names = ("daily", "daily_ides", "daily_languages", "users", "period_summaries")
    entry = {"replication_key": "day", "replication_key_value": reached}
    state = {"bookmarks": dict.fromkeys(names, entry)}
    (folder / "state.json").write_text(json.dumps(state))
    sdk = [str(BIN / "python"), "-c", "import singer_sdk"]
    runs: Runs = defaultdict(list)
    with sandbox(NIGHTLY, folder) as requests:
        run([*OURS.command, "--state", "state.json"], folder)
        before = len(requests.read_text().splitlines())
        for _ in range(ROUNDS):
            runs["tap"].append(run([*OURS.command, "--state", "state.json"], folder))
            runs["sdk"].append(run(sdk, folder))
        lines = requests.read_text().splitlines()[before:]
    a_run = len(lines) / ROUNDS
    network = 0.1 * (1 + 2)  # the summaries at once, five days four at a time
    total, importing = median(runs["tap"], "seconds"), median(runs["sdk"], "seconds")
    own = total - importing - network
    return [
        "## (d) A nightly run: 50 users, 100 ms a request",
        "",
        f"{a_run:g} requests: a login, five days (three of lookback, the bookmark's "
        f"and a new one) and three periods. {total:.2f} s, of which {importing:.2f} s "
        f"import the SDK and {network:.2f} s wait for the API.",
        "",
        verdict("requests, 9", a_run, a_run == 9),
        verdict("seconds of its own, less than 0.5", own, own < 0.5, " s"),
    ]


def start_up(folder: Path) -> list[str]:
    """Show where the tap's start-up goes."""
    imports = {
        "Python itself": "pass",
        "and the SDK": "import singer_sdk",
        "and the tap": "import tap_zencoder.command",
    }
    lines = []
    for name, code in imports.items():
        runs = [run([str(BIN / "python"), "-c", code], folder) for _ in range(ROUNDS)]
        lines.append(f"| {name} | {median(runs, 'seconds'):.2f} |")
    runs = [run(OURS.start_up, folder) for _ in range(ROUNDS)]
    lines.append(f"| `tap-zencoder --discover` | {median(runs, 'seconds'):.2f} |")
    return [
        "## Start-up",
        "",
        "| | seconds |",
        "|---|---:|",
        *lines,
        "",
        "Nearly all of it is what the SDK imports for any tap: by package, as",
        "`python -X importtime` has it, which takes some time of its own:",
        "",
        "| | seconds |",
        "|---|---:|",
        *(f"| {name} | {seconds:.2f} |" for name, seconds in packages(folder)),
    ]


def packages(folder: Path) -> list[tuple[str, float]]:
    """Return the packages that take most of the start-up, and their seconds."""
    code = "import tap_zencoder.command"
    run([str(BIN / "python"), "-X", "importtime", "-c", code], folder)
    microseconds: Counter[str] = Counter()
    for line in (folder / "log").read_text().splitlines():
        found = re.match(r"import time: +(\d+) \| +\d+ \| +(\w+)", line)
        if found:
            name = found[2]
            package = "Python's own" if name in sys.stdlib_module_names else name
            microseconds[package] += int(found[1])
    return [(name, n / 1e6) for name, n in microseconds.most_common(8)]


def ahead(_: Path) -> list[str]:
    """Draw the curve that `sync.ahead.AHEAD` was chosen from."""
    # Not before: the peak of a program counts from that of the process that starts it.
    from tap_zencoder.api.reports import UsageQuery
    from tap_zencoder.days import Window
    from tap_zencoder.sandbox import Organisation, Request, Sandbox
    from tap_zencoder.sandbox.faults import Delay
    from tap_zencoder.sync import ahead as fetching
    from tap_zencoder.tap import TapZencoder

    lines = []
    window = Window(date(2026, 1, 1), date(2026, 3, 31))
    for fetching.AHEAD in (1, 2, 3, 4, 6):
        seconds = []
        for seed in range(ROUNDS):
            dice = random.Random(seed)

            def plan(_: Request, dice: random.Random = dice) -> Delay:
                return Delay(dice.expovariate(20))

            with Sandbox(Organisation(users=20), faults=plan) as server:
                client = TapZencoder(config=server.settings()).client
                started = time.monotonic()
                queries = (UsageQuery("day", str(day)) for day in window)
                list(fetching.reports_ahead(client, queries))
                seconds.append(time.monotonic() - started)
                client.close()
        lines.append(f"| {fetching.AHEAD} | {statistics.median(seconds):.2f} |")
    return [
        "## The choice of how far to fetch ahead",
        "",
        "90 days, 4 at once, answers that take 50 ms on average, exponentially",
        "distributed: how many reports are fetched ahead for each request allowed at",
        "once. The default is 3.",
        "",
        "| ahead | seconds |",
        "|---:|---:|",
        *lines,
    ]


def buffer(folder: Path) -> list[str]:
    """Draw the curve that `messages.PIECE` was chosen from."""
    lines = ["| KiB | seconds | CPU seconds |", "|---:|---:|---:|"]
    with sandbox(VOLUME, folder):
        run(OURS.command, folder)
        for size in (0, 4, 16, 64, 256, 1024):
            words = [*python("tap_with.py"), f"sync.messages.PIECE={size * 1024}"]
            through_a_pipe = f"{shlex.join(words)} {OPTIONS} | cat"
            command = ["bash", "-o", "pipefail", "-c", through_a_pipe]
            runs = [run(command, folder) for _ in range(ROUNDS)]
            seconds, cpu = median(runs, "seconds"), median(runs, "cpu")
            lines.append(f"| {size} | {seconds:.2f} | {cpu:.2f} |")
    return [
        "## The choice of how much is written at once",
        "",
        "Work (b) through a pipe. Lines are written together, up to so many KiB. The",
        "tap writes 4: a pipe takes those whole or not at all, so no signal tears a",
        "line.",
        "",
        *lines,
    ]


def concurrency(folder: Path) -> list[str]:
    """Draw the curve that the default of `concurrency` was chosen from."""
    lines = ["| concurrency | seconds | peak MiB |", "|---:|---:|---:|"]
    outputs = set()
    with sandbox(BACKFILL, folder):
        run(OURS.command, folder)
        for number in (1, 2, 4, 8, 16):
            done = run([TAP, "--config", f"tap-{number}.json"], folder)
            lines.append(f"| {number} | {done.seconds:.2f} | {done.memory:.0f} |")
            text = (folder / "output").read_bytes()
            plain = re.sub(rb'"time_extracted":"[^"]*"', b"", text)
            outputs.add(hashlib.sha256(plain).hexdigest())
    return [
        "## The choice of `concurrency`",
        "",
        "Work (a) again. Nobody knows the API's rate limits, so the default is 4: most",
        "of what can be won, and still polite.",
        "",
        *lines,
        "",
        f"- different outputs but for `time_extracted`: **{len(outputs)}**, "
        f"{'as it should be' if len(outputs) == 1 else 'missed: 1'}.",
    ]
