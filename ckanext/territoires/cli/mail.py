"""`ckan territoires mail`: what people are told, by mail."""

from __future__ import annotations

from datetime import datetime

import click
from ckan.plugins import toolkit as tk
from ckan.plugins.toolkit import _

from ckanext.territoires import config
from ckanext.territoires.bridge import mailing

_AT = ["%Y-%m-%dT%H:%M"]


@click.command("mail", short_help="Send the mails that are due.")
@click.option("--dry-run", is_flag=True, help="Say who would receive a digest; send nothing.")
@click.option(
    "--at",
    type=click.DateTime(_AT),
    help="As if it were this moment, in the time zone of the site.",
)
def mail(*, dry_run: bool, at: datetime | None) -> None:
    """Send what is mailed at once and has not left, then the digests that are due.

    To be run every ten minutes or so. Run twice, or killed and run again, it sends each mail once.
    The exit code is 1 when the mail server does not take mail.
    """
    if not config.sends_mail():
        raise click.ClickException(_("Name a mail server first: smtp.server"))
    if tk.config["ckan.activity_streams_email_notifications"]:
        click.echo(
            _("CKAN's own mails of activities are on: people are told twice")
            + " (ckan.activity_streams_email_notifications)",
            err=True,
        )
    now = tk.h.get_display_timezone().localize(at) if at else None
    if dry_run:
        _say_who(now)
        return
    try:
        direct = mailing.at_once()
        digests = mailing.digests(now)
    except mailing.Busy:
        click.echo(_("Another process is sending the digests"))
        return
    except mailing.Unreachable as error:
        text = _("The mail server takes no mail: {error}").format(error=error)
        raise click.ClickException(text) from error
    click.echo(
        _("At once: {sent} sent, {failed} failed").format(
            sent=direct["sent"], failed=direct["failed"]
        )
    )
    click.echo(
        _("Digests: {sent} sent, {failed} failed").format(
            sent=digests["sent"], failed=digests["failed"]
        )
    )


def _say_who(now: datetime | None) -> None:
    count = 0
    for user, things in mailing.waiting(now):
        count += 1
        click.echo(f"{user.name}\t{things}")
    click.echo(_("Digests to send: {count}").format(count=count))
