"""Figures of the members of a territory, one query for all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import ckan.model as model

from ckanext.territoires.bridge import releases
from ckanext.territoires.bridge.figures_of import at_hand, figures_of
from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.figures.cell import Cell
from ckanext.territoires.figures.formula import expand, order
from ckanext.territoires.figures.indicator import load_indicators
from ckanext.territoires.territory.reference import Territory

#: Levels of the members that are shown of each level, the first by default.
LEVELS: Mapping[str, tuple[str, ...]] = {
    "epci": ("commune",),
    "arrondissement": ("commune", "epci"),
    "departement": ("epci", "commune", "arrondissement"),
    "region": ("departement", "epci", "arrondissement"),
    "country-subset": ("region", "departement"),
    "country": ("region", "departement"),
}


@dataclass(frozen=True, slots=True)
class Members:
    """Figures of members by indicator and territory, each indicator at its latest period."""

    places: Sequence[Territory]
    periods: Mapping[str, str]
    cells: Mapping[str, Mapping[str, Cell | None]]


def available(user: model.User | None) -> tuple[str, ...]:
    """Indicators that a person may ask for, in the order of the list of indicators."""
    known = at_hand(releases.visible(user))
    return tuple(
        name for name, one in load_indicators().items() if name in known and not one.hidden
    )


def members(
    territory: str, level: str, indicators: Collection[str], user: model.User | None
) -> Members:
    """Read the figures of the members of a level of a territory.

    The period of an indicator is the latest that one of the members has.
    """
    places = reference().members(territory, level)
    wanted = expand(indicators, load_indicators())
    observed = releases.visible(user, indicators=wanted)
    ids = [territory, *(one.id for one in places)]
    values = figures_of(ids, observed, indicators=wanted)
    periods: dict[str, str] = {}
    cells: dict[str, dict[str, Cell | None]] = {}
    for name in indicators:
        found = values.periods_of_any(name)
        if not found:
            continue
        latest = max(found, key=order)
        periods[name] = latest
        cells[name] = {one.id: values.get(one.id, name, latest) for one in places}
    return Members(places, periods, cells)
