"""The community of a project: its page, invitations, requests, and the queue of reports."""

from __future__ import annotations

from typing import Any

import ckan.model as model
from ckan.plugins import toolkit as tk
from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from ckanext.territoires.bridge import invitations, reach
from ckanext.territoires.bridge.labels import LEVELS, access_level
from ckanext.territoires.bridge.roles import ROLES
from ckanext.territoires.bridge.thread_words import role_label
from ckanext.territoires.views import csrf, signed_in
from ckanext.territoires.views.project_page import find
from ckanext.territoires.views.signed_in import reader
from ckanext.territoires.views.thread_form import errors_of

territoires_community = Blueprint("territoires_community", __name__)

Data = dict[str, Any]
#: Beyond, the name of an account is typed.
_MOST_ACCOUNTS = 1_000

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
    "withdraw": ("territoires_project_join_withdraw", ()),
    "access": ("territoires_project_access", ("access_level",)),
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
    if deed == "access" and not form.get("confirmed"):
        return _confirm_access(project, form.get("access_level", ""))
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
    return _queue(tk.url_for("territoires_community.moderation"), None)


@territoires_community.route("/projet/<name>/signalements", methods=["GET", "POST"])
def reports(name: str) -> str | Response:
    """The reports of messages of a project, for those who lead it."""
    address = tk.url_for("territoires_community.reports", name=name)
    return _queue(address, find(name))


def _queue(address: str, project: Data | None) -> str | Response:
    signed_in.require()
    asked = {"project_id": project["id"]} if project else {}
    try:
        if tk.request.method == "POST":
            csrf.check()
            form = tk.request.form
            data = {name: form.get(name, "") for name in ("id", "outcome", "reason")}
            tk.get_action("territoires_report_handle")({}, data)
            tk.h.flash_success(tk._("The report is closed"))
            return redirect(address)
        handled = tk.request.args.get("closes") == "1"
        found = tk.get_action("territoires_report_list")({}, asked | {"handled": handled})
    except tk.NotAuthorized:
        return tk.abort(403, tk._("Only those who moderate see this page"))
    except tk.ObjectNotFound as error:
        return tk.abort(404, str(error.message))
    except tk.ValidationError as error:
        tk.h.flash_error("; ".join(text for texts in errors_of(error).values() for text in texts))
        return redirect(address)
    return tk.render(
        "project/moderation.html",
        {"reports": found, "handled": handled, "project": project, "address": address},
    )


def _confirm_access(project: Data, level: str) -> str | Response:
    """Ask again before a change of who may see a project, with what it changes."""
    if not tk.h.check_access("territoires_project_access", {"id": project["id"]}):
        return tk.abort(403, tk._("Only those who lead the project may do this"))
    package = model.Package.get(project["id"])
    if package is None or level not in LEVELS:
        return tk.abort(400, tk._("This form has expired: go back, reload the page"))
    present = access_level(package)
    if level == present:
        return redirect(tk.url_for("territoires_community.read", name=project["name"]))
    return tk.render(
        "project/access.html",
        {
            "project": project,
            "level": level,
            "present": present,
            "narrower": LEVELS.index(level) > LEVELS.index(present),
            "before": reach.readers(package, present),
            "after": reach.readers(package, level),
        },
    )


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
            "levels": LEVELS,
            "reports": len(_reports(project)) if may_lead else 0,
            "labels": {role.value: role_label(role) for role in ROLES},
            "services": _services() if may_lead else [],
            "accounts": _accounts() if may_lead else [],
            "errors": errors,
            "typed": typed,
        },
    )


def _reports(project: Data) -> list[Data]:
    asked = {"project_id": project["id"], "handled": False}
    return tk.get_action("territoires_report_list")({}, asked)


def _accounts() -> list[model.User]:
    """Accounts to choose among, for who may list them; none where they would be too many."""
    if not tk.h.check_access("user_list"):
        return []
    query = model.Session.query(model.User).filter(model.User.state == model.State.ACTIVE)
    found = query.order_by(model.User.fullname, model.User.name).limit(_MOST_ACCOUNTS + 1).all()
    return found if len(found) <= _MOST_ACCOUNTS else []


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
        "withdraw": tk._("Your request is taken back"),
        "access": tk._("Who may see the project has changed; its thread keeps a note of it"),
        "join": tk._("Your request is sent to those who lead the project"),
        "revoke": tk._("The invitation is taken back"),
        "answer": tk._("The person is told of your answer"),
    }[deed]
