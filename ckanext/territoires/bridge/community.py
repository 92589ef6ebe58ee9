"""Who carries a project, and how that changes. Nothing here commits: the action does, at its end.

Each change takes the lock of the project's row, so that two leads who leave at once do not leave it
to nobody, and writes what happened in the thread.
"""

from __future__ import annotations

from collections.abc import Collection

import ckan.model as model
import sqlalchemy as sa
from ckan.lib import search

from ckanext.territoires.bridge import notices, project_drafts, thread, thread_activity
from ckanext.territoires.bridge.labels import access_level, is_project
from ckanext.territoires.bridge.roles import CAPACITY, ROLE
from ckanext.territoires.discussion.message import Kind, Role
from ckanext.territoires.model import Follow, Invitation, JoinRequest, ProjectService, Visit
from ckanext.territoires.model.moment import utc_now


class LastLead(Exception):
    """Nobody would lead the project any more."""


def name_of(person: model.User | model.Group) -> str:
    """The name under which a person or a service is shown."""
    if isinstance(person, model.User):
        return person.fullname or person.name
    return person.title or person.name


def role_by_name(project_id: str, user_id: str) -> Role | None:
    """The role that a person was given by name."""
    found = _member(project_id, user_id)
    return ROLE.get(found.capacity) if found else None


def is_led(project: model.Package, *, without: Collection[str] = (), service: str = "") -> bool:
    """Whether an active person leads a project, by name or by a service.

    `without`: people whose role by name is not counted; `service`: one that is not counted.
    """
    model.Session.flush()
    by_name = (
        sa.select(model.PackageMember.user_id)
        .join(model.User, model.User.id == model.PackageMember.user_id)
        .where(
            model.PackageMember.package_id == project.id,
            model.PackageMember.capacity == CAPACITY[Role.LEAD],
            model.PackageMember.user_id.not_in(list(without)),
            model.User.state == model.State.ACTIVE,
        )
    )
    invited = sa.select(ProjectService.organization_id).where(
        ProjectService.project_id == project.id,
        ProjectService.role == Role.LEAD,
        ProjectService.organization_id != service,
    )
    queries = [by_name, _people_of(model.Member.group_id.in_(invited))]
    if project.owner_org and access_level(project) != "community":
        admins = sa.and_(
            model.Member.group_id == project.owner_org,
            model.Member.capacity == CAPACITY[Role.LEAD],
        )
        queries.append(_people_of(admins))
    return any(model.Session.execute(query.limit(1)).first() for query in queries)


def set_role(project: model.Package, actor: model.User, user: model.User, role: Role) -> None:
    """Give a person a role by name, the first or another.

    Raises:
        LastLead: the person alone leads the project, and would no longer.

    """
    _lock(project)
    former = role_by_name(project.id, user.id)
    if former is role:
        return
    if former is Role.LEAD and not is_led(project, without=[user.id]):
        raise LastLead
    _admit(project.id, user.id, role)
    _close_requests(project.id, user.id, actor.id)
    _arrived(project, actor, user, role, former)


def note_departure(project: model.Package, actor: model.User, user: model.User) -> None:
    """Note that a person who has a role by name leaves; the caller takes the role away.

    Raises:
        LastLead: the person alone leads the project.

    """
    _lock(project)
    former = role_by_name(project.id, user.id)
    if former is Role.LEAD and not is_led(project, without=[user.id]):
        raise LastLead
    facts = {"user_id": user.id, "name": name_of(user), "role": former}
    thread.happened(project, actor, Kind.DEPARTURE, facts)


def remove(project: model.Package, actor: model.User, user: model.User) -> None:
    """Take from a person the role that they have by name.

    Raises:
        LastLead: the person alone leads the project.

    """
    note_departure(project, actor, user)
    found = _member(project.id, user.id)
    if found:
        model.Session.delete(found)
        model.Session.flush()


def hand_over(project: model.Package, actor: model.User, to: model.User) -> None:
    """Give the lead to another; who had it by name stays as a member."""
    set_role(project, actor, to, Role.LEAD)
    if role_by_name(project.id, actor.id) is Role.LEAD:
        set_role(project, actor, actor, Role.MEMBER)


def add_service(
    project: model.Package, actor: model.User, service: model.Group, role: Role
) -> None:
    """Give a role to the members of a service, present and to come.

    Raises:
        LastLead: the service alone leads the project, and would no longer.

    """
    _lock(project)
    found = model.Session.get(ProjectService, (project.id, service.id))
    former = Role(found.role) if found else None
    if former is role:
        return
    if former is Role.LEAD and not is_led(project, service=service.id):
        raise LastLead
    if found:
        found.role = role
    else:
        model.Session.add(
            ProjectService(
                project_id=project.id, organization_id=service.id, role=role, inviter_id=actor.id
            )
        )
    model.Session.flush()
    facts = {"service": service.id, "name": name_of(service), "role": role, "before": former}
    thread.happened(project, actor, Kind.ARRIVAL, facts)
    thread_activity.relabel(project)


def remove_service(project: model.Package, actor: model.User, service: model.Group) -> None:
    """Take its role from a service.

    Raises:
        LastLead: the service alone leads the project.

    """
    _lock(project)
    found = model.Session.get(ProjectService, (project.id, service.id))
    if found is None:
        return
    if found.role == Role.LEAD and not is_led(project, service=service.id):
        raise LastLead
    model.Session.delete(found)
    model.Session.flush()
    facts = {"service": service.id, "name": name_of(service), "role": found.role}
    thread.happened(project, actor, Kind.DEPARTURE, facts)
    thread_activity.relabel(project)


