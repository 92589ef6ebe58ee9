"""Outlines of territories as GeoJSON: the base map of the site, with no third party."""

from __future__ import annotations

import json
from collections.abc import Sequence
from zlib import crc32

from ckan.plugins import toolkit as tk
from flask import Blueprint, Response

from ckanext.territoires.bridge import custom
from ckanext.territoires.bridge.reference import LEVELS, identifier_of, reference
from ckanext.territoires.logic import territory_dict
from ckanext.territoires.territory.identifier import InvalidTerritoryId
from ckanext.territoires.territory.reference import Territory

territoires_outlines = Blueprint("territoires_outlines", __name__)

A_DAY = 24 * 3600
# An answer of more outlines than this would be too heavy for a page.
MAX_OUTLINES = 2_000


@territoires_outlines.route("/territoire/<level>/<code>/outline.geojson")
def one(level: str, code: str) -> Response:
    """The outline of a territory; of its communes for a custom one."""
    try:
        identifier = identifier_of(level, code)
    except InvalidTerritoryId:
        return tk.abort(404, tk._("No territory answers to “{id}”").format(id=code))
    if level == "custom":
        shown = tk.get_action("territoires_territory_show")({}, {"id": identifier})
        known = [reference().get(id) for id in shown["communes"]]
        return geojson([t for t in known if t], private=True)
    found = reference().get(identifier)
    if found is None:
        return tk.abort(404, tk._("No territory answers to “{id}”").format(id=code))
    return geojson([found])


@territoires_outlines.route("/territoires/outlines.geojson")
def several() -> Response:
    """The outlines of the territories of a level (`level`) that lie in another (`within`)."""
    within, level = tk.request.args.get("within", ""), tk.request.args.get("level", "")
    if level not in LEVELS:
        message = tk._("level: “{level}” is not one of {levels}")
        return tk.abort(400, message.format(level=level, levels=", ".join(LEVELS)))
    if reference().get(within) is None or custom.find(within):
        return tk.abort(400, tk._("within: no territory answers to “{id}”").format(id=within))
    members = reference().members(within, level)
    if len(members) > MAX_OUTLINES:
        message = tk._("{count} outlines, {limit} at most: ask for a smaller territory")
        return tk.abort(400, message.format(count=len(members), limit=MAX_OUTLINES))
    return geojson(members)


def geojson(territories: Sequence[Territory], *, private: bool = False) -> Response:
    """Outlines of these territories; `private`: for one reader, kept by no one between."""
    # Without this mark CKAN replaces the life time with that of its pages.
    tk.request.environ["__no_cache__"] = True
    response = Response(mimetype="application/geo+json")
    response.cache_control.max_age = A_DAY
    if private:
        response.cache_control.private = True
    else:
        response.cache_control.public = True
    ids = [territory.id for territory in territories]
    response.set_etag(f"{reference().version}-{tk.h.lang()}-{crc32(' '.join(ids).encode()):x}")
    if tk.request.if_none_match.contains(response.get_etag()[0] or ""):
        response.status_code = 304
        return response
    named = {
        territory.id: {
            "name": territory.name,
            "url": tk.h.url_for(territory_dict.brief(territory)["path"]),
        }
        for territory in territories
    }
    collection = reference().outlines.geojson(ids, named)
    response.set_data(json.dumps(collection, ensure_ascii=False, separators=(",", ":")))
    return response
