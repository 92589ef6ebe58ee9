"""`ckan territoires reference`: build, apply, show."""

from __future__ import annotations

from pathlib import Path

import click

from ckanext.territoires.bridge import upgrade
from ckanext.territoires.bridge.reference import reference as site_reference


@click.group()
def reference() -> None:
    """The territory reference: communes, EPCI, arrondissements, départements, régions."""


@reference.command()
def show() -> None:
    """Say which reference the package holds and which one the index was built with."""
    known = site_reference()
    click.echo(f"Reference at hand: COG {known.year} ({known.version})")
    applied = upgrade.applied_version()
    click.echo(f"Reference applied: {applied or 'none: run `ckan territoires reference apply`'}")


@reference.command()
@click.option("--dry-run", is_flag=True, help="Report what would change; change nothing.")
def apply(dry_run: bool) -> None:
    """Pass the site to the reference at hand: report what changed, reindex what it touches.

    A new site only notes the reference. Run it after each upgrade of the package, and when the
    option ckanext.territoires.reference.folder names another folder.
    """
    report = upgrade.plan()
    for line in report.lines:
        click.echo(line)
    if dry_run or report.version == report.applied:
        return
    with click.progressbar(report.datasets, label="Reindexing") as bar:
        upgrade.apply(report, bar)
    click.secho(f"Reference applied: COG {report.year} ({report.version})", fg="green")


@reference.command()
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--sources",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder of the official files; what is missing is fetched from the registries.",
)
def build(out: Path, sources: Path) -> None:
    """Build the tables of the reference into the folder OUT."""
    # Needs pandas and shapely at work: nothing that the running site should load.
    from ckanext.territoires import reference_build

    reference_build.fetch(sources)
    for line in reference_build.build(sources, out):
        click.echo(line)
