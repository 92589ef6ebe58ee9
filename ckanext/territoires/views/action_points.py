"""The grants of a territory as points of a map, those of one place together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge.number_wording import number
from ckanext.territoires.bridge.reference import reference

# Above the région, points would cover each other and be too many for a page.
_TOO_WIDE = ("country", "country-subset")
Point = tuple[float, float]


def drawn(shown: Mapping[str, Any]) -> bool:
    """Whether a territory has a map of its grants."""
    return shown["level"] not in _TOO_WIDE


def collection(lines: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """GeoJSON: a point a place, with its `name`, what it got in words and its `weight` in euros.

    What has no position is at the centre of its first place; what has none is left out.
    """
    by_point: dict[Point, list[Mapping[str, Any]]] = {}
    for line in lines:
        if point := _where(line):
            by_point.setdefault(point, []).append(line)
    return {
        "type": "FeatureCollection",
        "features": [_feature(point, own) for point, own in by_point.items()],
    }


def _where(line: Mapping[str, Any]) -> Point | None:
    if line["longitude"] is not None and line["latitude"] is not None:
        return round(line["longitude"], 5), round(line["latitude"], 5)
    return reference().outlines.centre(line["places"][0]["id"]) if line["places"] else None


def _feature(point: Point, lines: list[Mapping[str, Any]]) -> dict[str, Any]:
    known = [line["granted"] for line in lines if line["granted"] is not None]
    names = dict.fromkeys(place["name"] for line in lines for place in line["places"])
    count = tk.ungettext("{count} grant", "{count} grants", len(lines)).format(
        count=number(len(lines))
    )
    amount = number(sum(known), 0, "€") if known else ""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": list(point)},
        "properties": {
            "name": ", ".join(list(names)[:3]),
            "text": " · ".join(filter(None, [count, amount])),
            "weight": sum(known),
        },
    }
