"""Many organisations without Meltano: the tap into the loader, in a shell's loop."""

from __future__ import annotations

import json
import shlex
import statistics
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from measure import Run, run
from night_figures import Night, loop, table
from site_of_many import AT_ONCE, FIRST, MAPS, SEVEN_DAYS, YESTERDAY, Site

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def plain(site: Site) -> list[str]:
    """Measure two loops in a shell over `tap-zencoder | target-postgres`."""
    nights = {
        f"the first sync, {AT_ONCE} in a run": first_syncs(site),
        "the night": loop(site, night(site), 2),
    }
    site.check_rows(FIRST, YESTERDAY)
    return [
        "Two loops in a shell over `tap-zencoder | target-postgres` share the "
        "organisations, each of which has a file for its state. The first sync runs "
        f"{AT_ONCE} taps, one after the other, into one loader.",
        "",
        *table(nights),
    ]


def loops(site: Site) -> list[str]:
    """Measure the same night with other loops."""
    nights: dict[str, Night] = {}
    for title, count, at_once in (
        ("one loop", 1, 1),
        ("two loops", 2, 1),
        ("four loops", 4, 1),
        (f"{AT_ONCE} taps into one loader", 1, AT_ONCE),
    ):
        go_back_to_the_evening(site)
        nights[title] = loop(site, night(site), count, at_once)
        site.check_rows(FIRST, YESTERDAY)
    return [
        "The night with one, two and four loops that share the organisations, and with "
        f"one loop that runs {AT_ONCE} taps, one after the other, into one loader.",
        "",
        *table(nights),
    ]


def first_syncs(site: Site) -> Night:
    """Load seven days of each organisation into new tables."""
    site.new_tables()

    def load(names: Sequence[str]) -> Run:
        return piped(site, names, SEVEN_DAYS)

    load(list(site.organisations)[:1])  # makes the tables
    done = loop(site, load, 2, AT_ONCE)
    states = {
        name: (site.folder / name / "state.json").read_text()
        for name in site.organisations
    }
    site.evening.write_text(json.dumps(states))
    return done


def go_back_to_the_evening(site: Site) -> None:
    """Go back to where the first sync ended, with what it loaded."""
    states = json.loads(site.evening.read_text()) if site.evening.exists() else {}
    if not set(site.organisations) <= set(states):
        first_syncs(site)
        states = json.loads(site.evening.read_text())
    for name, state in states.items():
        (site.folder / name / "state.json").write_text(state)
    with site.server.connect() as connection:
        for stream in MAPS:
            connection.execute(
                f"DELETE FROM tap_zencoder.{stream} WHERE day >= '{YESTERDAY}'".encode()  # noqa: S608  # our own
            )


def night(site: Site) -> Callable[[Sequence[str]], Run]:
    """Return what loads what is new of some organisations."""
    return lambda names: piped(site, names, {})


def piped(site: Site, names: Sequence[str], days: Mapping[str, Any]) -> Run:
    """Run the taps of some organisations into one loader, each on from its state.

    What is loaded is known when the loader has ended: only then are the states kept.
    """
    folder = site.folder / names[0]
    folder.mkdir(exist_ok=True)
    programs = site.programs()
    target = folder / "target.json"
    target.write_text(json.dumps(site.target_settings()))
    taps, kept = [], []
    for name in names:
        own = site.folder / name
        own.mkdir(exist_ok=True)
        config = {
            **site.organisations[name],
            "stream_maps": MAPS,
            "stream_map_config": {"organization": name},
            **days,
        }
        (own / "tap.json").write_text(json.dumps(config))
        words = [programs["tap"], "--config", str(own / "tap.json")]
        if (own / "state.json").exists():
            words += ["--state", str(own / "state.json")]
        tee = (
            f" | tee >(grep '\"STATE\"' | tail -n 1 > {own}/last)" if names[1:] else ""
        )
        taps.append(shlex.join(words) + tee)
        kept.append(f"jq -c .value {own}/last > {own}/state.json")
    load = f"{{ {'; '.join(taps)}; }} | {programs['target']} --config {target}"
    if names[1:]:
        script = "\n".join([load, "wait", *kept])
    else:
        script = f"{load} > states\ntail -n 1 states > state.json"
    return run(["bash", "-euo", "pipefail", "-c", script], folder)


def quarter(site: Site) -> list[str]:
    """Measure a quarter of history in three runs and in one."""
    from_month = [YESTERDAY - timedelta(days=n) for n in (89, 59, 29)]
    ends = [*(day - timedelta(days=1) for day in from_month[1:]), YESTERDAY]
    found: dict[str, list[list[Run]]] = {"three runs": [], "one run": []}
    site.new_tables()
    for name in site.organisations:
        history(site, name, from_month[0], YESTERDAY)  # by now every answer is ready
        months = list(zip(from_month, ends, strict=True))
        found["three runs"].append([history(site, name, *month) for month in months])
        found["one run"].append([history(site, name, from_month[0], YESTERDAY)])
    rows = [
        f"| {title} | {middle(runs, 'seconds'):.2f} s | {middle(runs, 'cpu'):.2f} s |"
        for title, runs in found.items()
    ]
    return [
        "One organisation's 90 days, as the Dagster example loads them: 30 days in "
        "each of three runs, and all in one. Medians of five organisations.",
        "",
        "| | seconds | CPU |",
        "|---|---:|---:|",
        *rows,
    ]


def history(site: Site, name: str, first: date, last: date) -> Run:
    """Load some days of an organisation, whatever was loaded before."""
    (site.folder / name / "state.json").unlink(missing_ok=True)
    days = {"start_date": str(first), "end_date": str(last), "lookback_days": 0}
    return piped(site, [name], days)


def middle(found: list[list[Run]], figure: str) -> float:
    """Return the median of the sums of a figure."""
    sums = [sum(getattr(one, figure) for one in runs) for runs in found]
    return float(statistics.median(sums))
