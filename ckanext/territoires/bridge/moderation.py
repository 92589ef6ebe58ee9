"""Reports of messages, and what became of them."""

from __future__ import annotations

from typing import Any

import ckan.model as model
from sqlalchemy.dialects.postgresql import insert

from ckanext.territoires.model import Message, MessageReport
from ckanext.territoires.model.moment import NOW, utc_now

EXCERPT = 200


def report(message: Message, reporter_id: str, reason: str) -> MessageReport:
    """Keep a person's report of a message; a second one replaces theirs and opens it again."""
    fresh = {"reason": reason, "created": NOW, "handled": None, "handler_id": None, "outcome": None}
    statement = insert(MessageReport).values(
        message_id=message.id, reporter_id=reporter_id, reason=reason
    )
    kept = model.Session.execute(
        statement.on_conflict_do_update(
            index_elements=["message_id", "reporter_id"], set_=fresh
        ).returning(MessageReport.id)
    ).scalar_one()
    found = model.Session.get(MessageReport, kept, populate_existing=True)
    assert found is not None
    return found


def handle_all(message_id: str, handler_id: str, outcome: str) -> None:
    """Close the open reports of a message."""
    model.Session.flush()
    query = model.Session.query(MessageReport).filter_by(message_id=message_id, handled=None)
    for found in query:
        found.handled = utc_now()
        found.handler_id = handler_id
        found.outcome = outcome


def reports(project_id: str | None, *, handled: bool) -> list[dict[str, Any]]:
    """Reports of a project (None: of all), the oldest first, in one query."""
    query = (
        model.Session.query(MessageReport, Message, model.Package, model.User)
        .join(Message, Message.id == MessageReport.message_id)
        .join(model.Package, model.Package.id == Message.project_id)
        .outerjoin(model.User, model.User.id == MessageReport.reporter_id)
        .filter(MessageReport.handled.is_not(None) if handled else MessageReport.handled.is_(None))
        .order_by(MessageReport.created)
    )
    if project_id:
        query = query.filter(Message.project_id == project_id)
    return [
        {
            "id": found.id,
            "message_id": message.id,
            "project_id": project.id,
            "project_name": project.name,
            "project_title": project.title,
            "position": message.position,
            "excerpt": message.text[:EXCERPT],
            "reason": found.reason,
            "reporter": (user.fullname or user.name) if user else "",
            "created": found.created.isoformat(),
            "outcome": found.outcome,
            "handled": found.handled.isoformat() if found.handled else None,
        }
        for found, message, project, user in query
    ]
