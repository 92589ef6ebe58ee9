"""The extent of a dataset on the map, drawn from the outlines of its territories."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import shapely
from ckan import plugins as p
from ckan.plugins import toolkit as tk
from shapely.geometry import GeometryCollection, box, mapping, shape
from shapely.geometry.base import BaseGeometry

from ckanext.territoires import config
from ckanext.territoires.bridge.reference import Reference, reference
from ckanext.territoires.territory.identifier import parse

INDEXER = "spatial_query"
# What covers the nation is in every box that one draws: it would hide what is near.
DRAWN = ("commune", "epci", "arrondissement", "departement", "region")
# In degrees, about a kilometre: a box drawn by hand is no finer.
TOLERANCE = 0.01
# Beyond this, one box around all of them.
OUTLINES = 30


def extent_fields(pkg_dict: dict[str, Any], territories: Sequence[str]) -> dict[str, Any]:
    """What ckanext-spatial's plugin, when it runs after ours, indexes as the dataset's extent.

    An extent that the producer gives is left as it is.
    """
    if not indexed() or pkg_dict.get("spatial") or pkg_dict.get("extras_spatial"):
        return {}
    drawn = [id for id in territories if parse(id).level in DRAWN]
    if config.spatial_search_backend() == "solr-spatial-field":
        parts = _wkt(reference(), tuple(drawn))
        return {"spatial_geom": list(parts)} if parts else {}
    text = _geojson(reference(), tuple(drawn))
    return {"spatial": text, "extras_spatial": text} if text else {}


def indexed() -> bool:
    """Whether the plugin that reads these fields, and takes them away, runs after ours."""
    if not p.plugin_loaded(INDEXER):
        return False
    order = tk.aslist(tk.config["ckan.plugins"])
    return "territoires" in order and order.index("territoires") < order.index(INDEXER)


# The field itself where there is one: written once a coverage, which the plugin that would make it
# from GeoJSON does again for each dataset.
@lru_cache(maxsize=2048)
def _wkt(known: Reference, territories: tuple[str, ...]) -> tuple[str, ...]:
    geometry = _extent(known, territories)
    if geometry is None:
        return ()
    parts = geometry.geoms if isinstance(geometry, GeometryCollection) else [geometry]
    return tuple(part.wkt for part in parts)


@lru_cache(maxsize=2048)
def _geojson(known: Reference, territories: tuple[str, ...]) -> str:
    geometry = _extent(known, territories)
    return "" if geometry is None else json.dumps(mapping(geometry))


def _extent(known: Reference, territories: Sequence[str]) -> BaseGeometry | None:
    if len(territories) > OUTLINES:
        boxes = [found for id in territories if (found := known.outlines.bbox(id))]
        return box(*shapely.total_bounds([box(*one) for one in boxes])) if boxes else None
    shapes = [found for id in territories if (found := _simplified(known, id)) is not None]
    return shapely.unary_union(shapes) if shapes else None


@lru_cache(maxsize=4096)
def _simplified(known: Reference, identifier: str) -> BaseGeometry | None:
    outline = known.outlines.outline(identifier)
    if outline is None:
        return None
    return shapely.make_valid(shape(outline).simplify(TOLERANCE))
