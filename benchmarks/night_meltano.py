"""Many organisations with Meltano: one in each run, and several."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from measure import Run, run
from night_figures import loop, table
from site_of_many import AT_ONCE, FIRST, MAPS, SEVEN_DAYS, YESTERDAY, Site
from support.meltano_project import MeltanoProject, variables

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


def meltano(site: Site) -> list[str]:
    """Measure a loop over `meltano run`, one extractor with a state for each."""
    site.new_tables()
    folder = project(site.folder / "meltano", [])

    def load(days: dict[str, str]) -> Callable[[Sequence[str]], Run]:
        def one(names: Sequence[str]) -> Run:
            [name] = names
            label = json.dumps({"organization": name})
            own = {**site.organisations[name], "stream_map_config": label, **days}
            words = ["tap-zencoder", "target-postgres", f"--state-id-suffix={name}"]
            return meltano_run(site, folder, words, variables("TAP_ZENCODER", own))

        return one

    nights = {
        "the first sync": loop(site, load(SEVEN_DAYS)),
        "the night": loop(site, load({})),
    }
    site.check_rows(FIRST, YESTERDAY)
    return [
        "A loop over `meltano run tap-zencoder target-postgres --state-id-suffix=...`, "
        "with the credentials of each in the environment, and the states in Meltano's "
        "own database.",
        "",
        *table(nights),
    ]


def meltano_several(site: Site) -> list[str]:
    """Measure `meltano run` with several extractors, each into the loader."""
    site.new_tables()
    folder = project(site.folder / "meltano-several", list(site.organisations))

    def load(days: dict[str, str]) -> Callable[[Sequence[str]], Run]:
        def some(names: Sequence[str]) -> Run:
            words, environment = [], variables("TAP_ZENCODER", days)
            for name in names:
                words += [f"tap-zencoder--{name}", "target-postgres"]
                own = {**site.organisations[name], **days}
                environment |= variables(f"TAP_ZENCODER__{name.upper()}", own)
            return meltano_run(site, folder, words, environment)

        return some

    nights = {
        "the first sync": loop(site, load(SEVEN_DAYS), at_once=AT_ONCE),
        "the night": loop(site, load({}), at_once=AT_ONCE),
    }
    site.check_rows(FIRST, YESTERDAY)
    return [
        f"`meltano run` with {AT_ONCE} extractors, each into the loader, as in "
        "[warehouses.md](../docs/warehouses.md#several-organisations): an extractor in "
        f"`meltano.yml` for each of the {len(site.organisations)}.",
        "",
        *table(nights),
    ]


def meltano_run(
    site: Site, folder: Path, words: list[str], environment: dict[str, str]
) -> Run:
    """Run a pipeline of Meltano."""
    target = {**vars(site.server)}
    own = {
        **environment,
        **variables("TARGET_POSTGRES", target),
        "MELTANO_PROJECT_ROOT": str(folder),
    }
    settings = [f"{name}={value}" for name, value in own.items()]
    return run(["env", *settings, "meltano", "run", *words], folder)


def project(folder: Path, names: list[str]) -> Path:
    """Make a project with an extractor for each of these organisations."""
    folder.mkdir()
    maps: dict[str, Any] = {"name": "tap-zencoder", "config": {"stream_maps": MAPS}}
    heirs = [
        {
            "name": f"tap-zencoder--{name}",
            "inherit_from": "tap-zencoder",
            "load_schema": "tap_zencoder",
            "config": {"stream_map_config": {"organization": name}},
        }
        for name in names
    ]
    MeltanoProject.create(folder, maps, *heirs)
    return folder
