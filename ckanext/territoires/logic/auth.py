"""Who may call each action."""

from __future__ import annotations

import ckan.model as model
from ckan.plugins import toolkit as tk
from ckan.types import AuthFunction, AuthResult, Context, DataDict

from ckanext.territoires.bridge import (
    comments,
    custom,
    editions,
    project_files,
    thread_reading,
)
from ckanext.territoires.bridge.labels import is_project
from ckanext.territoires.bridge.roles import person_of
from ckanext.territoires.discussion.message import Deed, Role, deeds, may_write
from ckanext.territoires.logic.message_dict import entry_of
from ckanext.territoires.logic.reader import reader_of
from ckanext.territoires.model import Message

ALLOWED: AuthResult = {"success": True}
_REFUSED: AuthResult = {"success": False}


@tk.auth_allow_anonymous_access
def territoires_territory_show(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone: the reference is public. Custom territories are checked one by one."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_territory_autocomplete(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_territory_members(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone; the members of a custom territory are checked in the action."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_territory_resolve(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_coverage_read(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone: the reference is public; custom territories are those that the person may see."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_service_list(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone: CKAN lists organisations to anyone."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_indicator_list(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone: the periods at hand are those of the datasets that the person may see."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_observation_search(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone: the figures are those of the datasets that the person may see."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_record_search(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone: the answer is made of the datasets that the person may see."""
    return ALLOWED


def territoires_custom_territory_create(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Any signed-in person."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_custom_territory_list(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone: the list holds what the person may see."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_custom_territory_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Its author, and whom its visibility admits."""
    record = custom.find(data_dict["id"])
    reader = reader_of(context)
    readable = bool(record) and record.readable_by(reader.id if reader else None)
    return {"success": readable, "msg": tk._("This territory is not shared with you")}


def territoires_custom_territory_update(context: Context, data_dict: DataDict) -> AuthResult:
    """Its author."""
    record = custom.find(data_dict["id"])
    reader = reader_of(context)
    is_author = bool(record) and bool(reader) and record.author_id == reader.id
    return {"success": is_author, "msg": tk._("Only its author may change this territory")}


def territoires_custom_territory_delete(context: Context, data_dict: DataDict) -> AuthResult:
    """Its author."""
    return territoires_custom_territory_update(context, data_dict)


@tk.auth_allow_anonymous_access
def territoires_portrait_show(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone: a portrait holds the figures of the files that the person may see."""
    return ALLOWED


def territoires_resource_load(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may change the file."""
    return _may("resource_update", context, data_dict)


@tk.auth_allow_anonymous_access
def territoires_load_report(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may see the file; the lines of the report are for those who may change it."""
    return _may("resource_show", context, data_dict)


def territoires_header_mapping_save(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may change the file."""
    return _may("resource_update", context, data_dict)


def territoires_header_mapping_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may change the file."""
    return _may("resource_update", context, data_dict)


def _may(action: str, context: Context, data_dict: DataDict) -> AuthResult:
    try:
        tk.check_access(action, tk.fresh_context(context), {"id": data_dict["id"]})
    except tk.NotAuthorized as error:
        return {"success": False, "msg": error.message or ""}
    return ALLOWED


@tk.chained_auth_function
@tk.auth_sysadmins_check
def package_update(up: AuthFunction, context: Context, data_dict: DataDict | None) -> AuthResult:
    """CKAN's rule; of a project: its leads and members, by name, by a service invited or the lead.

    A project of its community alone is not its lead service's to change.
    """
    package = model.Package.get((data_dict or {}).get("id") or "") or context.get("package")
    if package is None or not is_project(package) or context.get("ignore_auth"):
        return up(context, data_dict or {})
    reader = reader_of(context)
    person = person_of(reader, package)
    if person.sysadmin or person.role in (Role.LEAD, Role.MEMBER):
        return ALLOWED
    return {"success": False, "msg": tk._("Only the members of the project may change its sheet")}


def territoires_edition_create(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Any signed-in person: what they freeze is what they may see."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_edition_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may see every dataset that the edition was made from."""
    edition = editions.find(data_dict["id"])
    readable = edition is not None and bool(editions.readable([edition], reader_of(context)))
    message = tk._("This edition holds figures of files that are not shared with you")
    return {"success": readable, "msg": message}


@tk.auth_allow_anonymous_access
def territoires_edition_list(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone: the list holds what the person may see."""
    return ALLOWED


def territoires_portrait_comment_save(context: Context, data_dict: DataDict) -> AuthResult:
    """Editors of a service that is competent for the territory."""
    message = tk._("Only the editors of a service that is competent here may comment")
    allowed = comments.may_write(reader_of(context), data_dict["territory"])
    return {"success": allowed, "msg": message}


@tk.auth_allow_anonymous_access
def territoires_portrait_comment_list(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone: comments are part of the portrait. What they replaced is for who may write them."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_message_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may read the project."""
    return _may("package_show", context, {"id": data_dict["project_id"]})


@tk.auth_allow_anonymous_access
def territoires_message_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may read the project."""
    return ALLOWED if _entry(context, data_dict) else _REFUSED


def territoires_message_create(context: Context, data_dict: DataDict) -> AuthResult:
    """The leads and the members of the project; the leads alone when the thread is locked."""
    project = model.Package.get(data_dict["project_id"])
    if project is None:
        return _REFUSED
    locked = thread_reading.thread(project.id).locked_by is not None
    if may_write(person_of(reader_of(context), project), locked=locked):
        return ALLOWED
    message = (
        tk._("This thread is locked")
        if locked
        else tk._("Only the members of the project may write")
    )
    return {"success": False, "msg": message}


@tk.auth_sysadmins_check
def territoires_message_update(context: Context, data_dict: DataDict) -> AuthResult:
    """The text: its author; the pin: the members; closing: see `discussion.message.deeds`."""
    needed: set[Deed] = set()
    if data_dict.get("text") is not None:
        needed.add(Deed.EDIT)
    if data_dict.get("pinned") is not None:
        needed.add(Deed.PIN)
    if {"closed", "answer_id", "assignee", "due"}.intersection(data_dict):
        needed.add(Deed.CLOSE)
    return _deeds(context, data_dict, needed)


@tk.auth_sysadmins_check
def territoires_message_remove(context: Context, data_dict: DataDict) -> AuthResult:
    """Its author, and sysadmins."""
    return _deeds(context, data_dict, {Deed.REMOVE})


@tk.auth_sysadmins_check
def territoires_message_report(context: Context, data_dict: DataDict) -> AuthResult:
    """Any signed-in reader, of what another wrote."""
    return _deeds(context, data_dict, {Deed.REPORT})


def territoires_message_hide(context: Context, data_dict: DataDict) -> AuthResult:
    """The leads of the project, and sysadmins."""
    return _deeds(context, data_dict, {Deed.HIDE})


@tk.auth_allow_anonymous_access
@tk.chained_auth_function
def permission_read_file(
    up: AuthFunction, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """CKAN's rule; a file of a message that is hidden: those who moderate its thread."""
    allowed = up(context, data_dict or {})
    hidden = project_files.hidden((data_dict or {}).get("id") or "")
    if not allowed.get("success") or not hidden:
        return allowed
    projects = [project for id in hidden if (project := model.Package.get(id))]
    reader = reader_of(context)
    return {"success": any(person_of(reader, project).moderates for project in projects)}


@tk.auth_allow_anonymous_access
@tk.chained_auth_function
def permission_download_file(
    up: AuthFunction, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """As reading it."""
    allowed = up(context, data_dict or {})
    return permission_read_file(up, context, data_dict) if allowed.get("success") else allowed


def territoires_thread_lock(context: Context, data_dict: DataDict) -> AuthResult:
    """The leads of the project, and sysadmins."""
    project = model.Package.get(data_dict["project_id"])
    leads = project is not None and person_of(reader_of(context), project).moderates
    return {"success": leads, "msg": tk._("Only those who lead the project may do this")}


def territoires_report_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Of a project: its leads. Of all: sysadmins."""
    if data_dict.get("project_id"):
        return territoires_thread_lock(context, data_dict)
    return {"success": False, "msg": tk._("Only those who run the site may do this")}


@tk.chained_auth_function
def package_collaborator_create(
    up: AuthFunction, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """CKAN's rule; of a project: its leads, and not whoever runs its lead service."""
    return _collaborators(up, context, data_dict)


@tk.chained_auth_function
def package_collaborator_delete(
    up: AuthFunction, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """CKAN's rule; of a project: its leads, and not whoever runs its lead service."""
    return _collaborators(up, context, data_dict)


@tk.chained_auth_function
def package_collaborator_list(
    up: AuthFunction, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """CKAN's rule; of a project: its leads, and not whoever runs its lead service."""
    return _collaborators(up, context, data_dict)


def _collaborators(up: AuthFunction, context: Context, data_dict: DataDict | None) -> AuthResult:
    package = model.Package.get((data_dict or {}).get("id") or "")
    if package is None or not is_project(package):
        return up(context, data_dict or {})
    return territoires_thread_lock(context, {"project_id": package.id})


def _entry(context: Context, data_dict: DataDict) -> Message | None:
    """The entry of a thread, if the person may read its project."""
    message = thread_reading.find(data_dict["id"])
    if message and _may("package_show", context, {"id": message.project_id}) is ALLOWED:
        return message
    return None


def _deeds(context: Context, data_dict: DataDict, needed: set[Deed]) -> AuthResult:
    message = _entry(context, data_dict)
    project = model.Package.get(message.project_id) if message else None
    if message is None or project is None:
        return _REFUSED
    locked = thread_reading.thread(project.id).locked_by is not None
    person = person_of(reader_of(context), project)
    allowed = needed <= deeds(person, entry_of(message), locked=locked)
    return ALLOWED if allowed else _REFUSED


def territoires_follow(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Any signed-in person, of what they may see: the action asks."""
    return ALLOWED


def territoires_unfollow(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Any signed-in person, of what they follow."""
    return ALLOWED


def territoires_mail_choice_show(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Any signed-in person: their own."""
    return ALLOWED


def territoires_mail_choice_save(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Any signed-in person: their own."""
    return ALLOWED


def territoires_follow_list(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Any signed-in person: their own."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_project_community(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may read the project; who is not signed in knows no name."""
    return _may("package_show", context, {"id": data_dict["id"]})


@tk.auth_allow_anonymous_access
def territoires_project_invitation_accept(
    context: Context, data_dict: DataDict | None
) -> AuthResult:
    """Who has the link."""
    return ALLOWED


def territoires_project_join(context: Context, data_dict: DataDict) -> AuthResult:
    """Any signed-in person who may read the project."""
    return _may("package_show", context, {"id": data_dict["id"]})


def territoires_project_join_withdraw(context: Context, data_dict: DataDict) -> AuthResult:
    """Any signed-in person, of their own request."""
    return _may("package_show", context, {"id": data_dict["id"]})


def territoires_project_access(context: Context, data_dict: DataDict) -> AuthResult:
    """The leads of the project, and sysadmins."""
    return _leads(context, data_dict)


def territoires_project_leave(context: Context, data_dict: DataDict) -> AuthResult:
    """Any member."""
    return _may("package_show", context, {"id": data_dict["id"]})


def territoires_project_hand_over(context: Context, data_dict: DataDict) -> AuthResult:
    """The leads of the project, and sysadmins."""
    return _leads(context, data_dict)


def territoires_project_invitation_revoke(context: Context, data_dict: DataDict) -> AuthResult:
    """The leads of the project, and sysadmins."""
    return _leads(context, data_dict)


def territoires_project_invite(context: Context, data_dict: DataDict) -> AuthResult:
    """The leads of the project, and sysadmins."""
    return _leads(context, data_dict)


def territoires_project_join_answer(context: Context, data_dict: DataDict) -> AuthResult:
    """The leads of the project, and sysadmins."""
    return _leads(context, data_dict)


def territoires_project_member_remove(context: Context, data_dict: DataDict) -> AuthResult:
    """The leads of the project, and sysadmins."""
    return _leads(context, data_dict)


def territoires_project_member_role(context: Context, data_dict: DataDict) -> AuthResult:
    """The leads of the project, and sysadmins."""
    return _leads(context, data_dict)


def territoires_project_service_add(context: Context, data_dict: DataDict) -> AuthResult:
    """The leads of the project, and sysadmins."""
    return _leads(context, data_dict)


def territoires_project_service_remove(context: Context, data_dict: DataDict) -> AuthResult:
    """The leads of the project, and sysadmins."""
    return _leads(context, data_dict)


def _leads(context: Context, data_dict: DataDict) -> AuthResult:
    return territoires_thread_lock(context, {"project_id": data_dict["id"]})
