"""Territories that resemble one: of its level, near in population and density, in its région."""

from __future__ import annotations

import math
from collections.abc import Sequence

import ckan.model as model

from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.bridge.releases import ReleaseInfo
from ckanext.territoires.bridge.standing import main_parent
from ckanext.territoires.territory.reference import Territory

COUNT = 5
LEVELS = ("commune", "epci", "arrondissement", "departement", "region")

_AREAS = """
    SELECT territory, max(value) FROM territoires_observation
     WHERE release_id = ANY(%(releases)s) AND territory = ANY(%(territories)s)
           AND indicator = 'area' AND status = 0
     GROUP BY territory
"""


def of(territory: Territory, releases: Sequence[ReleaseInfo]) -> tuple[Territory, ...]:
    """The five that resemble it most, the nearest first; one query.

    The distance adds the gaps of population and of density, each on a logarithmic scale. Without
    areas at hand, by population alone. For a région or a département, within the nation.
    """
    if territory.level not in LEVELS:
        return ()
    level = "region" if territory.level in ("commune", "epci", "arrondissement") else "country"
    around = main_parent(territory, level)
    if around is None:
        return ()
    candidates = reference().members(around.id, territory.level)
    ids = [info.id for info in releases if "area" in info.indicators]
    areas: dict[str, float] = {}
    if ids:
        asked = {"releases": ids, "territories": [one.id for one in candidates]}
        rows = model.Session.connection().exec_driver_sql(_AREAS, asked).fetchall()
        areas = {row[0]: row[1] for row in rows}
    if territory.id not in areas:
        areas = {}

    def place(one: Territory) -> tuple[float, float]:
        population = math.log1p(one.population or 0)
        area = areas.get(one.id)
        return population, population - math.log(area) if area else 0.0

    mine = place(territory)
    others = [
        one for one in candidates if one.id != territory.id and (not areas or one.id in areas)
    ]
    others.sort(key=lambda one: (math.dist(mine, place(one)), one.id))
    return tuple(others[:COUNT])
