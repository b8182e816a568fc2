"""Where the seconds of a nightly run go, and what makes it shorter."""

from __future__ import annotations

import json
import shlex
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from measure import BIN, Run, median, run
from night_meltano import meltano_run, project
from night_plain import piped
from site_of_many import Site
from support.meltano_project import variables

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 3
PIPELINE = ["tap-zencoder", "target-postgres"]


def start_up(site: Site) -> list[str]:
    """Measure the parts of a run that has little to load, and the run in other ways."""
    name = next(iter(site.organisations))
    site.new_tables()
    piped(site, [name], {})
    own = site.folder / name
    programs = site.programs()
    tap = f"{programs['tap']} --config tap.json"
    target = f"{programs['target']} --config target.json"
    parts: dict[str, Callable[[], Run]] = {
        "Python": lambda: run([str(BIN / "python"), "-c", "pass"], own),
        "and the Singer SDK": lambda: run(
            [str(BIN / "python"), "-c", "import singer_sdk"], own
        ),
        "and the tap": lambda: run(
            [str(BIN / "python"), "-c", "import tap_zencoder.command"], own
        ),
        "the tap, to write its catalog": lambda: run(
            shlex.split(f"{tap} --discover"), own
        ),
        "the tap, a nightly sync": lambda: run(
            shlex.split(f"{tap} --state state.json"), own
        ),
        "the loader, of nothing": lambda: run(
            ["bash", "-c", f"{target} </dev/null"], own
        ),
        "both, a nightly sync": lambda: piped(site, [name], {}),
        "the same without bytecode": lambda: without_bytecode(site, name),
        **ways_of_meltano(site, name),
    }
    runs: dict[str, list[Run]] = defaultdict(list)
    for measured in parts.values():
        measured()  # by now everything is compiled and cached
    for _ in range(ROUNDS):
        for title, measured in parts.items():
            runs[title].append(measured())
    return [
        f"Medians of {ROUNDS} rounds. A nightly sync waits 0.3 s for the API.",
        "",
        "| | seconds | CPU |",
        "|---|---:|---:|",
        *(
            f"| {title} | {median(of, 'seconds'):.2f} | {median(of, 'cpu'):.2f} |"
            for title, of in runs.items()
        ),
    ]


def without_bytecode(site: Site, name: str) -> Run:
    """Run as on a machine on which nothing has been compiled, and nothing may be."""
    none = "env PYTHONDONTWRITEBYTECODE=1 PYTHONPYCACHEPREFIX=/nowhere"
    programs = site.programs()
    return run(
        [
            "bash",
            "-c",
            f"{none} {programs['tap']} --config tap.json --state state.json | "
            f"{none} {programs['target']} --config target.json",
        ],
        site.folder / name,
    )


def ways_of_meltano(site: Site, name: str) -> dict[str, Callable[[], Run]]:
    """Return a nightly run of Meltano, in several ways."""
    label = json.dumps({"organization": name})
    own = {**site.organisations[name], "stream_map_config": label}
    settings = variables("TAP_ZENCODER", own)
    folder = project(site.folder / "one", [])
    small = project(site.folder / "small", [])
    leave_out_other_plugins(small / "meltano.yml")
    many = project(site.folder / "many", [f"org{n}" for n in range(200)])
    run([site.programs()["tap"], "--discover"], folder)
    (folder / "catalog.json").write_bytes((folder / "output").read_bytes())

    def pipeline(*options: str, where: Path = folder, **more: str) -> Run:
        words = [*PIPELINE, *options]
        return meltano_run(site, where, words, {**settings, **more})

    def nothing() -> Run:
        return run([str(BIN / "meltano"), "--version"], folder)

    return {
        "`meltano --version`": nothing,
        "`meltano run`": pipeline,
        "with `--no-install`": lambda: pipeline("--no-install"),
        "with a catalog that is kept": lambda: pipeline(
            TAP_ZENCODER__CATALOG="catalog.json"
        ),
        "with its states in its own database": lambda: pipeline(
            MELTANO_STATE_BACKEND_URI="systemdb"
        ),
        "with these two plugins alone in `meltano.yml`": lambda: pipeline(where=small),
        "with 200 more extractors in `meltano.yml`": lambda: pipeline(where=many),
    }


def leave_out_other_plugins(file: Path) -> None:
    """Keep what the pipeline needs."""
    text = yaml.safe_load(file.read_text())
    kinds = text["plugins"].items()
    text["plugins"] = {
        kind: [plugin for plugin in plugins if plugin["name"] in PIPELINE]
        for kind, plugins in kinds
    }
    text.pop("schedules", None)
    text.pop("jobs", None)
    file.write_text(yaml.safe_dump(text, sort_keys=False))
