"""A portrait to hand over, with the figures that its maps draw."""

from __future__ import annotations

from dataclasses import replace

import ckan.model as model

from ckanext.territoires.bridge import chart_areas, releases
from ckanext.territoires.portrait.document import Mapped, Portrait

#: How many maps a printed portrait has.
MOST = 2


def with_maps(portrait: Portrait, user: model.User | None) -> Portrait:
    """Add the first maps of a portrait that have a figure, and the files they come from.

    Args:
        portrait: as `user` sees it.
        user: who reads; None: anonymous.

    """
    found: list[Mapped] = []
    for chart in (chart for theme in portrait.themes for chart in theme.charts):
        if len(found) == MOST:
            break
        areas = chart_areas.areas(chart, portrait, user) if chart.kind == "map" else None
        if areas and any(area.figure.status == "value" for area in areas.areas):
            found.append(
                Mapped(
                    chart.id,
                    areas.within,
                    areas.additive,
                    tuple(area.place for area in areas.areas),
                    tuple(area.figure for area in areas.areas),
                )
            )
    if not found:
        return portrait
    named = {source.release for source in portrait.sources}
    used = {id for one in found for figure in one.figures for id in figure.sources} - named
    more = tuple(releases.source_of(info) for info in releases.visible(user) if info.id in used)
    return replace(portrait, maps=tuple(found), sources=(*portrait.sources, *more))
