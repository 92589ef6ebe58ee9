"""The page of a territory, and the index of all of them."""

from __future__ import annotations

from typing import Any

import ckan.model as model
from ckan.plugins import toolkit as tk
from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from ckanext.territoires import config
from ckanext.territoires.bridge import concerning, portraits
from ckanext.territoires.bridge.reference import identifier_of, reference
from ckanext.territoires.logic import territory_dict
from ckanext.territoires.territory.identifier import InvalidTerritoryId, parse
from ckanext.territoires.views import maps, portrait_page

territoires_territory = Blueprint("territoires_territory", __name__)

# What is listed under a territory, from the largest parts to the smallest.
PARTS = {
    "country": ("region",),
    "country-subset": ("region",),
    "region": ("departement", "epci"),
    "departement": ("epci", "arrondissement"),
    "arrondissement": ("epci",),
}
# Beyond this, communes have a page of their own.
COMMUNES_ON_PAGE = 60
# Beyond this, a list of communes is that of its parts.
COMMUNES_ON_LIST = 2_000
NEWS = 5


@territoires_territory.route("/territoires")
def index() -> str:
    """Every way into a territory: by its name, or from the home territory down."""
    home = reference().get(config.home_territory())
    parts = _parts(home.id, home.level) if home else []
    return tk.render(
        "territoire/index.html",
        {"home": territory_dict.brief(home) if home else None, "parts": parts},
    )


@territoires_territory.route("/territoire/<level>/<code>")
@territoires_territory.route("/territoire/<level>/<code>/<slug>")
def read(level: str, code: str, slug: str = "") -> str | Response:
    """What the site knows of a territory."""
    shown = find(level, code)
    if not isinstance(shown, dict):
        return shown
    if (shown["code"], shown["slug"]) != (code, slug):
        return _to(shown)
    return tk.render("territoire/read.html", _page(shown))


@territoires_territory.route("/territoire/<level>/<code>/<slug>/communes")
def communes(level: str, code: str, slug: str) -> str | Response:
    """Every commune of a territory, by name."""
    shown = find(level, code)
    if not isinstance(shown, dict):
        return shown
    if (shown["code"], shown["slug"]) != (code, slug):
        return redirect(tk.h.url_for(f"{shown['path']}/communes"), code=301)
    members = _members(shown["id"], "commune")
    too_many = len(members) > COMMUNES_ON_LIST
    return tk.render(
        "territoire/communes.html",
        {
            "territory": shown,
            "count": len(members),
            "by_initial": {} if too_many else _by_initial(members),
            "parts": _members(shown["id"], "departement") if too_many else [],
        },
    )


def find(level: str, code: str) -> dict[str, Any] | str | Response:
    """The territory, a redirection to the one of today, or a page of choices."""
    try:
        identifier = identifier_of(level, code)
    except InvalidTerritoryId:
        return _unknown(code)
    if level in ("commune", "epci") and reference().get(identifier) is None:
        return _former(level, parse(identifier).code)
    try:
        return tk.get_action("territoires_territory_show")({}, {"id": identifier})
    except tk.ObjectNotFound:
        return _unknown(code)


def _former(level: str, code: str) -> str | Response:
    answer = tk.get_action("territoires_territory_resolve")({}, {"code": code, "level": level})
    successors = answer["territories"]
    if not successors:
        return _unknown(code)
    name = answer["former_name"]
    former = f"{name} ({code})" if name else code
    if len(successors) > 1:
        return tk.render("territoire/choices.html", {"former": former, "successors": successors})
    now = successors[0]
    tk.h.flash_notice(
        tk._("{former} is today {name}").format(
            former=former, name=f"{now['name']} ({now['code']})"
        )
    )
    return _to(now)


def _to(shown: dict[str, Any]) -> Response:
    return redirect(tk.h.url_for(shown["path"]), code=301)


def _unknown(code: str) -> Any:
    return tk.abort(404, tk._("No territory answers to “{id}”").format(id=code))


def _page(shown: dict[str, Any]) -> dict[str, Any]:
    communes_count, communes_here = _communes(shown)
    outline, context = maps.addresses(shown)
    epci = next((parent for parent in shown["parents"] if parent["level"] == "epci"), None)
    return {
        "territory": shown,
        "tiles": _in_brief(shown["id"]),
        "outline": outline,
        "context": context,
        "coverage": concerning.coverage(shown),
        "services": tk.get_action("territoires_service_list")({}, {"territory": shown["id"]}),
        "parts": _parts(shown["id"], shown["level"]),
        "communes": communes_here,
        "communes_count": communes_count,
        "siblings": _members(epci["id"], "commune") if epci else [],
        "epci": epci,
        "news": concerning.latest(shown["id"], NEWS) if shown["level"] == "departement" else [],
    }


def _in_brief(identifier: str) -> list[portrait_page.Tile]:
    found = portraits.places(identifier)
    user = tk.current_user if isinstance(tk.current_user, model.User) else None
    if not found:
        return []
    return portrait_page.in_brief(portraits.in_brief(found[0], user, tk.h.lang()))


def _communes(shown: dict[str, Any]) -> tuple[int, list[dict[str, Any]]]:
    """How many communes lie in a territory, and these when they are few enough for its page."""
    if shown["level"] in ("commune", "country", "country-subset"):
        return 0, []
    if shown["level"] == "custom":
        members = shown["communes"]
    else:
        members = reference().members(shown["id"], "commune")
    if len(members) > COMMUNES_ON_PAGE:
        return len(members), []
    return len(members), _members(shown["id"], "commune")


def _parts(identifier: str, level: str) -> list[tuple[str, list[dict[str, Any]]]]:
    return [
        (part, members) for part in PARTS.get(level, ()) if (members := _members(identifier, part))
    ]


def _members(identifier: str, level: str) -> list[dict[str, Any]]:
    return tk.get_action("territoires_territory_members")({}, {"id": identifier, "level": level})


def _by_initial(members: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for member in sorted(members, key=lambda member: member["slug"]):
        found.setdefault(member["slug"][0].upper(), []).append(member)
    return found