def opened(project_id: str, author_name: str) -> None:
    """Have who opens a project lead it by name: it stays led whatever becomes of its access."""
    project = model.Session.get(model.Package, project_id)
    author = model.User.get(author_name)
    # The site's own account, which imports, leads nothing.
    if project is None or author is None or not is_project(project) or _is_site(author):
        return
    if role_by_name(project.id, author.id) is None:
        _admit(project.id, author.id, Role.LEAD)


def keep_led(project_id: str, author_name: str) -> None:
    """Have who changes a project lead it by name when the change leaves it to nobody.

    A project that is given to its community alone is no longer led by the lead service.
    """
    project = model.Session.get(model.Package, project_id)
    author = model.User.get(author_name)
    if project is None or author is None or not is_project(project) or _is_site(author):
        return
    if project.state == model.State.ACTIVE and not is_led(project):
        set_role(project, author, author, Role.LEAD)


def account_closed(user: model.User, actor: model.User) -> None:
    """Note the departure of a person whose account is deleted from each project.

    Where they led alone, the member who has been there the longest leads.
    """
    query = model.Session.query(model.Package).join(
        model.PackageMember, model.PackageMember.package_id == model.Package.id
    )
    for project in query.filter(model.PackageMember.user_id == user.id).order_by(model.Package.id):
        if not is_project(project):
            continue
        _lock(project)
        heir = _longest_member(project.id, but=user.id)
        if not is_led(project, without=[user.id]) and heir:
            set_role(project, actor, heir, Role.LEAD)
        facts = {"user_id": user.id, "name": name_of(user), "closed": True}
        thread.happened(project, actor, Kind.DEPARTURE, facts)
    model.Session.execute(
        sa.delete(JoinRequest).where(JoinRequest.user_id == user.id, JoinRequest.answered.is_(None))
    )


def forget(project_id: str) -> None:
    """Remove the community, the thread, the follows and the drafts of a project that is purged."""
    thread.forget(project_id)
    project_drafts.forget_project(project_id)
    # CKAN leaves the collaborators, whose rows then keep the package from going.
    model.Session.query(model.PackageMember).filter_by(package_id=project_id).delete()
    for table in (ProjectService, Invitation, JoinRequest, Visit):
        model.Session.execute(sa.delete(table).where(table.project_id == project_id))
    model.Session.execute(
        sa.delete(Follow).where(Follow.kind == "project", Follow.object_id == project_id)
    )


def reindex(project_id: str) -> None:
    """Have searches know who may see a project now. After the commit."""
    project = model.Package.get(project_id)
    if project is not None and project.state == model.State.ACTIVE:
        search.rebuild(project_id)


def _arrived(
    project: model.Package, actor: model.User, user: model.User, role: Role, former: Role | None
) -> None:
    facts = {"user_id": user.id, "name": name_of(user), "role": role, "before": former}
    message = thread.happened(project, actor, Kind.ARRIVAL, facts)
    notices.of_mentions(message, [user.id])


def _admit(project_id: str, user_id: str, role: Role) -> None:
    member = _member(project_id, user_id)
    if member is None:
        member = model.PackageMember(package_id=project_id, user_id=user_id)
        model.Session.add(member)
    member.capacity = CAPACITY[role]
    member.modified = utc_now()
    model.Session.flush()


def _member(project_id: str, user_id: str) -> model.PackageMember | None:
    query = model.Session.query(model.PackageMember)
    return query.filter_by(package_id=project_id, user_id=user_id).one_or_none()


def _longest_member(project_id: str, but: str) -> model.User | None:
    return (
        model.Session.query(model.User)
        .join(model.PackageMember, model.PackageMember.user_id == model.User.id)
        .filter(
            model.PackageMember.package_id == project_id,
            model.PackageMember.capacity == CAPACITY[Role.MEMBER],
            model.User.id != but,
            model.User.state == model.State.ACTIVE,
        )
        .order_by(model.PackageMember.modified, model.User.name)
        .first()
    )


def _close_requests(project_id: str, user_id: str, answered_by: str) -> None:
    """Who is admitted some other way no longer asks to join."""
    query = model.Session.query(JoinRequest).filter_by(
        project_id=project_id, user_id=user_id, answered=None
    )
    for request in query:
        request.answered, request.answered_by = utc_now(), answered_by
        request.outcome = "accepted"


def _people_of(condition: sa.ColumnElement[bool]) -> sa.Select[tuple[str | None]]:
    """Active people of the active services that meet a condition on their membership."""
    return (
        sa.select(model.Member.table_id)
        .join(model.Group, model.Group.id == model.Member.group_id)
        .join(model.User, model.User.id == model.Member.table_id)
        .where(
            condition,
            model.Member.table_name == "user",
            model.Member.state == model.State.ACTIVE,
            model.Group.state == model.State.ACTIVE,
            model.User.state == model.State.ACTIVE,
        )
    )


def _lock(project: model.Package) -> None:
    model.Session.flush()
    model.Session.execute(
        sa.select(model.Package.id).where(model.Package.id == project.id).with_for_update()
    )


def _is_site(user: model.User) -> bool:
    from ckan.plugins import toolkit as tk

    return user.name == tk.config["ckan.site_id"]
