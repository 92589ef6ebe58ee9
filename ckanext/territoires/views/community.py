"""The community of a project: its page, invitations, requests, and the queue of reports."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from ckanext.territoires.bridge import invitations
from ckanext.territoires.bridge.roles import ROLES
from ckanext.territoires.bridge.thread_words import role_label
from ckanext.territoires.views import csrf, signed_in
from ckanext.territoires.views.project_page import find, reader
from ckanext.territoires.views.thread_form import errors_of

territoires_community = Blueprint("territoires_community", __name__)

Data = dict[str, Any]

#: What the page may ask for: the action, its fields, what is said when it is done.
_DEEDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "role": ("territoires_project_member_role", ("user", "role")),
    "remove": ("territoires_project_member_remove", ("user",)),
    "leave": ("territoires_project_leave", ()),
    "hand-over": ("territoires_project_hand_over", ("user",)),
    "service": ("territoires_project_service_add", ("service", "role")),
    "service-remove": ("territoires_project_service_remove", ("service",)),
    "invite": ("territoires_project_invite", ("email", "role")),
    "join": ("territoires_project_join", ("text",)),
}
#: What is asked for of an invitation or a request, by its id.
_OF_ONE = {
    "revoke": "territoires_project_invitation_revoke",
    "answer": "territoires_project_join_answer",
}


@territoires_community.route("/projet/<name>/communaute")
def read(name: str) -> str:
    """Who carries a project."""
    return _page(find(name), {}, {})


@territoires_community.route("/projet/<name>/communaute", methods=["POST"])
def change(name: str) -> str | Response:
    """What is done on this page: a role, a departure, an invitation, a request, an answer."""
    signed_in.require()
    csrf.check()
    project = find(name)
    form = tk.request.form
    deed = form.get("deed", "")
    if deed in _OF_ONE:
        action = _OF_ONE[deed]
        data = {"id": form.get("id", "")} | ({"role": form["role"]} if form.get("role") else {})
    elif deed in _DEEDS:
        action, fields = _DEEDS[deed]
        data = {"id": project["id"]} | {name: form.get(name, "").strip() for name in fields}
    else:
        return tk.abort(400, tk._("This form has expired: go back, reload the page"))
    try:
        tk.get_action(action)({}, data)
    except tk.ValidationError as error:
        return _page(project, errors_of(error), form.to_dict())
    except (tk.NotAuthorized, tk.ObjectNotFound) as error:
        return tk.abort(403, str(error.message or tk._("You may not do this")))
    tk.h.flash_success(_said(deed))
    if deed == "leave":
        return redirect(tk.url_for("territoires_project.index"))
    return redirect(tk.url_for("territoires_community.read", name=project["name"]))


@territoires_community.route("/projet/invitation/<token>", methods=["GET", "POST"])
def invitation(token: str) -> str | Response:
    """Accept an invitation, as oneself or with an account opened for it."""
    found = invitations.find(token)
    if found is None:
        return tk.abort(404, tk._("This invitation is no longer valid: ask for another"))
    invited, _project = found
    errors: dict[str, list[str]] = {}
    if tk.request.method == "POST":
        csrf.check()
        form = tk.request.form
        data = {"token": token, "fullname": form.get("fullname"), "password": form.get("password")}
        try:
            done = tk.get_action("territoires_project_invitation_accept")({}, data)
        except tk.ValidationError as error:
            errors = errors_of(error)
        except (tk.NotAuthorized, tk.ObjectNotFound) as error:
            return tk.abort(403, str(error.message))
        else:
            tk.h.flash_success(tk._("Welcome to the project"))
            address = tk.url_for("territoires_project.read", name=done["name"])
            if reader() is None:
                return redirect(tk.url_for("user.login", came_from=address))
            return redirect(address)
    return tk.render(
        "project/invitation.html",
        {
            "token": token,
            "email": invited.email,
            "role": role_label(invited.role),
            "expires": invited.expires,
            "has_account": invitations.account_of(invited.email) is not None,
            "opens_account": invitations.opens_account(invited),
            "fullname": tk.request.form.get("fullname", ""),
            "errors": errors,
        },
    )


@territoires_community.route("/projet/moderation", methods=["GET", "POST"])
def moderation() -> str | Response:
    """The reports of messages that wait, for those who run the site."""
    signed_in.require()
    try:
        if tk.request.method == "POST":
            csrf.check()
            form = tk.request.form
            data = {name: form.get(name, "") for name in ("id", "outcome", "reason")}
            tk.get_action("territoires_report_handle")({}, data)
            tk.h.flash_success(tk._("The report is closed"))
            return redirect(tk.url_for("territoires_community.moderation"))
        handled = tk.request.args.get("closes") == "1"
        reports = tk.get_action("territoires_report_list")({}, {"handled": handled})
    except tk.NotAuthorized:
        return tk.abort(403, tk._("Those who run the site alone see this page"))
    except tk.ValidationError as error:
        tk.h.flash_error("; ".join(text for texts in errors_of(error).values() for text in texts))
        return redirect(tk.url_for("territoires_community.moderation"))
    return tk.render("project/moderation.html", {"reports": reports, "handled": handled})


def _page(project: Data, errors: dict[str, list[str]], typed: Data) -> str:
    data = tk.get_action("territoires_project_community")({}, {"id": project["id"]})
    may_lead = tk.h.check_access("territoires_project_invite", {"id": project["id"]})
    user = reader()
    return tk.render(
        "project/community.html",
        {
            "project": project,
            "community": data,
            "may_lead": may_lead,
            "own": user.id if user else "",
            "roles": [(role.value, role_label(role)) for role in ROLES],
            "labels": {role.value: role_label(role) for role in ROLES},
            "services": _services() if may_lead else [],
            "errors": errors,
            "typed": typed,
        },
    )


def _services() -> list[Data]:
    found = tk.get_action("organization_list")({}, {"all_fields": True, "limit": 1000})
    return [{"name": one["name"], "title": one["title"] or one["name"]} for one in found]


def _said(deed: str) -> str:
    return {
        "role": tk._("The role is given"),
        "remove": tk._("The person is no longer of this community"),
        "leave": tk._("You have left the project"),
        "hand-over": tk._("The lead is handed over"),
        "service": tk._("The service is invited: its members are of this community"),
        "service-remove": tk._("The service is no longer of this community"),
        "invite": tk._("The invitation has left by mail"),
        "join": tk._("Your request is sent to those who lead the project"),
        "revoke": tk._("The invitation is taken back"),
        "answer": tk._("The person is told of your answer"),
    }[deed]
