"""Projects and datasets searched apart, and the projects of a territory."""

from __future__ import annotations

from typing import Any

import ckan.model as model
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import custom, roles
from ckanext.territoires.bridge.labels import PROJECT

# CKAN's pages that list datasets: of a service, of a group, and all of them.
_PAGES = frozenset(
    {"dataset.search", "organization.read", "organization.bulk_process", "group.read"}
)
# Solr takes 1,024 conditions.
_MOST_MINE = 900
# What a line of a list needs; none of it makes CKAN read the whole dataset.
FIELDS = [
    "id",
    "name",
    "title",
    "notes",
    "dataset_type",
    "organization",
    "metadata_modified",
    "vocab_territory",
    "vocab_territory_lineage",
    "vocab_access_level",
    "vocab_stage",
    "vocab_programmes",
    "vocab_theme",
]


def apart(search_params: dict[str, Any]) -> dict[str, Any]:
    """Leave the projects out of the pages of data, whatever `ckan.search.show_all_types` says.

    `ext_mine` keeps the projects of whose community the person is.
    """
    filters = list(search_params.get("fq_list", []))
    if tk.request and tk.request.endpoint in _PAGES:
        filters.append(f"-dataset_type:{PROJECT}")
    if (search_params.get("extras") or {}).get("ext_mine"):
        filters.append(_mine())
    return {**search_params, "fq_list": filters} if filters else search_params


def _mine() -> str:
    user_id, _sysadmin = custom.current_reader()
    user = model.User.get(user_id) if user_id else None
    ids = roles.projects_of(user)[:_MOST_MINE] if user else []
    # An empty list would be no condition at all.
    return f"+id:({' OR '.join(ids)})" if ids else "+id:none"


def search(extras: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    """Search the projects as the current person may, for the few fields of FIELDS.

    Returns:
        `count`, `results` (each with `organization_title`, `stage`, `programmes`, `theme`,
        `territory` and `access_level`), `search_facets`.

    """
    facets = parameters.pop("facets", [])
    parameters["fq"] = f"{parameters.get('fq', '')} +dataset_type:{PROJECT}".strip()
    found = tk.get_action("package_search")(
        {},
        {
            "include_private": True,
            "fl": FIELDS,
            "facet.field": list({"organization": None, **dict.fromkeys(facets)}),
            "facet.limit": -1,
            **extras,
            **parameters,
        },
    )
    services = found["search_facets"].get("organization", {}).get("items", [])
    titles = {item["name"]: item["display_name"] for item in services}
    for project in found["results"]:
        project["organization_title"] = titles.get(project.get("organization"), "")
        project["access_level"] = _first(project.get("vocab_access_level"))
        project["stage"] = _first(project.get("vocab_stage"))
        project["territory"] = project.get("vocab_territory") or []
        project["programmes"] = project.get("vocab_programmes") or []
        project["theme"] = project.get("vocab_theme") or []
    return found


def near(territories: list[str], *, but: str = "", rows: int = 6) -> dict[str, Any]:
    """Other projects on these territories, the closest first: what colleagues accompany there."""
    if not territories:
        return {"count": 0, "results": []}
    parameters: dict[str, Any] = {"fq": f'-id:"{but}"'} if but else {}
    # A list of a whole département would ask too much of one search.
    return search({"ext_territory": territories[:20]}, rows=rows, **parameters)


def count_on(territory: str) -> int:
    """How many projects concern a territory, for the person who asks."""
    return search({"ext_territory": territory}, rows=0)["count"]


def _first(values: Any) -> str:
    return next(iter(values or ()), "")
