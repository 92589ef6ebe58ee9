"""One box: a territory, some data. Where its answer is made."""

from __future__ import annotations

from urllib.parse import urlencode

from ckan.plugins import toolkit as tk
from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from ckanext.territoires import config
from ckanext.territoires.bridge import concerning, places
from ckanext.territoires.logic import territory_dict

territoires_lookup = Blueprint("territoires_lookup", __name__)

DATASETS = 10


@territoires_lookup.route("/recherche")
def search() -> str | Response:
    """Answer a text with the territories that it names and with the data that it asks for.

    A code goes straight to the page of its territory; a name, which may be that of several, gets
    an answer where the first is one click away.
    """
    text = tk.request.args.get("q", "").strip()
    if not text:
        return redirect(tk.url_for("territoires_territory.index"))
    home = config.home_territory()
    if found := places.identified(text, home=home):
        return redirect(tk.h.url_for(territory_dict.brief(found)["path"]))
    reading = places.read(text, home=home)
    chosen = territory_dict.full(reading.chosen) if reading.chosen else None
    extras = {"ext_territory": chosen["id"]} if chosen else {}
    found = concerning.search(
        extras, q=reading.rest, rows=DATASETS, **{"facet.field": ["organization"]}
    )
    return tk.render(
        "territoire/lookup.html",
        {
            "text": text,
            "rest": reading.rest,
            "territory": chosen,
            "others": [
                territory_dict.brief(match.territory) | {"matched": match.matched}
                for match in reading.matches
                if match.territory is not reading.chosen
            ],
            "found": found,
        },
    )


@territoires_lookup.route("/recherche/donnees")
def refine() -> str | Response:
    """Lead the search form to its address: what was typed as a territory becomes identifiers.

    The form works so without script, and the address of a search holds nothing empty.
    """
    page = tk.request.args.get("_page", "")
    if not page.startswith("/") or "\\" in page or not tk.h.url_is_local(page):
        page = tk.url_for("dataset.search")
    kept = [
        (name, value)
        for name, value in tk.request.args.items(multi=True)
        if value and not name.startswith("_")
    ]
    typed = tk.request.args.get("_territory", "").strip()
    if not typed:
        return redirect(_address(page, kept))
    home = config.home_territory()
    found = places.identified(typed, home=home) or places.read(typed, home=home).chosen
    if found:
        return redirect(_address(page, [*kept, ("ext_territory", found.id)]))
    choices = [
        territory_dict.brief(match.territory)
        | {"url": _address(page, [*kept, ("ext_territory", match.territory.id)])}
        for match in places.ranked(typed, home=home)
    ]
    back = _address(page, kept)
    return tk.render(
        "territoire/which.html", {"typed": typed, "choices": choices, "page": page, "back": back}
    )


def _address(page: str, parameters: list[tuple[str, str]]) -> str:
    unique = list(dict.fromkeys(parameters))
    return f"{page}?{urlencode(unique)}" if unique else page
