"""What one is told and what one follows: pages, and the buttons that other pages have."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import ckan.model as model
from ckan.plugins import toolkit as tk
from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from ckanext.territoires.bridge import follows, notice_groups, notice_reading
from ckanext.territoires.views import csrf, signed_in
from ckanext.territoires.views.signed_in import reader

territoires_follow = Blueprint("territoires_follow", __name__)

Data = dict[str, Any]


@territoires_follow.route("/mon-fil")
def index() -> str:
    """What one is told, the latest first, together when about one thing."""
    user = _user()
    unread = tk.request.args.get("non-lus") == "1"
    given = tk.request.args.get("avant", "")
    before = int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None
    told = notice_reading.told(user, before, unread=unread)
    return tk.render(
        "follow/index.html",
        {
            "groups": notice_groups.groups(told),
            "unread": unread,
            "unread_count": notice_reading.unread_count(user),
            "older": told[-1].notice.id if len(told) == notice_reading.PAGE else None,
            "follows_something": bool(told) or bool(follows.of(user)),
        },
    )


@territoires_follow.route("/mon-fil/lu", methods=["POST"])
def seen() -> Response:
    """Mark one notice as seen, or all of them; or undo it."""
    user = _user()
    csrf.check()
    form = tk.request.form
    ids = [int(id) for id in form.getlist("id") if id.isascii() and id.isdigit()]
    if form.get("undo"):
        notice_reading.mark_unseen(user.id, ids)
    else:
        marked = notice_reading.mark_seen(user.id, None if form.get("all") else ids)
        if form.get("all") and marked:
            tk.h.flash_success(tk._("All is marked as read"))
    model.Session.commit()
    return redirect(_back("territoires_follow.index"))


@territoires_follow.route("/mon-fil/suivis")
def followed() -> str:
    """What one follows, and how much of it."""
    user = _user()
    groups: dict[str, list[follows.Followed]] = {}
    for one in follows.of(user):
        groups.setdefault(one.kind, []).append(one)
    return tk.render("follow/followed.html", {"groups": groups})


@territoires_follow.route("/mon-fil/suivre", methods=["POST"])
def follow() -> Response:
    """Follow something, follow it less, or no more."""
    _user()
    csrf.check()
    form = tk.request.form
    data: Data = {"kind": form.get("kind", ""), "id": form.get("id", "")}
    try:
        if form.get("level") == "stop":
            tk.get_action("territoires_unfollow")({}, data)
            tk.h.flash_success(tk._("You follow it no more"))
        else:
            data |= {name: form[name] for name in ("level", "scope") if form.get(name)}
            if form.get("choosing"):
                # Nothing at all is said by the level, not by a list without anything.
                data["things"] = form.getlist("things") or list(follows.THINGS)
            tk.get_action("territoires_follow")({}, data)
            tk.h.flash_success(tk._("You will find it in “My thread”"))
    except (tk.ObjectNotFound, tk.NotAuthorized):
        tk.abort(404, tk._("There is nothing here to follow"))
    except tk.ValidationError as error:
        tk.abort(400, "; ".join(f"{name}: {text}" for name, text in error.error_summary.items()))
    return redirect(_back("territoires_follow.followed"))


def _user() -> model.User:
    signed_in.require()
    user = reader()
    assert user is not None
    return user


def _back(endpoint: str) -> str:
    """Where one came from, on this site."""
    given = tk.request.form.get("back", "")
    parts = urlsplit(given)
    is_ours = given.startswith("/") and not given.startswith("//") and "\\" not in given
    return given if is_ours and not (parts.scheme or parts.netloc) else tk.url_for(endpoint)
