"""Notices: what each person is told, written with the thing itself by one statement a reason.

Reasons are written from the strongest: a person is told once of a thing. Who may read is asked when
a notice is read, not here: rights change, and what is no longer theirs is then neither shown nor
counted nor mailed.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ckanext.territoires.bridge import mail_jobs
from ckanext.territoires.model import Follow, Message, Notice
from ckanext.territoires.model.moment import NOW

ALL = "all"
NONE = "none"


def of_message(message: Message, named: Collection[str]) -> None:
    """Tell of an entry: those it names, whom it answers or charges, and who follows the project."""
    of_mentions(message, named)
    if message.reply_to_id:
        replied = model.Session.get(Message, message.reply_to_id)
        _tell(message, "reply", [replied.author_id] if replied else [])
    of_charge(message)
    _tell_followers(message)


def of_mentions(message: Message, named: Collection[str]) -> None:
    """Tell those whom a message names, unless they have been told of it."""
    _tell(message, "mention", named)


def of_charge(message: Message) -> None:
    """Tell the person who is now in charge of a task."""
    _tell(message, "assigned", [message.assignee_id] if message.assignee_id else [])


def seen_in(user_id: str, package_id: str) -> None:
    """Mark as seen what a person is told of a project whose thread they have just read."""
    model.Session.execute(
        sa.update(Notice)
        .where(Notice.user_id == user_id, Notice.package_id == package_id)
        .where(Notice.seen.is_(None))
        .values(seen=NOW)
    )


def forget_message(message_id: str) -> None:
    """Remove the notices of a message that is no longer shown."""
    model.Session.execute(sa.delete(Notice).where(Notice.message_id == message_id))


def forget_package(package_id: str) -> None:
    """Remove the notices of what is purged."""
    model.Session.execute(sa.delete(Notice).where(Notice.package_id == package_id))


def _tell(message: Message, reason: str, people: Collection[str]) -> None:
    """Tell these people, but the author and those who want to hear nothing of the project."""
    wanted = sorted(set(people) - {message.author_id})
    if not wanted:
        return
    silent = sa.select(Follow.user_id).where(
        Follow.kind == "project", Follow.object_id == message.project_id, Follow.level == NONE
    )
    chosen = sa.select(model.User.id).where(model.User.id.in_(wanted), model.User.id.not_in(silent))
    _write(message, reason, chosen, follow_kind=None)
    mail_jobs.soon()


def _tell_followers(message: Message) -> None:
    """Tell who follows the project and wants all of it."""
    following = sa.inspect(model.UserFollowingDataset, raiseerr=True).local_table
    less = sa.select(Follow.user_id).where(
        Follow.kind == "project", Follow.object_id == message.project_id, Follow.level != ALL
    )
    chosen = sa.select(following.c.follower_id).where(
        following.c.object_id == message.project_id,
        following.c.follower_id != message.author_id,
        following.c.follower_id.not_in(less),
    )
    _write(message, "project", chosen, follow_kind="project")


def _write(message: Message, reason: str, people: sa.Select[Any], follow_kind: str | None) -> None:
    person = people.subquery()
    (user_id,) = person.c
    values = {
        "package_id": message.project_id,
        "thing": message.id,
        "subject": message.kind,
        "message_id": message.id,
        "reason": reason,
        "follow_kind": follow_kind,
        "follow_id": message.project_id if follow_kind else None,
    }
    rows = sa.select(user_id, *(sa.literal(value, sa.UnicodeText) for value in values.values()))
    statement = insert(Notice).from_select(["user_id", *values], rows)
    model.Session.execute(
        statement.on_conflict_do_nothing(index_elements=["user_id", "package_id", "thing"])
    )
