"""The community of a project: who carries it, who comes and who leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.model as model
from ckan.logic import validate
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict

from ckanext.territoires.bridge import (
    community,
    community_mail,
    community_reading,
    invitations,
    joining,
    mail_choices,
    project_files,
)
from ckanext.territoires.bridge.community import LastLead
from ckanext.territoires.bridge.labels import access_level, is_project
from ckanext.territoires.bridge.roles import ROLE, person_of, who_may_read
from ckanext.territoires.discussion.message import Role
from ckanext.territoires.logic import community_schema
from ckanext.territoires.logic.action.message import project_of, refuse_deleted
from ckanext.territoires.logic.reader import reader_of
from ckanext.territoires.model import Invitation, JoinRequest
from ckanext.territoires.model.moment import utc_now

Action = Callable[[Context, DataDict], Any]


@tk.side_effect_free
@validate(community_schema.of_project)
def territoires_project_community(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Who carries a project.

        ckanapi action territoires_project_community id=friche-gare-redon

    Args:
        context: CKAN's.
        data_dict: `id` (or name) of the project.

    Returns:
        `lead_service`, `services` invited as a whole, `count` and `members` (with `role`, `since`;
        for signed-in persons), one's own `role` and last `request` to join; for those who lead,
        the `invitations` and `requests` that wait.

    """
    project = project_of(data_dict["id"], context)
    tk.check_access("territoires_project_community", context, data_dict)
    return community_reading.community(project, person_of(reader_of(context), project))


