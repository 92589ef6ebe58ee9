"""Invitations by mail: a link that expires, is used once, and tells nothing once it is spent.

The token is in the mail alone; its SHA-256 is kept. A link that leads nowhere gives one answer,
whatever the reason: who forwards an old mail learns nothing of the project.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from datetime import timedelta
from typing import Any

import ckan.authz as authz
import ckan.model as model
import sqlalchemy as sa
from ckan.plugins import toolkit as tk

from ckanext.territoires import config
from ckanext.territoires.bridge import community
from ckanext.territoires.bridge.roles import person_of
from ckanext.territoires.discussion.message import Role
from ckanext.territoires.model import Invitation
from ckanext.territoires.model.moment import utc_now

_TOKEN = re.compile(r"[\w-]{40,64}")
_NAME_MAX = 90


def create(
    project: model.Package, inviter: model.User, email: str, role: Role
) -> tuple[Invitation, str]:
    """Keep an invitation, in the place of one that waits at the same address; no commit.

    Returns it and its token, which is nowhere else.
    """
    for former in pending(project.id):
        if former.email.lower() == email.lower():
            former.revoked = utc_now()
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        token_hash=_digest(token),
        project_id=project.id,
        email=email,
        role=role,
        inviter_id=inviter.id,
        expires=utc_now() + timedelta(days=config.invitation_days()),
    )
    model.Session.add(invitation)
    model.Session.flush()
    return invitation, token


def find(token: str, *, lock: bool = False) -> tuple[Invitation, model.Package] | None:
    """The invitation of a link and its project; None when it leads nowhere any more.

    `lock`: keep others from using it until the commit.
    """
    if not _TOKEN.fullmatch(token):
        return None
    query = sa.select(Invitation).where(Invitation.token_hash == _digest(token))
    found = model.Session.scalar(query.with_for_update() if lock else query)
    if found is None or found.accepted or found.revoked or found.expires <= utc_now():
        return None
    project = model.Session.get(model.Package, found.project_id)
    if project is None or project.state != model.State.ACTIVE:
        return None
    return (found, project) if _still_leads(found.inviter_id, project) else None


def pending(project_id: str) -> list[Invitation]:
    """Invitations that can still be accepted, the latest first: their senders still lead."""
    project = model.Session.get(model.Package, project_id)
    if project is None:
        return []
    query = model.Session.query(Invitation).filter(
        Invitation.project_id == project_id,
        Invitation.accepted.is_(None),
        Invitation.revoked.is_(None),
        Invitation.expires > sa.func.timezone("UTC", sa.func.now()),
    )
    found = query.order_by(Invitation.created.desc()).all()
    leading = {one: _still_leads(one, project) for one in {kept.inviter_id for kept in found}}
    return [one for one in found if leading[one.inviter_id]]


def _still_leads(inviter_id: str, project: model.Package) -> bool:
    """Who is put out of a project does not come back by a link that they kept."""
    inviter = model.Session.get(model.User, inviter_id)
    if inviter is None or inviter.state != model.State.ACTIVE:
        return False
    return person_of(inviter, project).moderates


def accept(invitation: Invitation, project: model.Package, user: model.User) -> None:
    """Admit a person to a project; a wider role that they have by name stays. No commit."""
    invitation.accepted = utc_now()
    invitation.accepted_by = user.id
    role = Role(invitation.role)
    order = list(Role)
    held = community.role_by_name(project.id, user.id)
    if held is None or order.index(role) < order.index(held):
        community.set_role(project, user, user, role)


def account_of(email: str) -> model.User | None:
    """The active account of an address."""
    query = model.Session.query(model.User).filter(
        sa.func.lower(model.User.email) == email.lower(), model.User.state == model.State.ACTIVE
    )
    return query.first()


def opens_account(invitation: Invitation) -> bool:
    """Whether an invitation opens an account to who has none.

    Any signed-in person is an agent, who sees all that agents see: accounts are opened as CKAN
    would, by who may give some (the administrators of a service, those of the site), on a site
    where anyone may create one, or at the addresses of a domain that the site trusts.
    """
    if authz.check_config_permission("create_user_via_web"):
        return True
    domain = invitation.email.lower().rpartition("@")[2]
    trusted = config.invitation_domains()
    if any(domain == one or domain.endswith(f".{one}") for one in trusted):
        return True
    inviter = model.Session.get(model.User, invitation.inviter_id)
    if inviter is None or inviter.state != model.State.ACTIVE:
        return False
    if authz.is_sysadmin(inviter.name):
        return True
    # CKAN's `user_invite` is for who may add members to an organisation.
    administered = sa.select(model.Member.id).join(
        model.Group, model.Group.id == model.Member.group_id
    )
    found = administered.where(
        model.Member.table_id == inviter.id,
        model.Member.table_name == "user",
        model.Member.capacity == "admin",
        model.Member.state == model.State.ACTIVE,
        model.Group.is_organization.is_(True),
        model.Group.state == model.State.ACTIVE,
    )
    return model.Session.execute(found.limit(1)).first() is not None


def open_account(invitation: Invitation, fullname: str, password: str) -> model.User:
    """Create the account of who was invited; no commit.

    It is active at once: the link proves the address, and the password is chosen with it. CKAN's
    `user_invite` leaves the account pending because it proves neither.

    Raises:
        ValidationError: CKAN's, by field.

    """
    context: Any = {"ignore_auth": True, "defer_commit": True}
    fields = {
        "name": _free_name(fullname),
        "fullname": fullname,
        "email": invitation.email,
        "password": password,
    }
    made = tk.get_action("user_create")(context, fields)
    user = model.Session.get(model.User, made["id"])
    assert user is not None
    return user


def _free_name(fullname: str) -> str:
    plain = unicodedata.normalize("NFKD", fullname.lower()).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_NAME_MAX]
    base = base if len(base) > 1 else "agent"
    name, number = base, 1
    while model.User.get(name) is not None:
        number += 1
        name = f"{base}-{number}"
    return name


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
