"""Outlines of the territories: read a file at a time, given as GeoJSON.

A file ``outlines/<level>.json.gz`` (``outlines/commune-44.json.gz``, by the first two characters
of the code) holds for each code ``[x, y, polygons]``: a point inside, then polygons made of rings,
a ring being steps from point to point, the first from the origin. Unit: 1/SCALE degree. Neighbours
of a level are written with the same points, so that their borders are the same to the digit.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from ckanext.territoires.territory.identifier import TerritoryId, parse

SCALE = 100_000
FOLDER = "outlines"

Encoded = list[Any]
Geometry = dict[str, Any]
Box = tuple[float, float, float, float]


class Outlines:
    """The outlines of a reference's folder. WGS 84, longitude first, five decimals."""

    def __init__(self, folder: Path) -> None:
        """Keep the folder; nothing is read yet."""
        self._folder = folder / FOLDER
        # Some forty kilobytes a département: the few that a site looks at stay in memory.
        self._read = lru_cache(maxsize=24)(self._read_file)

    def outline(self, id: str) -> Geometry | None:
        """GeoJSON geometry of a territory of today, None when it has no known outline.

        Raises InvalidTerritoryId.
        """
        encoded = self._encoded(id)
        if encoded is None:
            return None
        polygons = [[_ring(deltas) for deltas in polygon] for polygon in encoded[2]]
        if len(polygons) == 1:
            return {"type": "Polygon", "coordinates": polygons[0]}
        return {"type": "MultiPolygon", "coordinates": polygons}

    def bbox(self, id: str) -> Box | None:
        """West, south, east, north of a territory, in degrees."""
        encoded = self._encoded(id)
        if encoded is None:
            return None
        points = [point for polygon in encoded[2] for point in _ring(polygon[0])]
        longitudes, latitudes = zip(*points, strict=True)
        return min(longitudes), min(latitudes), max(longitudes), max(latitudes)

    def centre(self, id: str) -> tuple[float, float] | None:
        """Longitude and latitude of a point inside a territory."""
        encoded = self._encoded(id)
        return (encoded[0] / SCALE, encoded[1] / SCALE) if encoded else None

    def geojson(
        self, ids: Iterable[str], properties: Mapping[str, Mapping[str, Any]] | None = None
    ) -> dict[str, Any]:
        """Feature collection of the territories that have an outline.

        Each feature has its identifier, and the ``properties`` given for it.
        """
        features = [
            {
                "type": "Feature",
                "id": id,
                "geometry": geometry,
                "properties": {"id": id, **(properties or {}).get(id, {})},
            }
            for id in ids
            if (geometry := self.outline(id))
        ]
        return {"type": "FeatureCollection", "features": features}

    def _encoded(self, id: str) -> Encoded | None:
        parsed = parse(id)
        return self._read(_file(parsed)).get(parsed.code)

    def _read_file(self, name: str) -> Mapping[str, Encoded]:
        path = self._folder / name
        return json.loads(gzip.decompress(path.read_bytes())) if path.exists() else {}


def write(folder: Path, level: str, outlines: Mapping[str, Encoded]) -> list[Path]:
    """Write the outlines of a level; the same outlines give the same bytes."""
    files: dict[str, dict[str, Encoded]] = defaultdict(dict)
    for code, encoded in outlines.items():
        files[_file(TerritoryId("", level, code))][code] = encoded
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for name, content in files.items():
        path = folder / FOLDER / name
        text = json.dumps(content, separators=(",", ":"))
        path.write_bytes(gzip.compress(text.encode("ascii"), compresslevel=9, mtime=0))
        paths.append(path)
    return paths


def _file(territory: TerritoryId) -> str:
    """Communes are cut in files small enough to read for one of them."""
    cut = f"-{territory.code[:2]}" if territory.level == "commune" else ""
    return f"{territory.level}{cut}.json.gz"


def _ring(deltas: list[int]) -> list[list[float]]:
    longitudes = [x / SCALE for x in accumulate(deltas[0::2])]
    latitudes = [y / SCALE for y in accumulate(deltas[1::2])]
    ring = [[x, y] for x, y in zip(longitudes, latitudes, strict=True)]
    return [*ring, ring[0]]
