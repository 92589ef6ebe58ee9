"""The list of projects: what is asked, what answers, where it lies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import ckan.model as model
from ckan.lib.helpers import Page
from ckan.lib.search import SearchError, SearchQueryError
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import facets as facet_names
from ckanext.territoires.bridge import project_search, saved_searches
from ckanext.territoires.bridge.labels import PROJECT
from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.views.search_form import search_form

Data = dict[str, Any]
PER_PAGE = 20
#: Lines of a file, and points of a map, at most.
MAX_LINES = 5_000
_STEP = 500
_SORTS = ("metadata_modified desc", "title_string asc", "title_string desc")


def page() -> Data:
    """What `project/index.html` needs."""
    number = tk.h.get_page_number(tk.request.args)
    facets = facet_names.dataset_facets({"tags": tk._("Keywords")}, PROJECT)
    error, found = False, {"count": 0, "results": [], "search_facets": {}}
    try:
        found = project_search.search(
            **_asked(), rows=PER_PAGE, start=(number - 1) * PER_PAGE, facets=list(facets)
        )
    except SearchQueryError as wrong:
        tk.abort(400, str(wrong))
    except SearchError:
        error = True
    shown = Page(
        collection=found["results"],
        page=number,
        url=_page_url,
        item_count=found["count"],
        items_per_page=PER_PAGE,
    )
    shown.items = found["results"]
    return {
        "page": shown,
        "count": found["count"],
        "error": error,
        "form": search_form(found["count"], PROJECT),
        "q": tk.request.args.get("q", ""),
        "sort": _sort() or "",
        "mine": bool(tk.request.args.get("ext_mine")),
        "facet_titles": facets,
        "search_facets": found["search_facets"],
        "fields": _chosen(facets, found["search_facets"]),
        "may_open": tk.h.check_access("package_create"),
        "query": urlencode(_arguments()),
    }


def everything() -> list[Data]:
    """The whole sheets of what the list shows a part of, for a file: MAX_LINES at most."""
    asked = _asked()
    extras, parameters = asked.pop("extras", {}), asked
    parameters["fq"] = f"{parameters.get('fq', '')} +dataset_type:{PROJECT}".strip()
    lines: list[Data] = []
    while len(lines) < MAX_LINES:
        found = tk.get_action("package_search")(
            {},
            {
                **extras,
                **parameters,
                "rows": _STEP,
                "start": len(lines),
                "include_private": True,
                "sort": _sort() or "title_string asc",
            },
        )
        lines += found["results"]
        if not found["results"] or len(lines) >= found["count"]:
            break
    return lines


def points(address: str) -> Data:
    """GeoJSON: the projects as points, those of one territory together.

    `address` is that of the list. A project of several territories has a point in each.
    """
    found = project_search.search(**_asked(), rows=1_000)
    by_place: dict[str, list[Data]] = {}
    for project in found["results"]:
        for territory in project["territory"]:
            by_place.setdefault(territory, []).append(project)
    return {
        "type": "FeatureCollection",
        "features": list(_features(by_place, address)),
    }


def _features(by_place: Mapping[str, list[Data]], address: str) -> Iterable[Data]:
    for territory, projects in by_place.items():
        known = reference().get(territory)
        centre = reference().outlines.centre(territory) if known else None
        if known is None or centre is None:
            continue
        titles = [project["title"] for project in projects]
        more = len(titles) - 3
        text = " · ".join([*titles[:3], *([f"+ {more}"] if more > 0 else [])])
        url = f"{address}?{urlencode({'ext_territory': territory, 'ext_scope': 'exact'})}"
        if len(projects) == 1:
            url = tk.url_for("territoires_project.read", name=projects[0]["name"])
        yield {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": list(centre)},
            "properties": {
                "name": known.name,
                "text": text,
                "weight": len(projects),
                "url": url,
            },
        }


def _asked() -> Data:
    """The search of the address, as parameters of `project_search.search`."""
    filters, extras = saved_searches.criteria(_arguments())
    found: Data = {
        "extras": extras,
        "q": tk.request.args.get("q", ""),
        "fq": " ".join(filters),
    }
    return found | ({"sort": _sort()} if _sort() else {})


def _arguments() -> list[tuple[str, str]]:
    known = {"q", "sort", "tags", "organization"}
    return [
        (name, value)
        for name, value in tk.request.args.items(multi=True)
        if value and (name in known or name.startswith(("ext_", "vocab_")))
    ]


def _sort() -> str | None:
    asked = tk.request.args.get("sort")
    return asked if asked in _SORTS else None


def _page_url(page: int | None = None, **_kept: Any) -> str:
    arguments = [*_arguments(), *([("page", str(page))] if page and page > 1 else [])]
    address = tk.url_for("territoires_project.index")
    return f"{address}?{urlencode(arguments)}" if arguments else address


def _chosen(titles: Mapping[str, str], found: Mapping[str, Any]) -> list[Data]:
    """The filters in force, with the address without each."""
    chosen: list[Data] = []
    for name, value in _arguments():
        if name not in titles:
            continue
        items = found.get(name, {}).get("items", [])
        label = next((item["display_name"] for item in items if item["name"] == value), value)
        rest = [pair for pair in _arguments() if pair != (name, value)]
        address = tk.url_for("territoires_project.index")
        url = f"{address}?{urlencode(rest)}" if rest else address
        chosen.append({"title": titles[name], "label": label, "url": url})
    return chosen


def of_service(service: model.Group) -> str:
    """Address of the projects that a service leads."""
    return tk.url_for("territoires_project.index", organization=service.name)
