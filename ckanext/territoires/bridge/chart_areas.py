"""What the map of a chart draws: the members of a territory, or a commune among its neighbours."""

from __future__ import annotations

from typing import Any

import ckan.model as model

from ckanext.territoires.bridge import statistics, statistics_places
from ckanext.territoires.bridge.portraits import places
from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.bridge.standing import main_parent
from ckanext.territoires.bridge.statistics_wording import remark
from ckanext.territoires.charts.areas import Area, Areas
from ckanext.territoires.figures.indicator import load_indicators
from ckanext.territoires.portrait.document import Chart, Coverage, Figure, Place, Portrait
from ckanext.territoires.territory.reference import Territory

#: The parts that a map of a territory shows.
PARTS = {
    "country": "region",
    "country-subset": "region",
    "region": "epci",
    "departement": "commune",
    "arrondissement": "commune",
    "epci": "commune",
    "custom": "commune",
}


def areas(chart: Chart, portrait: Portrait, user: model.User | None) -> Areas | None:
    """Territories of a map, with the figures that a person may see; None when there are none.

    The period is that of the portrait's own figure, the latest for want of one. One query for the
    figures, and those that ask which files the person may see.
    """
    rows = {row.indicator: row for theme in portrait.themes for row in theme.rows}
    row = next((rows[name] for name in chart.indicators if name in rows), None)
    extent = _extent(portrait)
    if row is None or extent is None:
        return None
    within, name, level = extent
    indicator = load_indicators()[row.indicator]
    drawn = [
        place
        for place in statistics_places.inside(within, level, as_published=False)
        if reference().get(place.id)
    ]
    # A territory without a figure has no period of its own: its parts may have one.
    own = row.figure.status in ("value", "secret")
    periods = (row.figure.period if own else statistics.LATEST,)
    query = statistics.Query(tuple(drawn), (indicator,), periods, portrait.as_published)
    selection = statistics.select(query, user)
    figures: dict[str, Figure] = {}
    if selection.columns:
        table = statistics.read(selection, drawn, as_published=portrait.as_published)
        figures = {
            place.id: _figure(place.id, read[0], remark(table, line, 0))
            for line, (place, read) in enumerate(table.lines(range(len(drawn)), portrait.language))
        }
    found: list[Area] = []
    for place in drawn:
        outline, known = reference().outline(place.id), reference().get(place.id)
        if outline and known:
            shown = Place(place.id, level, place.code, place.name, known.population)
            lacking = Figure(place.id, row.figure.period, None, "not_available")
            found.append(Area(shown, figures.get(place.id, lacking), outline))
    return Areas(tuple(found), indicator.additive, name) if found else None


def _extent(portrait: Portrait) -> tuple[str, str, str] | None:
    """What a map covers: its identifier, its name, and the level of its parts."""
    own = portrait.territory
    if own.level in PARTS:
        return own.id, own.name, PARTS[own.level]
    today: tuple[Territory, ...] = places(own.id)
    if not today:
        return None
    # Some communes belong to no EPCI: the islands of Yeu or Bréhat.
    around = main_parent(today[0], "epci") or main_parent(today[0], "departement")
    return (around.id, around.name, own.level) if around else None


def _figure(territory: str, read: dict[str, Any], said: str) -> Figure:
    members = read["members"]
    return Figure(
        territory=territory,
        period=read["period"],
        value=read["value"],
        status=read["status"],
        origin=read["origin"] or "published",
        coverage=Coverage(members, read["members_known"], read["population_share"])
        if members is not None
        else None,
        reason=said,
        sources=tuple(read["sources"]),
        floor=read["floor"],
    )
