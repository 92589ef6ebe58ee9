"""Command line: `ckan territoires ...`."""

from __future__ import annotations

import click

from ckanext.territoires.cli.reference import reference

__all__ = ["territoires"]


@click.group()
def territoires() -> None:
    """Territories, reference and demonstration data."""


territoires.add_command(reference)
