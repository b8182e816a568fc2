"""The command ``python -m report``."""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import click

from report.csv_link import plain_names
from report.outline import outline, team_reports
from report.rows import figures
from report.source import Reading, ReportError


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default="output/adoption.html",
    envvar="ZENCODER_REPORT_FILE",
    show_default=True,
    show_envvar=True,
    help="Where to write the page.",
)
@click.option(
    "--organization",
    "wanted",
    multiple=True,
    metavar="NAME",
    help="Only this organisation. Can be repeated.",
)
@click.option(
    "--each",
    type=click.Choice(["organization", "team"]),
    help="One page per organisation or team, named in the file name.",
)
@click.option("--build", is_flag=True, help="Build and test the models first.")
def main(
    output: Path, wanted: tuple[str, ...], *, each: str | None, build: bool
) -> None:
    """Make a page about adoption from the models that dbt has built.

    dbt reads them: it finds project, profile and target as it always does, by its
    variables DBT_PROJECT_DIR, DBT_PROFILES_DIR and DBT_TARGET. The variables of the
    models can be given as YAML in DBT_VARS.
    """
    try:
        pages = _pages(output, wanted, each=each, build=build)
        for file, text in pages.items():
            _write(file, text)
    except ReportError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    for file, text in pages.items():
        click.echo(f"The page is in {file} ({len(text.encode()) / 1000:,.0f} kB).")


def _pages(
    output: Path, wanted: tuple[str, ...], *, each: str | None, build: bool
) -> dict[Path, str]:
    with Reading(build=build) as reading:
        # Loading what draws takes a second, in which dbt is at work.
        from report import charts, page  # noqa: PLC0415

        charts.warm_up()
        models = reading.models()
    there = models.organizations()
    unknown = sorted(set(wanted) - set(there))
    if unknown:
        message = f"The models have no organisation called {unknown[0]!r}."
        raise ReportError(message)
    names = list(wanted) or there
    if not names:
        message = "The models have no day yet: sync first, then build them (dbt build)."
        raise ReportError(message)
    today = datetime.now(UTC).date()
    known = [figures(models, name, today) for name in names]
    reports = list(map(outline, known))
    if not each:
        return {output: page.html(reports, models.minimum_group)}
    if each == "team":
        reports = list(chain.from_iterable(map(team_reports, known)))
        if not reports:
            message = "There is no team that can be shown: see docs/report.md."
            raise ReportError(message)
    files = _files(output, [report.name for report in reports])
    return {
        file: page.html([report], models.minimum_group)
        for file, report in zip(files, reports, strict=True)
    }


def _files(output: Path, names: list[str]) -> list[Path]:
    """Return a file beside the one named for each organisation, no two the same."""
    return [output.with_stem(f"{output.stem}-{name}") for name in plain_names(names)]


def _write(file: Path, text: str) -> None:
    """Write the page whole, or not at all."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=file.parent, prefix=".", delete=False
        ) as draft:
            draft.write(text)
        Path(draft.name).chmod(0o666 & ~_umask())
        Path(draft.name).replace(file)
    except OSError as error:
        message = f"The page cannot be written to {file}: {error.strerror}."
        raise ReportError(message) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
