"""Territories in the reader's words."""

from __future__ import annotations

from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.territory.reference import Territory


def level_label(level: str) -> str:
    """Name of a level in the singular: “commune”, “arrondissement”..."""
    return {
        "commune": tk._("commune"),
        "epci": tk._("intercommunality"),
        "arrondissement": tk._("arrondissement"),
        "departement": tk._("département"),
        "region": tk._("région"),
        "country-subset": tk._("part of the country"),
        "country": tk._("country"),
        "custom": tk._("custom territory"),
    }.get(level, level)


def level_plural(level: str) -> str:
    """Name of a level in the plural: “communes”, “arrondissements”..."""
    return {
        "commune": tk._("communes"),
        "epci": tk._("intercommunalities"),
        "arrondissement": tk._("arrondissements"),
        "departement": tk._("départements"),
        "region": tk._("régions"),
    }.get(level, level)


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
