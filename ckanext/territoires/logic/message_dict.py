"""Entries of a thread as the API gives them: what the reader may see, and may do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import ckan.model as model
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import thread_reading
from ckanext.territoires.discussion.message import Deed, Entry, Kind, Person, State, deeds
from ckanext.territoires.model import Message

EXCERPT = 200


def message_dicts(
    messages: Sequence[Message], person: Person, *, locked: bool
) -> list[dict[str, Any]]:
    """Entries for a reader, in the order given; a fixed number of queries."""
    found = thread_reading.around(messages)
    return [message_dict(message, found, person, locked=locked) for message in messages]


def message_dict(
    message: Message, around: thread_reading.Around, person: Person, *, locked: bool
) -> dict[str, Any]:
    """One entry. The text of one that is hidden is for those who moderate."""
    allowed = deeds(person, entry_of(message), locked=locked)
    shown = message.state == State.VISIBLE or Deed.SEE_HIDDEN in allowed
    replied = around.replied.get(message.reply_to_id or "")
    answer = around.replied.get(message.answer_id or "")
    return {
        "id": message.id,
        "project_id": message.project_id,
        "position": message.position,
        "kind": message.kind,
        "state": message.state,
        "author": _person(around.people.get(message.author_id)),
        "created": message.created.isoformat(),
        "edited": _moment(message.edited),
        "text": message.text if shown else "",
        "facts": message.facts,
        "hidden_reason": message.hidden_reason,
        "reply_to": _reply(replied, around, person, locked=locked) if replied else None,
        "pinned": _moment(message.pinned),
        "answer_id": message.answer_id,
        "answer_position": answer.position if answer else None,
        "assignee": _person(around.people.get(message.assignee_id or "")),
        "due": message.due.isoformat() if message.due else None,
        "closed": _moment(message.closed),
        "files": around.files.get(message.id, []) if shown else [],
        "mentions": [
            named
            for user_id in around.mentions.get(message.id, [])
            if (named := _person(around.people.get(user_id)))
        ],
        "revisions": around.revisions.get(message.id, 0),
        "deeds": sorted(allowed),
    }


def entry_of(message: Message) -> Entry:
    """What the rules of `discussion` need to know of an entry."""
    return Entry(
        kind=Kind(message.kind),
        state=State(message.state),
        author_id=message.author_id,
        assignee_id=message.assignee_id,
        pinned=message.pinned is not None,
        closed=message.closed is not None,
    )


def _reply(
    replied: Message, around: thread_reading.Around, person: Person, *, locked: bool
) -> dict[str, Any]:
    """What is replied to, as it is now: what is no longer shown is not quoted."""
    text = replied.text if replied.state == State.VISIBLE else ""
    entry = entry_of(replied)
    is_open = entry.kind is Kind.QUESTION and not entry.closed
    return {
        "id": replied.id,
        # Whether this reply may be said to be the answer.
        "open_question": is_open and Deed.CLOSE in deeds(person, entry, locked=locked),
        "position": replied.position,
        "state": replied.state,
        "author": _person(around.people.get(replied.author_id)),
        "excerpt": text[:EXCERPT] + ("…" if len(text) > EXCERPT else ""),
    }


def _person(user: model.User | None) -> dict[str, str] | None:
    """A person's name; those whose account is closed keep what they wrote, not their name."""
    if user is None:
        return None
    if user.state != model.State.ACTIVE:
        return {"id": user.id, "name": "", "title": tk._("Closed account")}
    return {"id": user.id, "name": user.name, "title": user.fullname or user.name}


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
