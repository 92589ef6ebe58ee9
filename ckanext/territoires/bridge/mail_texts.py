"""The mails that tell what is new: subject, text, HTML, headers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ckan.model as model
from ckan.plugins import toolkit as tk

from ckanext.territoires import config
from ckanext.territoires.bridge import mail_choices
from ckanext.territoires.bridge.language import spoken
from ckanext.territoires.bridge.mail_choices import AT_ONCE, DIGEST, FOLLOW, PROJECT, Stop
from ckanext.territoires.bridge.notice_groups import Group, groups
from ckanext.territoires.bridge.notice_reading import Told

#: Of a project, what a digest tells; the rest is counted.
MOST_LINES = 10
MOST_SUBJECT = 120


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to one person."""

    subject: str
    text: str
    html: str
    headers: dict[str, str]


def at_once(user: model.User, told: Told, language: str) -> Mail:
    """The mail of what concerns a person directly: a mention, an answer, a task."""
    with spoken(language):
        (group,) = groups([told], qualified=True)
        subject = tk._("{title}: {what}").format(title=group.title, what=group.lines[0].what)
        return _mail(user, subject, [group], Stop(user.id, AT_ONCE), more=False)


def digest(user: model.User, told: Sequence[Told], language: str, *, more: bool) -> Mail:
    """What is new since the last mail, by project and dataset."""
    with spoken(language):
        found = groups(told, qualified=True)
        count = sum(len(group.lines) for group in found)
        titles = ", ".join(group.title for group in found)
        subject = tk._("{title}: {what}").format(title=_count(count), what=titles)
        return _mail(user, subject, found, Stop(user.id, DIGEST), more=more)


def _mail(
    user: model.User, subject: str, found: Sequence[Group], stop: Stop, *, more: bool
) -> Mail:
    stop_all = mail_choices.stop_link(stop)
    sections = [(group, _stop_link(user, group)) for group in found]
    extra = {
        "name": user.fullname or user.name,
        "site": config.site_title(),
        "language": tk.h.lang(),
        "sections": sections,
        "most": MOST_LINES,
        "more": more,
        "is_digest": stop.what == DIGEST,
        "stop_all": stop_all,
        "thread": tk.url_for("territoires_follow.index", qualified=True),
        "settings": tk.url_for("territoires_mail.settings", qualified=True),
    }
    headers = {
        "List-Unsubscribe": f"<{stop_all}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        # Absences do not answer it.
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
    }
    return Mail(
        _one_line(subject),
        tk.render("emails/territoires_notices.txt", extra).strip() + "\n",
        tk.render("emails/territoires_notices.html", extra),
        headers,
    )


def _stop_link(user: model.User, group: Group) -> str:
    """One click stops what these notices come from, else the project."""
    follow = next((line.follow for line in group.lines if line.follow), None)
    if follow is not None:
        return mail_choices.stop_link(Stop(user.id, FOLLOW, *follow))
    return mail_choices.stop_link(Stop(user.id, PROJECT, "project", group.package.id))


def _count(count: int) -> str:
    return tk.ungettext("{n} new thing", "{n} new things", count).format(n=count)


def _one_line(text: str) -> str:
    """Keep a title from adding headers, and the subject readable."""
    line = " ".join(text.split())
    return line if len(line) <= MOST_SUBJECT else f"{line[: MOST_SUBJECT - 1].rstrip(' ,')}…"
