"""The mails of a community: an invitation, an answer to who asked to join, a request to its leads.

They name a project to those alone who may see it: an invitation, which may be forwarded, does not,
unless the project is public.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Iterable

import ckan.model as model
from ckan.lib import mailer
from ckan.plugins import toolkit as tk

from ckanext.territoires import config
from ckanext.territoires.bridge.community import name_of
from ckanext.territoires.bridge.labels import access_level
from ckanext.territoires.bridge.language import spoken
from ckanext.territoires.bridge.thread_words import role_label
from ckanext.territoires.model import Invitation, JoinRequest

log = logging.getLogger(__name__)


class NotSent(Exception):
    """The mail could not leave; the message says why."""


def invite(invitation: Invitation, project: model.Package, inviter: model.User, token: str) -> None:
    """Send a link to join a project.

    Raises:
        NotSent: the site sends no mail, or its server refuses this one.

    """
    with spoken(config.site_language()):
        if not config.sends_mail():
            raise NotSent(tk._("This portal sends no mail: invite the person by their account"))
        link = tk.url_for("territoires_community.invitation", token=token, qualified=True)
        public = access_level(project) == "public"
        what = f"« {project.title} »" if public else tk._("a project")
        lines = [
            tk._("Hello,"),
            tk._("{inviter} invites you to join {project} on {site}, as {role}.").format(
                inviter=name_of(inviter),
                project=what,
                site=config.site_title(),
                role=role_label(invitation.role),
            ),
            tk._("To see it and to accept, open this link before {date}. It works once:").format(
                date=tk.h.render_datetime(invitation.expires)
            ),
            link,
            tk._("Do not forward this message: the link is yours alone."),
            tk._("If you do not know why you receive it, ignore it: nothing will be done."),
        ]
        subject = tk._("{inviter} invites you to join a project").format(inviter=name_of(inviter))
    try:
        mailer.mail_recipient(
            invitation.email, invitation.email, _one_line(subject), "\n\n".join(lines) + "\n"
        )
    except (mailer.MailerException, smtplib.SMTPException, OSError) as error:
        log.warning("An invitation could not be sent: %s", error)
        raise NotSent(tk._("The mail could not be sent: try again later")) from error


def tell_leads(project: model.Package, request: JoinRequest, leads: Iterable[model.User]) -> None:
    """Tell those who lead a project that someone asks to join."""
    asker = model.Session.get(model.User, request.user_id)
    if asker is None:
        return
    with spoken(config.site_language()):
        subject = tk._("{name} asks to join the project “{project}”").format(
            name=name_of(asker), project=project.title
        )
        lines = [subject, request.text, _community_address(project)]
    for lead in leads:
        _tell(lead, subject, lines)


def tell_answer(project: model.Package, request: JoinRequest) -> None:
    """Tell a person whether they have joined."""
    asker = model.Session.get(model.User, request.user_id)
    if asker is None:
        return
    with spoken(config.site_language()):
        if request.outcome == "accepted":
            said = tk._("Your request to join the project “{project}” is accepted")
        else:
            said = tk._("Your request to join the project “{project}” is refused")
        subject = said.format(project=project.title)
        lines = [subject, _community_address(project)]
    _tell(asker, subject, lines)


def _tell(person: model.User, subject: str, lines: Iterable[str]) -> None:
    """Send, or note that it could not be: what was done is done."""
    if not person.email or not config.sends_mail():
        return
    body = "\n\n".join(line for line in lines if line) + "\n"
    try:
        mailer.mail_user(person, _one_line(subject), body)
    except (mailer.MailerException, smtplib.SMTPException, OSError) as error:
        log.warning("A mail about a community could not be sent: %s", error)


def _community_address(project: model.Package) -> str:
    return tk.url_for("territoires_community.read", name=project.name, qualified=True)


def _one_line(text: str) -> str:
    """Keep a title from adding headers to a mail."""
    return " ".join(text.split())
