"""`ckan territoires dsfr`: the files of the State's design system."""

from __future__ import annotations

from pathlib import Path

import click

from ckanext.territoires.dsfr import options
from ckanext.territoires.dsfr.fetch import fetch as fetch_release
from ckanext.territoires.dsfr.release import PINNED, ReleaseError, install


@click.group(short_help="Files of the State's design system.")
def dsfr() -> None:
    """Files of the State's design system, which the plugin territoires_dsfr serves."""


@dsfr.command()
@click.option(
    "--wheel",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the package from this file: for a machine that reaches no registry.",
)
@click.option("--force", is_flag=True, help="Fetch again what is already there.")
def fetch(wheel: Path | None, force: bool) -> None:
    """Fetch the pinned release and put it where the plugin serves it from."""
    folder = options.folder()
    if folder is None:
        raise click.ClickException("set ckanext.territoires.dsfr.folder or ckan.storage_path")
    if PINNED.is_in(folder) and not force:
        click.echo(f"The design system {PINNED.version} is already in {folder}")
        return
    try:
        count = install(PINNED, wheel, folder) if wheel else fetch_release(PINNED, folder)
    except ReleaseError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"The design system {PINNED.version} is in {folder}: {count} files")
