"""The home page."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from flask import Blueprint

from ckanext.territoires import config
from ckanext.territoires.bridge import concerning, profile, project_search
from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.logic import territory_dict

territoires_home = Blueprint("territoires_home", __name__)

NEWS = 6
# What the departements of a région are to a région, for each level of home territory.
PARTS = {"country": "region", "country-subset": "region", "region": "departement"}


@territoires_home.route("/")
def index() -> str:
    """One box, the spaces, the agent's own territory, the parts of the home territory, the news."""
    home = reference().get(config.home_territory())
    news = concerning.search(
        {}, rows=NEWS, sort="metadata_modified desc", **{"facet.field": ["organization"]}
    )
    own = profile.territory_of(tk.current_user)
    return tk.render(
        "home/index.html",
        {
            "home": territory_dict.brief(home) if home else None,
            "parts": _parts(home.id, home.level) if home else [],
            "parts_level": PARTS.get(home.level, "epci") if home else "",
            "own": _own(own) if own else None,
            "news": news["results"],
            "count": news["count"],
            "projects": project_search.search({}, rows=0)["count"],
        },
    )


def _parts(identifier: str, level: str) -> list[dict[str, Any]]:
    members = reference().members(identifier, PARTS.get(level, "epci"))
    return [territory_dict.brief(member) for member in members]


def _own(identifier: str) -> dict[str, Any] | None:
    try:
        return tk.get_action("territoires_territory_show")({}, {"id": identifier})
    except tk.ObjectNotFound:
        return None
