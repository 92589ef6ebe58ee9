"""What a person is to a project: by name, by a service invited, or by the lead service.

A role is the widest of those that a person holds. A project of its community alone gives none to
the members of its lead service.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import ckan.model as model

from ckanext.territoires.bridge.labels import PROJECT, access_level, readable_ids
from ckanext.territoires.discussion.message import Person, Role
from ckanext.territoires.model import ProjectService

#: CKAN's capacity of a collaborator for each role, and back.
CAPACITY: Mapping[Role, str] = {Role.LEAD: "admin", Role.MEMBER: "editor", Role.READER: "member"}
ROLE = {capacity: role for role, capacity in CAPACITY.items()}
#: Roles that one can be given, the widest first.
ROLES = tuple(CAPACITY)


def person_of(user: model.User | None, project: model.Package) -> Person:
    """Return who a user (None: anonymous) is to a project, for the rules of `discussion`."""
    if user is None or user.is_anonymous:
        return Person("", Role.VISITOR)
    return Person(user.id, role_of(user, project), bool(user.sysadmin))


def role_of(user: model.User, project: model.Package) -> Role:
    """Return the widest role of a user on a project; VISITOR when they have none."""
    held = _as_collaborator(user.id, project.id)
    services = _services_of(user)
    if services:
        held += _as_invited(services, project.id)
        if project.owner_org in services and access_level(project) != "community":
            held.append(ROLE[services[project.owner_org]])
    return next((role for role in ROLES if role in held), Role.VISITOR)


def collaborators(project_id: str) -> dict[str, Role]:
    """Roles given by name, by user id."""
    query = model.Session.query(model.PackageMember.user_id, model.PackageMember.capacity)
    return {
        user_id: ROLE[capacity]
        for user_id, capacity in query.filter_by(package_id=project_id)
        if capacity in ROLE
    }


def services_invited(project_id: str) -> dict[str, Role]:
    """Roles given to whole services, by organisation id."""
    query = model.Session.query(ProjectService.organization_id, ProjectService.role)
    return {org: Role(role) for org, role in query.filter_by(project_id=project_id)}


def who_may_read(project: model.Package, users: Iterable[model.User]) -> list[model.User]:
    """Return those of these people who may read a project."""
    return [user for user in users if user.sysadmin or readable_ids([project.id], user)]


def _as_collaborator(user_id: str, project_id: str) -> list[Role]:
    query = model.Session.query(model.PackageMember.capacity).filter_by(
        package_id=project_id, user_id=user_id
    )
    return [ROLE[capacity] for (capacity,) in query if capacity in ROLE]


def _as_invited(services: Iterable[str], project_id: str) -> list[Role]:
    query = model.Session.query(ProjectService.role).filter(
        ProjectService.project_id == project_id,
        ProjectService.organization_id.in_(list(services)),
    )
    return [Role(role) for (role,) in query]


def _services_of(user: model.User) -> dict[str, str]:
    """Capacity in each service of a user, by organisation id."""
    query = model.Session.query(model.Member.group_id, model.Member.capacity).join(
        model.Group, model.Group.id == model.Member.group_id
    )
    rows = query.filter(
        model.Member.table_name == "user",
        model.Member.table_id == user.id,
        model.Member.state == model.State.ACTIVE,
        model.Group.is_organization.is_(True),
        model.Group.state == model.State.ACTIVE,
    )
    return {service: capacity for service, capacity in rows if service}


def projects_of(user: model.User) -> list[str]:
    """Ids of the projects in whose community a person is, by name or by a service."""
    services = list(_services_of(user))
    by_name = model.Session.query(model.PackageMember.package_id).filter_by(user_id=user.id)
    found = {project for (project,) in by_name}
    if services:
        invited = model.Session.query(ProjectService.project_id).filter(
            ProjectService.organization_id.in_(services)
        )
        led = model.Session.query(model.Package.id).filter(
            model.Package.type == PROJECT, model.Package.owner_org.in_(services)
        )
        found |= {project for query in (invited, led) for (project,) in query}
    return sorted(found)


#: Beyond, one types the name.
_AROUND = 200


def people_around(project_id: str) -> list[dict[str, str]]:
    """People of the community of a project, in brief: by name, then by the services invited.

    Those of the lead service are in it unless the project is its community's alone. Two queries.
    """
    project = model.Package.get(project_id)
    if project is None:
        return []
    by_name = model.Session.query(model.PackageMember.user_id).filter_by(package_id=project.id)
    services = list(services_invited(project.id))
    if project.owner_org and access_level(project) != "community":
        services.append(project.owner_org)
    by_service = model.Session.query(model.Member.table_id).filter(
        model.Member.group_id.in_(services),
        model.Member.table_name == "user",
        model.Member.state == model.State.ACTIVE,
    )
    users = (
        model.Session.query(model.User)
        .filter(model.User.state == model.State.ACTIVE)
        .filter(model.User.id.in_(by_name) | model.User.id.in_(by_service))
        .order_by(model.User.fullname, model.User.name)
        .limit(_AROUND)
    )
    return [
        {"id": user.id, "name": user.name, "title": user.fullname or user.name} for user in users
    ]
