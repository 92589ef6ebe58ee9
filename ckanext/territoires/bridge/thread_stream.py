"""The text of messages beside the activities that point to them, for those who may read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ckan.model as model

from ckanext.territoires.bridge.labels import readable_ids
from ckanext.territoires.bridge.thread_activity import TYPES
from ckanext.territoires.discussion.message import State
from ckanext.territoires.model import Message

_OURS = frozenset(TYPES.values())


def with_messages(
    activities: Sequence[dict[str, Any]], user: model.User | None
) -> list[dict[str, Any]]:
    """The same activities; ours with `message`: `id`, `kind`, `position`, `state`, `text`.

    The text is that of the message as it is now: empty once removed or hidden. What was said of a
    project that the person may no longer read is left out. Three queries at most.
    """
    pointed = {id for activity in activities if (id := _message_id(activity)) and id is not None}
    if not any(activity["activity_type"] in _OURS for activity in activities):
        return list(activities)
    found = {
        message.id: message
        for message in model.Session.query(Message).filter(Message.id.in_(pointed))
    }
    allowed = readable_ids({message.project_id for message in found.values()}, user)
    kept: list[dict[str, Any]] = []
    for activity in activities:
        if activity["activity_type"] not in _OURS:
            kept.append(activity)
            continue
        message = found.get(_message_id(activity) or "")
        if message is None or message.project_id in allowed:
            kept.append({**activity, "message": _brief(message) if message else None})
    return kept


def _message_id(activity: Mapping[str, Any]) -> str | None:
    if activity["activity_type"] not in _OURS:
        return None
    return (activity.get("data") or {}).get("message_id")


def _brief(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "kind": message.kind,
        "position": message.position,
        "state": message.state,
        "text": message.text if message.state == State.VISIBLE else "",
        "facts": message.facts,
    }
