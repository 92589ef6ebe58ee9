"""Territories in the reader's words."""

from __future__ import annotations

from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.territory.reference import Territory


def level_label(level: str) -> str:
    """Name of a level in the singular: “commune”, “arrondissement”..."""
    # One at a time: a page names hundreds of levels, and each translation costs.
    match level:
        case "commune":
            return tk._("commune")
        case "epci":
            return tk._("intercommunality")
        case "arrondissement":
            return tk._("arrondissement")
        case "departement":
            return tk._("département")
        case "region":
            return tk._("région")
        case "country-subset":
            return tk._("part of the country")
        case "country":
            return tk._("country")
        case "custom":
            return tk._("custom territory")
    return level


def level_plural(level: str) -> str:
    """Name of a level in the plural: “communes”, “arrondissements”..."""
    match level:
        case "commune":
            return tk._("communes")
        case "epci":
            return tk._("intercommunalities")
        case "arrondissement":
            return tk._("arrondissements")
        case "departement":
            return tk._("départements")
        case "region":
            return tk._("régions")
    return level


def where(territory: Territory) -> str:
    """Level and place of a territory: “commune, Loire-Atlantique (44)”.

    A territory over several départements names each of them.
    """
    above = [reference().get(id) for id in territory.parents]
    departements = [t for t in above if t and t.level == "departement"]
    if departements:
        places = [f"{t.name} ({t.code})" for t in departements]
    else:
        places = [t.name for t in above if t and t.level == "region"]
    return ", ".join([level_label(territory.level), *places])
