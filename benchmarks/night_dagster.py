"""Many organisations with Dagster, as examples/dagster has it: a night's runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from measure import Run
from night_figures import Night, table
from scale import cluster
from site_of_many import YESTERDAY, Site
from watch import Watch

if TYPE_CHECKING:
    from scale.cluster import Cluster

WORKERS = 2
MONTH = YESTERDAY.replace(day=1)


def dagster(site: Site) -> list[str]:
    """Measure what the schedule `nightly` asks for: the current month of each."""
    folder = site.folder / "dagster"
    folder.mkdir()
    site.new_tables()
    first = {"ZENCODER_FIRST_DAY": str(MONTH)}
    with cluster.running(folder, site.server, site.organisations, **first) as instance:
        for _ in range(WORKERS):
            instance.start_worker()
        with Watch(site.server, site.apart) as watch:
            partitions = [f"{MONTH}|{name}" for name in site.organisations]
            instance.backfill(partitions, seconds=3600)
        night = Night(runs(instance), instance.seconds(), watch, len(partitions))
    site.check_rows(MONTH, YESTERDAY)
    shares = sorted(watch.shares.items(), key=lambda share: -share[1])
    return [
        f"{WORKERS} workers, and the current month of each organisation, of which "
        f"{(YESTERDAY - MONTH).days + 1} days are over, as the schedule `nightly` asks "
        "for it. Time is from the first run's start to the last one's end.",
        "",
        *table({"the night": night}),
        "",
        "Memory of all processes of a name, at its peak: "
        + ", ".join(f"{name} {size:.0f} MiB" for name, size in shares if size > 1)
        + ".",
    ]


def runs(instance: Cluster) -> list[Run]:
    """Return how long each run took, in the order in which they began."""
    found = instance.ask(
        "SELECT end_time - start_time, status FROM runs JOIN run_tags USING (run_id) "
        "WHERE key = 'dagster/partition' ORDER BY start_time"
    )
    if {status for _, status in found} != {"SUCCESS"}:
        message = "a run failed"
        raise RuntimeError(message)
    return [Run(float(seconds), 0, 0) for seconds, _ in found]
