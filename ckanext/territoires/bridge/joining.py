"""People who ask to join a project, and what they are answered. Nothing here commits."""

from __future__ import annotations

import ckan.model as model
import sqlalchemy as sa

from ckanext.territoires.bridge import community
from ckanext.territoires.discussion.message import Role
from ckanext.territoires.model import JoinRequest
from ckanext.territoires.model.moment import utc_now

ACCEPTED, REFUSED = "accepted", "refused"


def waiting(project_id: str) -> list[tuple[JoinRequest, model.User]]:
    """Requests that wait for an answer and who makes them, the oldest first. One query."""
    query = (
        model.Session.query(JoinRequest, model.User)
        .join(model.User, model.User.id == JoinRequest.user_id)
        .filter(JoinRequest.project_id == project_id, JoinRequest.answered.is_(None))
        .filter(model.User.state == model.State.ACTIVE)
        .order_by(JoinRequest.created)
    )
    return [(request, user) for request, user in query]


def latest(project_id: str, user_id: str) -> JoinRequest | None:
    """The last request of a person, answered or not."""
    query = model.Session.query(JoinRequest).filter_by(project_id=project_id, user_id=user_id)
    return query.order_by(JoinRequest.created.desc()).first()


def ask(project_id: str, user_id: str, text: str) -> JoinRequest:
    """Keep a request; one that waits takes the new text."""
    found = latest(project_id, user_id)
    if found is None or found.answered:
        found = JoinRequest(project_id=project_id, user_id=user_id)
        model.Session.add(found)
    found.text = text
    model.Session.flush()
    return found


def withdraw(project_id: str, user_id: str) -> bool:
    """Take back the request that waits; tell whether there was one."""
    gone = model.Session.scalars(
        sa.delete(JoinRequest)
        .where(
            JoinRequest.project_id == project_id,
            JoinRequest.user_id == user_id,
            JoinRequest.answered.is_(None),
        )
        .returning(JoinRequest.id)
    )
    return bool(list(gone))


def answer(
    request: JoinRequest, project: model.Package, lead: model.User, role: Role | None
) -> None:
    """Admit the person with a role, wider than the one they have, or refuse (None)."""
    request.answered, request.answered_by = utc_now(), lead.id
    request.outcome = ACCEPTED if role else REFUSED
    model.Session.flush()
    user = model.Session.get(model.User, request.user_id)
    held = community.role_by_name(project.id, user.id) if user else None
    if role and user and held in (None, Role.READER) and role is not held:
        community.set_role(project, lead, user, role)
