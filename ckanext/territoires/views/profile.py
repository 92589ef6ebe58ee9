"""The setting of an agent's own territory."""

from __future__ import annotations

import ckan.model as model
from ckan.plugins import toolkit as tk
from flask import Blueprint
from werkzeug.wrappers import Response

from ckanext.territoires.bridge import profile
from ckanext.territoires.logic.validators import territoires_territory_id
from ckanext.territoires.views import csrf, signed_in

territoires_profile = Blueprint("territoires_profile", __name__)


@territoires_profile.route("/territoires/mon-territoire", methods=["GET", "POST"])
def edit() -> str | Response:
    """Choose the territory that comes first on one's home page."""
    signed_in.require()
    if tk.request.method == "GET":
        return _form(profile.territory_of(tk.current_user) or "")
    csrf.check()
    asked = tk.request.form.get("territory", "").strip()
    try:
        identifier = territoires_territory_id(asked) if asked else None
    except tk.Invalid as error:
        return _form(asked, error.error)
    user = model.Session.get_one(model.User, tk.current_user.id)
    profile.set_territory(user, identifier)
    tk.h.flash_success(tk._("Your territory is noted"))
    return tk.redirect_to("home.index")


def _form(value: str, error: str = "") -> str:
    return tk.render("user/territoires_own.html", {"value": value, "error": error})
