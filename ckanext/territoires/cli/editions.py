"""`ckan territoires editions`: the portraits of many territories as files."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import ckan.model as model
import click
from ckan.plugins.toolkit import _

from ckanext.territoires import config
from ckanext.territoires.bridge.reference import (
    LEVELS,
    UnknownTerritory,
    current_ids,
    parse,
    reference,
)
from ckanext.territoires.cli.imports import progress_bar
from ckanext.territoires.logic import edition_batch
from ckanext.territoires.renderings import FORMATS
from ckanext.territoires.renderings.pdf_file import MissingLibrary
from ckanext.territoires.territory.reference import Territory


@click.command("editions", short_help="Write the portraits of many territories as files.")
@click.argument("territory")
@click.option(
    "--level",
    type=click.Choice(["self", *LEVELS]),
    default="commune",
    show_default=True,
    help="Which territories inside TERRITORY; self: itself alone.",
)
@click.option(
    "--format",
    "formats",
    default="pdf",
    show_default=True,
    help=f"One or more of {', '.join(FORMATS)}, separated by commas.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder to write to.",
)
@click.option("--user", "user_name", help="Whose eyes to see with; an anonymous visitor's if none.")
@click.option("--language", default="fr", show_default=True, help="Language of the files.")
@click.option("--force", is_flag=True, help="Make again what is there and unchanged.")
def editions(
    territory: str,
    level: str,
    formats: str,
    out: Path,
    user_name: str | None,
    language: str,
    force: bool,
) -> None:
    """Write the portraits of the territories inside TERRITORY: an identifier, or a département.

    Run again, or after an interruption, it makes only what is missing or changed. The folder
    holds the account of it all in editions.csv.
    """
    places = _inside(territory, level)
    wanted = _formats(formats)
    user = _user(user_name)
    ledger = edition_batch.Ledger(out)
    counts: Counter[str] = Counter()
    start = time.monotonic()
    with progress_bar(len(places), _("Portraits")) as step:
        try:
            for lines in edition_batch.run(places, wanted, ledger, user, language, force=force):
                counts.update(line.state for line in lines)
                step()
        except MissingLibrary as error:
            raise click.ClickException(str(error)) from error
    click.echo(
        _("{made} files made, {unchanged} unchanged, {failed} failed, in {seconds:.0f} s").format(
            made=counts["made"],
            unchanged=counts["unchanged"],
            failed=counts["failed"],
            seconds=time.monotonic() - start,
        )
    )
    click.echo(_("Report: {path}").format(path=ledger.path))
    if counts["failed"]:
        raise click.exceptions.Exit(1)


def _inside(wanted: str, level: str) -> list[Territory]:
    known = reference()
    identifier = wanted
    if ":" not in wanted:
        identifier = f"{parse(config.home_territory()).country}:departement:{wanted.upper()}"
    try:
        (today, *_others) = current_ids(identifier)
    except UnknownTerritory as error:
        message = _("No territory answers to “{id}”").format(id=wanted)
        raise click.BadParameter(message, param_hint="TERRITORY") from error
    itself = known.get(today)
    found = [itself] if level == "self" and itself else list(known.members(today, level))
    if not found:
        message = _("“{id}” holds no territory of this level").format(id=wanted)
        raise click.BadParameter(message, param_hint="--level")
    return found


def _formats(text: str) -> list[str]:
    wanted = [part.strip().lower() for part in text.split(",") if part.strip()]
    unknown = [form for form in wanted if form not in FORMATS]
    if unknown or not wanted:
        known = ", ".join(FORMATS)
        message = _("A portrait is in one of: {formats}").format(formats=known)
        raise click.BadParameter(message, param_hint="--format")
    return wanted


def _user(name: str | None) -> model.User | None:
    if not name:
        return None
    user = model.User.get(name)
    if user is None or user.state != model.State.ACTIVE:
        raise click.BadParameter(_("no such user: {name}").format(name=name), param_hint="--user")
    return user
