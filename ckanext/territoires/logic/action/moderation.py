"""Moderating a thread: report, hide with a reason, lock."""

from __future__ import annotations

from typing import Any

import ckan.model as model
from ckan.logic import validate
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict

from ckanext.territoires.bridge import moderation, thread, thread_reading
from ckanext.territoires.discussion.message import Kind, State
from ckanext.territoires.logic import message_schema
from ckanext.territoires.logic.action.message import project_of
from ckanext.territoires.logic.reader import reader_of
from ckanext.territoires.model import Message, MessageReport


@validate(message_schema.message_reason)
def territoires_message_report(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Report a message to those who moderate the thread.

        ckanapi action territoires_message_report id=... reason="Coordonnées personnelles"

    Args:
        context: CKAN's.
        data_dict: `id` of the message, `reason`. A person's second report replaces their first.

    Returns:
        `id` of the report, `message_id`, `reason`, `created`.

    """
    message = _readable(data_dict["id"], context)
    tk.check_access("territoires_message_report", context, data_dict)
    reporter = reader_of(context)
    assert reporter is not None
    report = moderation.report(message, reporter.id, data_dict["reason"])
    model.Session.commit()
    return _report_dict(report)


@validate(message_schema.message_reason)
def territoires_message_hide(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Hide a message from all but those who moderate, and say why in its place.

        ckanapi action territoires_message_hide id=... reason="Hors sujet"

    The reports of it are handled.

    Args:
        context: CKAN's.
        data_dict: `id`, `reason`.

    Returns:
        The message, as `territoires_message_show` gives it.

    """
    message = _readable(data_dict["id"], context)
    tk.check_access("territoires_message_hide", context, data_dict)
    moderator = reader_of(context)
    assert moderator is not None
    thread.hide(message, data_dict["reason"])
    moderation.handle_all(message.id, moderator.id, "hidden")
    model.Session.commit()
    return tk.get_action("territoires_message_show")(tk.fresh_context(context), {"id": message.id})


@validate(message_schema.message_id)
def territoires_message_restore(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Show again a message that was hidden.

        ckanapi action territoires_message_restore id=...

    Args:
        context: CKAN's.
        data_dict: `id`.

    Returns:
        The message, as `territoires_message_show` gives it.

    """
    message = _readable(data_dict["id"], context)
    tk.check_access("territoires_message_hide", context, data_dict)
    if message.state == State.HIDDEN:
        thread.restore(message)
    model.Session.commit()
    return tk.get_action("territoires_message_show")(tk.fresh_context(context), {"id": message.id})


@validate(message_schema.thread_lock)
def territoires_thread_lock(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Lock the thread of a project, or unlock it: only those who moderate write in a locked one.

        ckanapi action territoires_thread_lock project_id=friche-gare-redon locked=false

    Args:
        context: CKAN's.
        data_dict: `project_id`, `locked` (true by default).

    Returns:
        `project_id`, `locked`.

    """
    project = project_of(data_dict["project_id"], context)
    tk.check_access("territoires_thread_lock", context, data_dict)
    moderator = reader_of(context)
    assert moderator is not None
    before = thread_reading.thread(project.id).locked_by is not None
    if before != data_dict["locked"]:
        thread.lock(project.id, moderator.id if data_dict["locked"] else None)
        thread.happened(project, moderator, Kind.MODERATION, {"locked": data_dict["locked"]})
    model.Session.commit()
    return {"project_id": project.id, "locked": data_dict["locked"]}


@tk.side_effect_free
@validate(message_schema.report_list)
def territoires_report_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Reports of messages, the oldest first: a project's for its leads, all for sysadmins.

        ckanapi action territoires_report_list

    Args:
        context: CKAN's.
        data_dict: `project_id`: only this one; `handled`: those that are closed (false by default).

    Returns:
        Reports: `id`, `message_id`, `project_id`, `project_title`, `position`, `excerpt`,
        `reason`, `reporter`, `created`, and once handled `outcome`, `handled`.

    """
    if data_dict.get("project_id"):
        data_dict["project_id"] = project_of(data_dict["project_id"], context).id
    tk.check_access("territoires_report_list", context, data_dict)
    return moderation.reports(data_dict.get("project_id"), handled=data_dict["handled"])


@validate(message_schema.report_handle)
def territoires_report_handle(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Close a report: the message is kept, or hidden with a reason.

        ckanapi action territoires_report_handle id=... outcome=kept

    Args:
        context: CKAN's.
        data_dict: `id` of the report, `outcome`: `kept` or `hidden`; `reason`, of hiding.

    Returns:
        The report.

    """
    report = model.Session.get(MessageReport, data_dict["id"])
    if report is None:
        raise tk.ObjectNotFound(tk._("Report not found"))
    message = _readable(report.message_id, context)
    tk.check_access("territoires_message_hide", context, {"id": message.id})
    moderator = reader_of(context)
    assert moderator is not None
    if data_dict["outcome"] == "hidden":
        thread.hide(message, data_dict.get("reason") or report.reason)
    moderation.handle_all(message.id, moderator.id, data_dict["outcome"])
    model.Session.commit()
    return _report_dict(report)


def _readable(message_id: str, context: Context) -> Message:
    message = thread_reading.find(message_id)
    if message is None:
        raise tk.ObjectNotFound(tk._("Message not found"))
    project_of(message.project_id, context)
    return message


def _report_dict(report: MessageReport) -> dict[str, Any]:
    return {
        "id": report.id,
        "message_id": report.message_id,
        "reason": report.reason,
        "created": report.created.isoformat(),
        "outcome": report.outcome,
    }
