"""Many organisations with Meltano: one in each run, and several."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from measure import Run, run
from night_figures import loop, table
from night_plain import go_back_to_the_evening
from site_of_many import AT_ONCE, FIRST, MAPS, YESTERDAY, Site
from support.meltano_project import MeltanoProject, variables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def meltano(site: Site) -> list[str]:
    """Measure a loop over `meltano run`, one extractor with a state for each."""
    go_back_to_the_evening(site)
    folder = project(site.folder / "meltano", [])
    for name in site.organisations:
        hand_over(site, name, folder, f"dev:tap-zencoder-to-target-postgres:{name}")

    def load(names: Sequence[str]) -> Run:
        [name] = names
        label = json.dumps({"organization": name})
        own = {**site.organisations[name], "stream_map_config": label}
        words = ["tap-zencoder", "target-postgres", f"--state-id-suffix={name}"]
        return meltano_run(site, folder, words, variables("TAP_ZENCODER", own))

    night = loop(site, load)
    site.check_rows(FIRST, YESTERDAY)
    return [
        "A loop over `meltano run tap-zencoder target-postgres --state-id-suffix=...`, "
        "with the credentials of each in the environment, and the states in files.",
        "",
        *table({"the night": night}),
    ]


def meltano_several(site: Site) -> list[str]:
    """Measure `meltano run` with several extractors, each into the loader."""
    go_back_to_the_evening(site)
    folder = project(site.folder / "meltano-several", list(site.organisations))
    for name in site.organisations:
        hand_over(site, name, folder, f"dev:tap-zencoder--{name}-to-target-postgres")

    def load(names: Sequence[str]) -> Run:
        words: list[str] = []
        environment: dict[str, str] = {}
        for name in names:
            words += [f"tap-zencoder--{name}", "target-postgres"]
            own = site.organisations[name]
            environment |= variables(f"TAP_ZENCODER__{name.upper()}", own)
        return meltano_run(site, folder, words, environment)

    night = loop(site, load, at_once=AT_ONCE)
    site.check_rows(FIRST, YESTERDAY)
    return [
        f"`meltano run` with {AT_ONCE} extractors, each into the loader, as in "
        "[Several organisations](../docs/how-to/several-organisations.md): an "
        "extractor in `meltano.yml` for each of the "
        f"{len(site.organisations)}, and the states in files.",
        "",
        *table({"the night": night}),
    ]


def hand_over(site: Site, name: str, folder: Path, state_id: str) -> None:
    """Give Meltano the state of an organisation, as its backend for files keeps it."""
    state = json.loads((site.folder / name / "state.json").read_text())
    place = folder / "states" / state_id
    place.mkdir(parents=True)
    kept = {"completed": {"singer_state": state}, "partial": {}}
    (place / "state.json").write_text(json.dumps(kept))


def meltano_run(
    site: Site, folder: Path, words: list[str], environment: dict[str, str]
) -> Run:
    """Run a pipeline of Meltano."""
    own = {
        "MELTANO_PROJECT_ROOT": str(folder),
        "MELTANO_STATE_BACKEND_URI": f"file://{folder}/states",
        **variables("TARGET_POSTGRES", vars(site.server)),
        **environment,
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