@validate(community_schema.member)
def territoires_project_member_role(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Give a person a role on a project, by name: `lead`, `member` or `reader`.

        ckanapi action territoires_project_member_role id=friche-gare-redon user=jeanne role=member

    Args:
        context: CKAN's.
        data_dict: `id` of the project, `user` (id or name), `role`.

    Returns:
        The community, as `territoires_project_community` gives it.

    """
    project, lead = _led(context, data_dict, "territoires_project_member_role")
    user = _person(data_dict["user"])
    _led_by_someone(
        lambda: community.set_role(project, lead, user, Role(data_dict["role"])), "role"
    )
    return _done(project, context)


@validate(community_schema.of_person)
def territoires_project_member_remove(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take from a person the role that they have by name.

        ckanapi action territoires_project_member_remove id=friche-gare-redon user=jeanne

    Args:
        context: CKAN's.
        data_dict: `id` of the project, `user` (id or name).

    Returns:
        The community.

    """
    project, lead = _led(context, data_dict, "territoires_project_member_remove")
    user = _person(data_dict["user"])
    _has_role(project, user)
    _led_by_someone(lambda: community.remove(project, lead, user))
    return _done(project, context)


@validate(community_schema.of_project)
def territoires_project_leave(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Leave a project. Who leads it alone hands it over first.

        ckanapi action territoires_project_leave id=friche-gare-redon

    Args:
        context: CKAN's.
        data_dict: `id` of the project.

    Returns:
        `id` of the project.

    """
    project = project_of(data_dict["id"], context)
    tk.check_access("territoires_project_leave", context, data_dict)
    user = _reader(context)
    _has_role(project, user)
    _led_by_someone(lambda: community.remove(project, user, user), "id")
    model.Session.commit()
    return {"id": project.id}


@validate(community_schema.of_person)
def territoires_project_hand_over(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Give the lead of a project to another person, and stay as a member.

        ckanapi action territoires_project_hand_over id=friche-gare-redon user=jeanne

    Args:
        context: CKAN's.
        data_dict: `id` of the project, `user` (id or name).

    Returns:
        The community.

    """
    project, lead = _led(context, data_dict, "territoires_project_hand_over")
    community.hand_over(project, lead, _person(data_dict["user"]))
    return _done(project, context)


@validate(community_schema.service)
def territoires_project_service_add(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Give a role to all the members of a service, present and to come.

        ckanapi action territoires_project_service_add id=friche-gare-redon service=dreal

    Args:
        context: CKAN's.
        data_dict: `id` of the project, `service` (id or name), `role` (`member`).

    Returns:
        The community.

    """
    project, lead = _led(context, data_dict, "territoires_project_service_add")
    service, role = _service(data_dict["service"]), Role(data_dict["role"])
    _led_by_someone(lambda: community.add_service(project, lead, service, role), "role")
    return _done(project, context, seen_by_others=True)


@validate(community_schema.service)
def territoires_project_service_remove(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take its role from a service.

        ckanapi action territoires_project_service_remove id=friche-gare-redon service=dreal

    Args:
        context: CKAN's.
        data_dict: `id` of the project, `service` (id or name).

    Returns:
        The community.

    """
    project, lead = _led(context, data_dict, "territoires_project_service_remove")
    service = _service(data_dict["service"])
    _led_by_someone(lambda: community.remove_service(project, lead, service), "service")
    return _done(project, context, seen_by_others=True)


@validate(community_schema.invite)
def territoires_project_invite(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Invite by mail: a link that expires, is used once, and tells nothing once it is spent.

        ckanapi action territoires_project_invite id=friche-gare-redon email=jeanne@agence.fr

    Args:
        context: CKAN's.
        data_dict: `id` of the project, `email`, `role` (`member`).

    Returns:
        The community.

    """
    project, lead = _led(context, data_dict, "territoires_project_invite")
    role = Role(data_dict["role"])
    invitation, token = invitations.create(project, lead, data_dict["email"], role)
    try:
        community_mail.invite(invitation, project, lead, token)
    except community_mail.NotSent as error:
        model.Session.rollback()
        raise tk.ValidationError({"email": [str(error)]}) from error
    return _done(project, context)


@validate(community_schema.of_project)
def territoires_project_invitation_revoke(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take back an invitation: its link leads nowhere any more.

        ckanapi action territoires_project_invitation_revoke id=...

    Args:
        context: CKAN's.
        data_dict: `id` of the invitation.

    Returns:
        The community.

    """
    invitation = model.Session.get(Invitation, data_dict["id"], with_for_update=True)
    if invitation is None:
        raise tk.ObjectNotFound(tk._("Invitation not found"))
    asked = {"id": invitation.project_id}
    project, _lead = _led(context, asked, "territoires_project_invitation_revoke")
    if invitation.accepted is None:
        invitation.revoked = utc_now()
    return _done(project, context)


@validate(community_schema.accept)
def territoires_project_invitation_accept(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Accept an invitation: as oneself, or with an account opened for it.

        ckanapi action territoires_project_invitation_accept token=...

    Args:
        context: CKAN's.
        data_dict: `token` of the link; `fullname` and `password`, of who has no account.

    Returns:
        `id` and `name` of the project, and `user`, the name of the account.

    """
    tk.check_access("territoires_project_invitation_accept", context, data_dict)
    found = invitations.find(data_dict["token"], lock=True)
    if found is None:
        raise tk.ObjectNotFound(tk._("This invitation is no longer valid: ask for another"))
    invitation, project = found
    user = reader_of(context)
    if user is None:
        if invitations.account_of(invitation.email):
            raise tk.NotAuthorized(tk._("You have an account here: log in, then open the link"))
        if not invitations.opens_account(invitation):
            raise tk.NotAuthorized(tk._("Ask the managers of this site for an account first"))
        fullname = data_dict.get("fullname") or ""
        if not fullname.strip():
            raise tk.ValidationError({"fullname": [tk._("Say your name")]})
        user = invitations.open_account(invitation, fullname, data_dict.get("password") or "")
    invitations.accept(invitation, project, user)
    model.Session.commit()
    return {"id": project.id, "name": project.name, "user": user.name}


@validate(community_schema.join)
def territoires_project_join(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Ask to join a project that one may read, or a reader to be a member; its leads are told.

        ckanapi action territoires_project_join id=friche-gare-redon text="Je suis le dossier"

    Args:
        context: CKAN's.
        data_dict: `id` of the project, `text`.

    Returns:
        The request: `id`, `text`, `created`, `answered`, `outcome`.

    """
    project = project_of(data_dict["id"], context)
    tk.check_access("territoires_project_join", context, data_dict)
    user = _reader(context)
    if person_of(user, project).role not in (Role.VISITOR, Role.READER):
        raise tk.ValidationError({"id": [tk._("You are of this community already")]})
    request = joining.ask(project.id, user.id, data_dict["text"])
    model.Session.commit()
    community_mail.tell_leads(project, request, community_reading.leads(project))
    return community_reading.request_dict(request)


@validate(community_schema.of_project)
def territoires_project_join_withdraw(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take back one's request to join.

        ckanapi action territoires_project_join_withdraw id=friche-gare-redon

    Args:
        context: CKAN's.
        data_dict: `id` of the project.

    Returns:
        `id` of the project.

    """
    project = project_of(data_dict["id"], context)
    tk.check_access("territoires_project_join_withdraw", context, data_dict)
    if not joining.withdraw(project.id, _reader(context).id):
        raise tk.ObjectNotFound(tk._("You have no request that waits"))
    model.Session.commit()
    return {"id": project.id}


@validate(community_schema.access)
def territoires_project_access(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Change who may see a project: its sheet, its thread, its files and its whole stream.

        ckanapi action territoires_project_access id=friche-gare-redon access_level=community

    Args:
        context: CKAN's.
        data_dict: `id` of the project, `access_level`: `public`, `agents`, `service`, `community`.

    Returns:
        The community.

    """
    project, _lead = _led(context, data_dict, "territoires_project_access")
    if access_level(project) != data_dict["access_level"]:
        changed = {"id": project.id, "access_level": data_dict["access_level"]}
        tk.get_action("package_patch")(tk.fresh_context(context), changed)
    return _done(project, context)


@validate(community_schema.answer)
def territoires_project_join_answer(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Admit who asks to join, or refuse; the person is told.

        ckanapi action territoires_project_join_answer id=... role=reader

    Args:
        context: CKAN's.
        data_dict: `id` of the request; `role` (`member`), or `refused`.

    Returns:
        The community.

    """
    # Two leads who answer at once: the second finds it answered.
    request = model.Session.get(JoinRequest, data_dict["id"], with_for_update=True)
    if request is None or request.answered:
        raise tk.ObjectNotFound(tk._("This request is answered already"))
    asked = {"id": request.project_id}
    project, lead = _led(context, asked, "territoires_project_join_answer")
    role = None if data_dict["role"] == joining.REFUSED else Role(data_dict["role"])
    joining.answer(request, project, lead, role)
    done = _done(project, context)
    asker = model.Session.get(model.User, request.user_id)
    # Who may no longer see the project is told nothing of it.
    if asker and who_may_read(project, [asker]):
        community_mail.tell_answer(project, request)
    return done


@tk.chained_action
def package_collaborator_create(up: Action, context: Context, data_dict: DataDict) -> Any:
    """CKAN's; on a project it is an arrival, told in the thread, by the same rules."""
    project = model.Package.get(str(data_dict.get("id") or ""))
    user = model.User.get(str(data_dict.get("user_id") or ""))
    role = ROLE.get(str(data_dict.get("capacity") or ""))
    if project is None or not is_project(project) or user is None or role is None:
        return up(context, data_dict)
    tk.check_access("package_collaborator_create", context, data_dict)
    actor = reader_of(context) or user
    _led_by_someone(lambda: community.set_role(project, actor, user, role), "capacity")
    return up(context, data_dict)


@tk.chained_action
def package_collaborator_delete(up: Action, context: Context, data_dict: DataDict) -> Any:
    """CKAN's; on a project it is a departure, told in the thread, by the same rules."""
    project = model.Package.get(str(data_dict.get("id") or ""))
    user = model.User.get(str(data_dict.get("user_id") or ""))
    if project is None or not is_project(project) or user is None:
        return up(context, data_dict)
    tk.check_access("package_collaborator_delete", context, data_dict)
    if community.role_by_name(project.id, user.id):
        actor = reader_of(context) or user
        _led_by_someone(lambda: community.note_departure(project, actor, user))
    return up(context, data_dict)


@tk.chained_action
def user_delete(up: Action, context: Context, data_dict: DataDict) -> Any:
    """CKAN's; the projects that the person led alone pass to their longest member."""
    tk.check_access("user_delete", context, data_dict)
    user = model.User.get(str(data_dict.get("id") or ""))
    if user is not None:
        community.account_closed(user, reader_of(context) or user)
        mail_choices.forget(user.id)
    return up(context, data_dict)


@tk.chained_action
def dataset_purge(up: Action, context: Context, data_dict: DataDict) -> Any:
    """CKAN's; of a project, all that was said and kept of it goes too."""
    project = model.Package.get(str(data_dict.get("id") or ""))
    if project is None or not is_project(project):
        return up(context, data_dict)
    tk.check_access("dataset_purge", context, data_dict)
    files = project_files.of_project(project.id)
    community.forget(project.id)
    done = up(context, data_dict)
    project_files.discard(files)
    return done


def _led(context: Context, data_dict: DataDict, action: str) -> tuple[model.Package, model.User]:
    project = project_of(data_dict["id"], context)
    tk.check_access(action, context, {"id": project.id})
    refuse_deleted(project, "id")
    return project, _reader(context)


def _done(
    project: model.Package, context: Context, *, seen_by_others: bool = False
) -> dict[str, Any]:
    model.Session.commit()
    if seen_by_others:
        community.reindex(project.id)
    return community_reading.community(project, person_of(reader_of(context), project))


def _led_by_someone(change: Callable[[], None], field: str = "user") -> None:
    try:
        change()
    except LastLead as error:
        model.Session.rollback()
        message = tk._("Nobody would lead the project any more: hand it over first")
        raise tk.ValidationError({field: [message]}) from error


def _reader(context: Context) -> model.User:
    user = reader_of(context)
    if user is None:
        raise tk.NotAuthorized
    return user


def _person(name: str) -> model.User:
    user = model.User.get(name)
    if user is None or user.state != model.State.ACTIVE:
        message = tk._("No account is named “{name}”").format(name=name)
        raise tk.ValidationError({"user": [message]})
    return user


def _service(name: str) -> model.Group:
    service = model.Group.get(name)
    if service is None or not service.is_organization or service.state != model.State.ACTIVE:
        message = tk._("No service is named “{name}”").format(name=name)
        raise tk.ValidationError({"service": [message]})
    return service


def _has_role(project: model.Package, user: model.User) -> None:
    if community.role_by_name(project.id, user.id) is None:
        message = tk._("This person has no role of their own on the project")
        raise tk.ValidationError({"user": [message]})
