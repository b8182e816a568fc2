"""Many organisations through one night into one PostgreSQL: `make bench-night`.

``night.py WAY...`` measures some of the ways and replaces their sections of NIGHT.md.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from measure import TODAY
from night_dagster import dagster
from night_meltano import meltano, meltano_several
from night_plain import loops, plain, quarter
from night_start_up import start_up
from site_of_many import COUNT, Site

WAYS = {
    "plain": ("The loop without Meltano", plain, COUNT),
    "loops": ("Other loops without Meltano", loops, 20),
    "meltano": ("The loop with Meltano", meltano, 60),
    "several": ("Several organisations in one run of Meltano", meltano_several, 20),
    "start-up": ("Where the seconds of a run go", start_up, 1),
    "quarter": ("A quarter of history in one run", quarter, 5),
    "dagster": ("Dagster with two workers", dagster, COUNT),
}
"""Titles, and how many organisations each is measured with: all would take hours."""
RESULTS = Path(__file__).parent / "NIGHT.md"


def header() -> str:
    """Say what was measured, where and how to do it again."""
    return (
        "# A night of many organisations\n\n"
        "Made by `make bench-night`: sandbox organisations of 50 users into one "
        "PostgreSQL, with an API that takes 100 ms for a request. "
        f"{os.cpu_count()} cores ran everything, PostgreSQL and the sandboxes as well; "
        f"Python {platform.python_version()}, Meltano {version('meltano')}, singer-sdk "
        f"{version('singer-sdk')}.\n\n"
        "The first sync loads seven days. The night after has its bookmark and asks "
        "for five days, three of them again, and for the three periods: nine requests "
        "with the login. After each night, the rows of every organisation are compared "
        "with the truth.\n\n"
        "Memory is that of all programs together at their peak, what they share "
        "counted once, without PostgreSQL and the sandboxes. Connections are those to "
        "PostgreSQL at once, at their peak.\n"
    )


def keep(title: str, count: int, lines: list[str]) -> None:
    """Write a section into NIGHT.md, in place of the one of that title."""
    text = RESULTS.read_text() if RESULTS.exists() else header()
    section = "\n".join(
        [f"## {title}", "", f"On {TODAY}, {number(count)}.", "", *lines, ""]
    )
    known = re.compile(
        rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE
    )
    if known.search(text):
        text = known.sub(lambda _: section + "\n", text)
    else:
        text = text.rstrip("\n") + "\n\n" + section
    RESULTS.write_text(text.rstrip("\n") + "\n")
    print(section, file=sys.stderr)


def number(count: int) -> str:
    """Return so many organisations in words."""
    return f"{count} organisations" if count > 1 else "one organisation"


def main() -> None:
    """Measure the ways that are named, or all."""
    chosen = sys.argv[1:] or list(WAYS)
    with tempfile.TemporaryDirectory() as name, Site.made(Path(name)) as site:
        for way in chosen:
            title, measure, count = WAYS[way]
            keep(title, count, measure(site.some(count)))


if __name__ == "__main__":
    main()
