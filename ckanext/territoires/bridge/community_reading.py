"""The community of a project as it is shown, in a fixed number of queries."""

from __future__ import annotations

from typing import Any

import ckan.model as model

from ckanext.territoires.bridge import invitations, joining
from ckanext.territoires.bridge.community import name_of
from ckanext.territoires.bridge.labels import access_level
from ckanext.territoires.bridge.roles import CAPACITY, ROLE, ROLES
from ckanext.territoires.discussion.message import Person, Role
from ckanext.territoires.model import JoinRequest, ProjectService

Data = dict[str, Any]


def community(project: model.Package, person: Person) -> Data:
    """What a person may know of a community: see `territoires_project_community`.

    Who is not signed in knows the services and the number of people, and no name.
    """
    members = _members(project.id)
    found: Data = {
        "project_id": project.id,
        "access_level": access_level(project),
        "lead_service": _lead_service(project),
        "services": _services(project.id),
        "count": len(members),
        "members": members if person.id else [],
        "role": person.role.value,
        "by_name": any(one["id"] == person.id for one in members),
        "request": None,
        "invitations": [],
        "requests": [],
    }
    if person.id:
        request = joining.latest(project.id, person.id)
        found["request"] = request_dict(request) if request else None
    if person.moderates:
        found["invitations"] = invitation_dicts(project.id)
        found["requests"] = [
            request_dict(request) | {"user": user_dict(user)}
            for request, user in joining.waiting(project.id)
        ]
    return found


def leads(project: model.Package) -> list[model.User]:
    """Active people who lead a project by name, by a service invited or by the lead service."""
    by_name = model.Session.query(model.PackageMember.user_id).filter_by(
        package_id=project.id, capacity=CAPACITY[Role.LEAD]
    )
    services = model.Session.query(ProjectService.organization_id).filter_by(
        project_id=project.id, role=Role.LEAD.value
    )
    active = model.Session.query(model.Member.table_id).filter(
        model.Member.table_name == "user", model.Member.state == model.State.ACTIVE
    )
    chosen = model.User.id.in_(by_name) | model.User.id.in_(
        active.filter(model.Member.group_id.in_(services))
    )
    if project.owner_org and access_level(project) != "community":
        admins = active.filter(
            model.Member.group_id == project.owner_org,
            model.Member.capacity == CAPACITY[Role.LEAD],
        )
        chosen |= model.User.id.in_(admins)
    query = model.Session.query(model.User).filter(model.User.state == model.State.ACTIVE, chosen)
    return query.order_by(model.User.name).all()


def invitation_dicts(project_id: str) -> list[Data]:
    """Invitations that wait, with who sent them."""
    waiting = invitations.pending(project_id)
    senders = {
        user.id: user
        for user in model.Session.query(model.User).filter(
            model.User.id.in_([one.inviter_id for one in waiting])
        )
    }
    return [
        {
            "id": one.id,
            "email": one.email,
            "role": one.role,
            "inviter": user_dict(senders[one.inviter_id]) if one.inviter_id in senders else None,
            "created": one.created.isoformat(),
            "expires": one.expires.isoformat(),
        }
        for one in waiting
    ]


def request_dict(request: JoinRequest) -> Data:
    """A request to join, as the API gives it."""
    return {
        "id": request.id,
        "text": request.text,
        "created": request.created.isoformat(),
        "answered": request.answered.isoformat() if request.answered else None,
        "outcome": request.outcome,
    }


def user_dict(user: model.User) -> Data:
    """A person in brief."""
    return {"id": user.id, "name": user.name, "title": name_of(user)}


def _members(project_id: str) -> list[Data]:
    """People who have a role by name, the widest role first."""
    query = (
        model.Session.query(model.User, model.PackageMember)
        .join(model.PackageMember, model.PackageMember.user_id == model.User.id)
        .filter(model.PackageMember.package_id == project_id)
        .filter(model.User.state == model.State.ACTIVE)
    )
    found = [
        user_dict(user)
        | {"role": ROLE[member.capacity].value, "since": member.modified.isoformat()}
        for user, member in query
        if member.capacity in ROLE
    ]
    order = [role.value for role in ROLES]
    return sorted(found, key=lambda one: (order.index(one["role"]), one["title"].lower()))


def _services(project_id: str) -> list[Data]:
    """Services invited as a whole, the widest role first."""
    query = (
        model.Session.query(model.Group, ProjectService)
        .join(ProjectService, ProjectService.organization_id == model.Group.id)
        .filter(ProjectService.project_id == project_id)
        .filter(model.Group.state == model.State.ACTIVE)
    )
    found = [
        _service_dict(group) | {"role": kept.role, "since": kept.created.isoformat()}
        for group, kept in query
    ]
    order = [role.value for role in ROLES]
    return sorted(found, key=lambda one: (order.index(one["role"]), one["title"].lower()))


def _lead_service(project: model.Package) -> Data | None:
    found = model.Session.get(model.Group, project.owner_org) if project.owner_org else None
    return _service_dict(found) if found else None


def _service_dict(service: model.Group) -> Data:
    return {"id": service.id, "name": service.name, "title": name_of(service)}
