"""Facets of the search, and their labels in the reader's language."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.scheming import helpers as scheming
from ckanext.territoires.bridge.labels import PROJECT

VOCABULARIES = ("theme", "granularity", "access_level", "frequency", "stage", "programmes")


def dataset_facets(facets: dict[str, str], package_type: str) -> dict[str, str]:
    """The facets of the search page, in the order in which they show."""
    if package_type == PROJECT:
        return _ordered(
            facets,
            {
                "vocab_stage": tk._("Stage"),
                "vocab_theme": tk._("Theme"),
                "organization": tk._("Lead service"),
                "vocab_programmes": tk._("Programme"),
                "vocab_access_level": tk._("Access"),
            },
        )
    ours = {
        "vocab_territory_level": tk._("Level of territory"),
        "vocab_theme": tk._("Theme"),
        "organization": tk._("Service"),
        "vocab_granularity": tk._("Granularity"),
        "res_format": tk._("Format"),
        "vocab_access_level": tk._("Access"),
    }
    kept = {name: title for name, title in facets.items() if name == "tags"}
    kept |= {"license_id": tk._("Licence")} if "license_id" in facets else {}
    return _ordered(facets, ours | kept)


def organization_facets(facets: dict[str, str]) -> dict[str, str]:
    """The same facets on a service's page, but for the service itself."""
    ours = dataset_facets(facets, "dataset")
    facets.pop("organization", None)
    return ours


def _ordered(facets: dict[str, str], wanted: dict[str, str]) -> dict[str, str]:
    # CKAN goes on with the dict it handed over, whatever its class; refill it in our order.
    facets.clear()
    facets.update(wanted)
    return facets


def label_facets(results: dict[str, Any]) -> dict[str, Any]:
    """Give each value of our facets the label that its field has in the schema."""
    for facet, content in results.get("search_facets", {}).items():
        known = labels(facet)
        for item in content["items"]:
            item["display_name"] = known.get(item["name"], item["display_name"])
    return results


def labels(facet: str) -> dict[str, str]:
    """The label of each value of one of our facets, in the reader's language; else nothing."""
    name = facet.removeprefix("vocab_")
    if name == "territory_level":
        from ckanext.territoires.bridge.wording import level_label
        from ckanext.territoires.territory.identifier import LEVELS

        return {level: level_label(level) for level in LEVELS}
    if not facet.startswith("vocab_") or name not in VOCABULARIES:
        return {}
    # A job or a command has no reader: scheming would look for the language of a request.
    language = tk.h.lang() if tk.request else tk.config["ckan.locale_default"]
    found: dict[str, str] = {}
    # A level of the projects alone has its label in their schema.
    for kind in (PROJECT, "dataset"):
        schema = scheming.scheming_get_dataset_schema(kind) or {"dataset_fields": []}
        for field in schema["dataset_fields"]:
            if field["field_name"] == name:
                for choice in scheming.scheming_field_choices(field) or []:
                    label = scheming.scheming_language_text(choice["label"], language)
                    found[choice["value"]] = label
    return found
