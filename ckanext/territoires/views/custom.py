"""Custom territories: lists of communes that an agent names."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from flask import Blueprint
from werkzeug.wrappers import Response

from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.logic.schema import VISIBILITIES
from ckanext.territoires.views import csrf, signed_in

territoires_custom = Blueprint("territoires_custom", __name__)

FIELDS = ("name", "communes", "visibility")


@territoires_custom.route("/territoires/mes-territoires")
def mine() -> str:
    """One's own custom territories, then those that others share."""
    signed_in.require()
    visible = tk.get_action("territoires_custom_territory_list")({}, {})
    user_id = tk.current_user.id
    return tk.render(
        "territoire/custom_list.html",
        {
            "own": [one for one in visible if one["author_id"] == user_id],
            "shared": [one for one in visible if one["author_id"] != user_id],
        },
    )


@territoires_custom.route("/territoires/nouveau", methods=["GET", "POST"])
def create() -> str | Response:
    """Make a custom territory from a list of communes."""
    signed_in.require()
    if tk.request.method == "GET":
        return _form({"visibility": "private", "name": "", "communes": ""})
    csrf.check()
    data = _sent()
    try:
        made = tk.get_action("territoires_custom_territory_create")({}, data)
    except tk.ValidationError as error:
        return _form(data, error.error_dict)
    tk.h.flash_success(tk._("“{name}” is created").format(name=made["name"]))
    return tk.redirect_to(made["path"])


@territoires_custom.route("/territoires/custom/<slug>/modifier", methods=["GET", "POST"])
def update(slug: str) -> str | Response:
    """Change a custom territory."""
    signed_in.require()
    shown = _own(slug)
    if tk.request.method == "GET":
        return _form(shown | {"communes": _as_text(shown["communes"])}, slug=slug)
    csrf.check()
    data = _sent()
    try:
        tk.get_action("territoires_custom_territory_update")({}, {"id": shown["id"], **data})
    except tk.ValidationError as error:
        return _form(data, error.error_dict, slug=slug)
    tk.h.flash_success(tk._("“{name}” is saved").format(name=data["name"]))
    return tk.redirect_to(shown["path"])


@territoires_custom.route("/territoires/custom/<slug>/supprimer", methods=["GET", "POST"])
def delete(slug: str) -> str | Response:
    """Delete a custom territory, once confirmed."""
    signed_in.require()
    shown = _own(slug)
    if tk.request.method == "GET":
        return tk.render("territoire/custom_delete.html", {"territory": shown})
    csrf.check()
    tk.get_action("territoires_custom_territory_delete")({}, {"id": shown["id"]})
    tk.h.flash_success(tk._("“{name}” is deleted").format(name=shown["name"]))
    return tk.redirect_to("territoires_custom.mine")


def _own(slug: str) -> dict[str, Any]:
    identifier = f"custom:{slug}"
    try:
        shown = tk.get_action("territoires_territory_show")({}, {"id": identifier})
        tk.check_access("territoires_custom_territory_update", {}, {"id": identifier})
    except tk.ObjectNotFound:
        tk.abort(404, tk._("No territory answers to “{id}”").format(id=identifier))
    except tk.NotAuthorized as error:
        tk.abort(403, str(error))
    return shown


def _sent() -> dict[str, str]:
    return {name: tk.request.form.get(name, "").strip() for name in FIELDS}


def _as_text(communes: list[str]) -> str:
    """Communes as a person pastes them: one code a line."""
    known = [reference().get(id) for id in communes]
    return "\n".join(commune.code for commune in known if commune)


def _form(
    data: dict[str, Any], errors: dict[str, Any] | None = None, slug: str | None = None
) -> str:
    return tk.render(
        "territoire/custom_form.html",
        {"data": data, "errors": errors or {}, "slug": slug, "visibilities": VISIBILITIES},
    )
