"""What the search index holds of a dataset's territories and vocabularies."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ckanext.territoires.bridge import custom, extent, services
from ckanext.territoires.bridge.reference import UnknownTerritory, current_ids
from ckanext.territoires.territory.identifier import parse

# Fields copied as they are into the multi-valued string fields of CKAN's own Solr schema.
FACETED = ("theme", "granularity", "access_level", "frequency", "stage", "programmes")
# CKAN searches the text of every extra: “commune” would find all that covers a commune.
CODED = (*FACETED, "territory", "access_reason", "related_datasets", "related_records")
# Fields of a project whose value is a JSON list of rows: Solr would refuse a long one.
ROWS = ("stage_dates", "partners", "contacts", "calendar", "financing")
# What is worth searching in them.
_SAID = ("name", "role", "milestone", "funder", "scheme")


def territory_fields(pkg_dict: dict[str, Any]) -> dict[str, Any]:
    """Solr fields for one dataset, from the flat dict that CKAN is about to index."""
    declared = declared_territories(pkg_dict)
    fields: dict[str, Any] = {
        "vocab_territory": declared,
        "vocab_territory_lineage": with_lineage(declared),
        "vocab_territory_level": sorted({parse(id).level for id in declared}),
        "vocab_service_territory": with_lineage(services.territories_of(pkg_dict.get("owner_org"))),
    }
    fields |= {f"vocab_{name}": as_list(pkg_dict.get(name)) for name in FACETED}
    fields |= {f"extras_{name}": "" for name in CODED if f"extras_{name}" in pkg_dict}
    for name in ROWS:
        if f"extras_{name}" in pkg_dict or name in pkg_dict:
            fields |= {f"extras_{name}": _words(pkg_dict.get(name)), name: ""}
    return fields | extent.extent_fields(pkg_dict, declared)


def declared_territories(pkg_dict: dict[str, Any]) -> list[str]:
    """The dataset's territories, each passed to today's; what is no longer known is left out."""
    found: dict[str, None] = {}
    for identifier in as_list(pkg_dict.get("territory")):
        try:
            found |= dict.fromkeys(current_ids(identifier))
        except UnknownTerritory:
            continue
    return list(found)


def with_lineage(ids: Iterable[str]) -> list[str]:
    """The territories and all that contain them, each once."""
    found: dict[str, None] = {}
    for identifier in ids:
        found |= dict.fromkeys((identifier, *custom.above(identifier)))
    return list(found)


def as_list(value: Any) -> list[str]:
    """A repeated field, which CKAN hands over as JSON text before validation."""
    if not value:
        return []
    if isinstance(value, str):
        if not value.startswith("["):
            return [value]
        value = json.loads(value)
    return [str(item) for item in value if item]


def _words(value: Any) -> str:
    """The words of the rows of a field, which CKAN hands over as JSON text before validation."""
    if isinstance(value, str):
        value = json.loads(value) if value.startswith("[") else []
    rows = [row for row in value or () if isinstance(row, dict)]
    return " ".join(str(row[part]) for row in rows for part in _SAID if row.get(part))
