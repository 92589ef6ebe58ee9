"""Writing in the thread of a project. Nothing here commits: the action does, once, at its end.

Each entry takes the lock of its thread until the commit, which gives it its position: positions
follow the order of commits, without a gap, whatever the number of writers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.dialects.postgresql.ext import to_tsvector

from ckanext.territoires import config
from ckanext.territoires.bridge import notices, thread_activity
from ckanext.territoires.bridge.roles import who_may_read
from ckanext.territoires.discussion.mentions import mentioned
from ckanext.territoires.discussion.message import Kind, State
from ckanext.territoires.discussion.words import folded
from ckanext.territoires.model import (
    Message,
    MessageFile,
    MessageMention,
    MessageRevision,
    Thread,
)
from ckanext.territoires.model.moment import NOW, utc_now


@dataclass(frozen=True, slots=True)
class Written:
    """What a person writes: `text` is Markdown; a task has an `assignee_id` and a `due` date."""

    kind: Kind
    text: str
    reply_to_id: str | None = None
    assignee_id: str | None = None
    due: date | None = None
    file_ids: Sequence[str] = ()


def post(project: model.Package, author: model.User, written: Written) -> Message:
    """Add what a person wrote, its mentions, its activity and the notices of those it concerns."""
    message = _add(
        project,
        author,
        written.kind,
        text=written.text,
        reply_to_id=written.reply_to_id,
        assignee_id=written.assignee_id,
        due=written.due,
        search=_vector(written.text),
    )
    for file_id in written.file_ids:
        model.Session.add(MessageFile(message_id=message.id, file_id=file_id))
    named = _mention(message, project)
    notices.of_message(message, named)
    return message


def happened(
    project: model.Package, author: model.User, kind: Kind, facts: Mapping[str, Any]
) -> Message:
    """Add what happened to a project: `facts` are said in words when read."""
    message = _add(project, author, kind, facts=dict(facts))
    notices.of_message(message, ())
    return message


def edit(message: Message, project: model.Package, text: str) -> None:
    """Change the text of a message; what it said before is kept, and shown.

    People newly named are told; the others are not told twice.
    """
    if text == message.text:
        return
    model.Session.add(MessageRevision(message_id=message.id, text=message.text))
    message.text = text
    message.edited = utc_now()
    message.search = _vector(text)
    model.Session.execute(sa.delete(MessageMention).where(MessageMention.message_id == message.id))
    model.Session.flush()
    notices.of_mentions(message, _mention(message, project))


def remove(message: Message) -> None:
    """Take a message back: its place stays, its text, its revisions and its notices go."""
    message.state = State.REMOVED
    message.text = ""
    message.search = None
    message.pinned = None
    for table in (MessageRevision, MessageMention, MessageFile):
        model.Session.execute(sa.delete(table).where(table.message_id == message.id))
    notices.forget_message(message.id)


def hide(message: Message, reason: str) -> None:
    """Hide a message from all but those who moderate."""
    message.state = State.HIDDEN
    message.hidden_reason = reason
    message.search = None
    message.pinned = None
    notices.forget_message(message.id)


def restore(message: Message) -> None:
    """Show again a message that was hidden."""
    message.state = State.VISIBLE
    message.hidden_reason = None
    message.search = _vector(message.text)


def lock(project_id: str, by: str | None) -> None:
    """Lock a thread in the name of a person (id), or unlock it (None)."""
    values = {"locked_by": by, "locked": NOW if by else None}
    statement = insert(Thread).values(project_id=project_id, last_position=0, **values)
    model.Session.execute(
        statement.on_conflict_do_update(index_elements=[Thread.project_id], set_=values)
    )


def forget(project_id: str) -> None:
    """Remove all that was said of a project that is purged."""
    for table in (Message, Thread):
        model.Session.execute(sa.delete(table).where(table.project_id == project_id))
    notices.forget_package(project_id)
    thread_activity.forget(project_id)


def _add(project: model.Package, author: model.User, kind: Kind, **values: Any) -> Message:
    message_id = make_uuid()
    message = Message(
        id=message_id,
        project_id=project.id,
        position=_next_position(project.id),
        kind=kind.value,
        author_id=author.id,
        activity_id=thread_activity.point(kind, message_id, project, author),
        **values,
    )
    model.Session.add(message)
    model.Session.flush()
    return message


def _next_position(project_id: str) -> int:
    """Take the lock of the thread and its next position."""
    statement = insert(Thread).values(project_id=project_id, last_position=1)
    position = model.Session.execute(
        statement.on_conflict_do_update(
            index_elements=[Thread.project_id], set_={"last_position": Thread.last_position + 1}
        ).returning(Thread.last_position)
    )
    return position.scalar_one()


def _mention(message: Message, project: model.Package) -> list[str]:
    """Keep the people named who may read the project; return their ids."""
    names = mentioned(message.text)
    if not names:
        return []
    users = model.Session.query(model.User).filter(
        model.User.name.in_(names), model.User.state == model.State.ACTIVE
    )
    found = [user.id for user in who_may_read(project, users)]
    for user_id in found:
        model.Session.add(MessageMention(message_id=message.id, user_id=user_id))
    model.Session.flush()
    return found


def _vector(text: str) -> sa.ColumnElement[Any]:
    return to_tsvector(config.search_language(), folded(text))
