"""Reading the thread of a project: ranges of positions, so that no page loses or repeats a row."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Query

from ckanext.territoires import config
from ckanext.territoires.discussion.words import folded
from ckanext.territoires.model import (
    Message,
    MessageFile,
    MessageMention,
    MessageRevision,
    Thread,
    Visit,
)
from ckanext.territoires.model.moment import NOW

PAGE = 50


@dataclass(frozen=True, slots=True)
class Selection:
    """Which entries of a thread: `after` and `before` are positions, both excluded.

    `kinds` empty: all; `words`: in the text of what shows, with the operators of a web search.
    """

    after: int | None = None
    before: int | None = None
    kinds: Collection[str] = ()
    words: str = ""
    pinned: bool = False
    newest_first: bool = False
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class Around:
    """What a list of entries needs to be shown, each read by one query for all of them.

    `replied`: the messages that these reply to, and those that answer these.
    """

    people: dict[str, model.User]
    replied: dict[str, Message]
    files: dict[str, list[str]]
    mentions: dict[str, list[str]]
    revisions: dict[str, int]


def entries(project_id: str, selection: Selection) -> list[Message]:
    """Entries of a thread, `limit` at most, from the end that `newest_first` says."""
    return selected(project_id, selection).all()


def selected(project_id: str, selection: Selection) -> Query[Message]:
    """The query of these entries."""
    query = model.Session.query(Message).filter(Message.project_id == project_id)
    for condition in _conditions(selection):
        query = query.filter(condition)
    order = Message.position.desc() if selection.newest_first else Message.position
    return query.order_by(order).limit(selection.limit)


def has_pinned(project_id: str) -> bool:
    """Whether some entry of a thread is pinned."""
    pinned = sa.exists().where(Message.project_id == project_id, Message.pinned.is_not(None))
    return bool(model.Session.scalar(sa.select(pinned)))


def find(message_id: str) -> Message | None:
    """Return the entry of this id, whatever its state."""
    return model.Session.get(Message, message_id)


def thread(project_id: str) -> Thread:
    """Return the state of a thread; that of an empty one when nothing was said."""
    found = model.Session.get(Thread, project_id)
    return found or Thread(project_id=project_id, last_position=0)


def around(messages: Sequence[Message]) -> Around:
    """Read what these entries need to be shown: five queries whatever their number."""
    ids = [message.id for message in messages]
    named = {id for m in messages for id in (m.reply_to_id, m.answer_id) if id}
    replied = _by_id(Message, named)
    shown = [*messages, *replied.values()]
    people = {m.author_id for m in shown} | {m.assignee_id for m in shown if m.assignee_id}
    mentions = _grouped(MessageMention.message_id, MessageMention.user_id, ids)
    people |= {user_id for named in mentions.values() for user_id in named}
    revisions = (
        model.Session.query(MessageRevision.message_id, sa.func.count())
        .filter(MessageRevision.message_id.in_(ids))
        .group_by(MessageRevision.message_id)
    )
    return Around(
        people=_by_id(model.User, people),
        replied=replied,
        files=_grouped(MessageFile.message_id, MessageFile.file_id, ids),
        mentions=mentions,
        revisions=dict(revisions.tuples()),
    )


def revisions(message_id: str) -> list[MessageRevision]:
    """What a message said before, the latest first."""
    query = model.Session.query(MessageRevision).filter_by(message_id=message_id)
    return query.order_by(MessageRevision.replaced.desc()).all()


def last_visit(user_id: str, project_id: str) -> int:
    """Position of the last entry that a person has seen; 0 before the first visit."""
    found = model.Session.get(Visit, (user_id, project_id))
    return found.position if found else 0


def visit(user_id: str, project_id: str, position: int) -> None:
    """Note how far a person has read; a page of the past does not take them back. No commit."""
    statement = insert(Visit).values(user_id=user_id, project_id=project_id, position=position)
    model.Session.execute(
        statement.on_conflict_do_update(
            index_elements=[Visit.user_id, Visit.project_id],
            set_={
                "position": sa.func.greatest(Visit.position, statement.excluded.position),
                "visited": NOW,
            },
        )
    )


def _conditions(selection: Selection) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if selection.after is not None:
        found.append(Message.position > selection.after)
    if selection.before is not None:
        found.append(Message.position < selection.before)
    if selection.kinds:
        found.append(Message.kind.in_(list(selection.kinds)))
    if selection.pinned:
        found.append(Message.pinned.is_not(None))
    if selection.words:
        query = sa.func.websearch_to_tsquery(config.search_language(), folded(selection.words))
        found.append(Message.search.op("@@")(query))
    return found


def _by_id(table: Any, ids: Collection[str]) -> dict[str, Any]:
    if not ids:
        return {}
    query = model.Session.query(table).filter(table.id.in_(list(ids)))
    return {one.id: one for one in query}


def _grouped(key: Any, value: Any, ids: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for message_id, item in model.Session.query(key, value).filter(key.in_(list(ids))):
        found.setdefault(message_id, []).append(item)
    return found
