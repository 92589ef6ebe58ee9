"""`ckan territoires demo`: the demonstration of the checkout."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

import click
from ckan.plugins.toolkit import _

from ckanext.territoires.bridge import catalogue
from ckanext.territoires.bridge import demo as loader
from ckanext.territoires.bridge.catalogue import Entry, Outcome
from ckanext.territoires.bridge.demo import Account, Demo, UnreadableDemo
from ckanext.territoires.bridge.demo_projects import load_projects
from ckanext.territoires.cli.imports import outcome_label, print_report, progress_bar, write_report
from ckanext.territoires.udata import UnreadableRecords

CHECKOUT = Path(__file__).resolve().parents[3]


@click.group("demo", short_help="Demonstration data.")
def demo() -> None:
    """Demonstration data."""


@demo.command("load", short_help="Load the demonstration data.")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=None,
    help="Folder of the demonstration; that of the checkout by default.",
)
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="CSV to write.")
def load(folder: Path | None, report: Path | None) -> None:
    """Load services, accounts, datasets with files and catalogue records.

    Run again, or after an interruption, it changes only what differs.
    """
    chosen = Demo(folder or CHECKOUT / "demo")
    start = time.monotonic()
    try:
        entries = _load(chosen)
    except (UnreadableDemo, UnreadableRecords) as error:
        raise click.ClickException(str(error)) from error
    print_report(entries)
    if report:
        write_report(entries, report)
    click.echo(_("Done in {seconds:.0f} s.").format(seconds=time.monotonic() - start))
    if any(entry.outcome is Outcome.REFUSED for entry in entries):
        raise click.exceptions.Exit(1)


def _load(chosen: Demo) -> list[Entry]:
    # Everything is read before anything is written.
    records, bodies, datasets = chosen.records, chosen.organizations, chosen.datasets
    projects = chosen.projects
    entries: list[Entry] = []
    with progress_bar(len(chosen.services), _("Services")) as step:
        for entry in loader.load_services(chosen.services):
            entries.append(entry)
            step()
    # At once: a password made up here would be lost with an interrupted load.
    _print_accounts(loader.load_accounts(chosen.accounts, os.environ))
    with progress_bar(len(datasets), _("Datasets with files")) as step:
        for entry in loader.load_datasets(datasets, chosen.folder):
            entries.append(entry)
            step()
    with progress_bar(len(projects), _("Projects")) as step:
        for entry in load_projects(projects):
            entries.append(entry)
            step()
    with progress_bar(len(bodies), _("Organisations")) as step:
        entries += catalogue.import_organizations(bodies, progress=step)
    with progress_bar(len(records), _("Catalogue records")) as step:
        entries += catalogue.import_datasets(records, progress=step)
    return entries


def _print_accounts(accounts: Iterable[Account]) -> None:
    click.echo(_("Accounts:"))
    for account in accounts:
        password = _("password: {password}").format(password=account.password)
        shown = password if account.password else outcome_label(account.outcome)
        click.echo(f"  {account.name}: {shown}")
