"""A table of figures as GeoJSON: an outline for each territory, its figures as properties."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.bridge.statistics_table import Place, Table

__all__ = ["as_geojson"]


def as_geojson(table: Table) -> Iterator[str]:
    """A feature collection, a feature at a time; WGS 84.

    A property is named by the indicator and the period (`population 2018`) and holds a number, or
    the status in its place: `secret`, `not_available`, `not_applicable`. The member `sources` of
    the collection names the loaded files. A territory that is no more has no geometry.
    """
    keys = [column.key for column in table.columns]
    yield f'{{"type":"FeatureCollection","sources":{_json(_sources(table))},"features":['
    for rank, (place, figures) in enumerate(table.figures(range(len(table.places)))):
        shown = [f["value"] if f["status"] == "value" else f["status"] for f in figures]
        feature = {
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
        yield f"{',' if rank else ''}\n{_json(feature)}"
    yield "\n]}\n"


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


def _sources(table: Table) -> list[dict[str, Any]]:
    return [
        {
            "release": info.id,
            "title": info.title,
            "producer": info.producer,
            "vintage": info.vintage,
            "cog_year": info.cog_year,
        }
        for info in table.sources
    ]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
