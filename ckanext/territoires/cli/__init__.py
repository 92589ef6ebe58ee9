"""Command line: `ckan territoires ...`."""

from __future__ import annotations

import click

from ckanext.territoires.cli.demo import demo
from ckanext.territoires.cli.dsfr import dsfr
from ckanext.territoires.cli.editions import editions
from ckanext.territoires.cli.imports import imports
from ckanext.territoires.cli.load import load
from ckanext.territoires.cli.mail import mail
from ckanext.territoires.cli.reference import reference

__all__ = ["territoires"]


@click.group()
def territoires() -> None:
    """Territories, reference and demonstration data."""


for command in (reference, imports, load, demo, dsfr, editions, mail):
    territoires.add_command(command)
