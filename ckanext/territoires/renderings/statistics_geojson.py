"""A table of figures as GeoJSON: an outline for each territory, its figures as properties."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.bridge.statistics_table import Place, Table

__all__ = ["features", "sources"]


def features(table: Table, language: str) -> Iterator[str]:
    """The features of a collection, one for each territory, as JSON; WGS 84.

    A property is named by the indicator and the period (`population 2018`) and holds a number, or
    the status in its place: `secret`, `not_available`, `not_applicable`. A territory that is no
    more has no geometry.
    """
    keys = [column.key for column in table.columns]
    for place, figures in table.lines(range(len(table.places)), language):
        shown = [one["value"] if one["status"] == "value" else one["status"] for one in figures]
        yield _json(
            {
                "type": "Feature",
                "id": place.id,
                "geometry": _geometry(place),
                "properties": {
                    "id": place.id,
                    "level": place.level,
                    "code": place.code,
                    "name": place.name,
                    **dict(zip(keys, shown, strict=True)),
                },
            }
        )


def sources(table: Table) -> dict[int, dict[str, Any]]:
    """The loaded files that gave the figures, by release."""
    return {
        info.id: {
            "release": info.id,
            "title": info.title,
            "producer": info.producer,
            "vintage": info.vintage,
            "cog_year": info.cog_year,
        }
        for info in table.sources
    }


def _geometry(place: Place) -> dict[str, Any] | None:
    """Its outline; those of its communes together for a custom territory."""
    outlines = reference().outlines
    if not place.members:
        return outlines.outline(place.id)
    polygons: list[Any] = []
    for member in place.members:
        found = outlines.outline(member)
        if found:
            one = found["type"] == "Polygon"
            polygons += [found["coordinates"]] if one else found["coordinates"]
    return {"type": "MultiPolygon", "coordinates": polygons} if polygons else None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
