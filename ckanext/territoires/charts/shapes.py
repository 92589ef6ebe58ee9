# pyright: basic
"""Outlines laid flat in a frame of pixels: Mercator's, so that angles are those of a usual map.

Outlines come out in pixels and are drawn as they are: nothing depends on which way their rings
turn, and their weight is that of the picture, not of the survey.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

Geometry = dict[str, Any]

#: What a curve may lose, in pixels: the eye sees nothing of it.
TOLERANCE = 0.6
_HATCH = 5.0
_FAR = 12.0
INSET, INSET_GAP = 52, 10


@dataclass(frozen=True, slots=True)
class Framed:
    """Shapes in pixels, the origin at the top left, in the order of their outlines.

    `insets`: for each territory too far to be on the same map, its rank and its frame (left, top,
    right, bottom).
    """

    shapes: tuple[Any, ...]
    width: float
    height: float
    insets: tuple[tuple[int, tuple[float, float, float, float]], ...] = ()


def frame(outlines: Sequence[Geometry], width: float, height: float) -> Framed:
    """Fit outlines in a frame; what is too far is drawn in frames of its own below."""
    flat = shapely.transform(np.array([shape(outline) for outline in outlines]), _mercator)
    far = _far(flat)
    room = height - (INSET + 2 * INSET_GAP if far.any() else 0)
    near = flat[~far]
    fitted, across, down = _fit(near, width, room)
    shapes: list[Any] = [None] * len(flat)
    for rank, made in zip(np.flatnonzero(~far), fitted, strict=True):
        shapes[rank] = made
    insets: list[tuple[int, tuple[float, float, float, float]]] = []
    x, y = 0.0, down + INSET_GAP
    for rank in np.flatnonzero(far):
        (made,), used, tall = _fit(flat[[rank]], INSET - 8, INSET - 8)
        offset = np.array([x + (INSET - used) / 2, y + (INSET - tall) / 2])
        shapes[rank] = shapely.transform(made, lambda points, by=offset: points + by)
        insets.append((int(rank), (x, y, x + INSET, y + INSET)))
        x += INSET + INSET_GAP
    total = down + (INSET + 2 * INSET_GAP if insets else 0)
    return Framed(tuple(shapes), max(across, x - INSET_GAP), total, tuple(insets))


def hatches(shapes: Sequence[Any]) -> Geometry | None:
    """Oblique lines over some shapes, cut at their borders; None when there is nothing to cover."""
    if not shapes:
        return None
    covered = shapely.union_all([shapely.make_valid(one) for one in shapes])
    left, top, right, bottom = covered.bounds
    tall = bottom - top
    starts = np.arange(left - tall, right, _HATCH)
    oblique = shapely.multilinestrings([[(x, bottom), (x + tall, top)] for x in starts])
    cut = shapely.get_parts(shapely.intersection(oblique, covered))
    # A line that only touches a corner leaves a point there.
    lines = cut[shapely.get_dimensions(cut) == 1]
    return geojson([_rounded(shapely.multilinestrings(lines))])[0] if len(lines) else None


def geojson(shapes: Sequence[Any]) -> list[Geometry]:
    """Shapes as GeoJSON geometries, a tenth of a pixel precise."""
    return [json.loads(text) for text in shapely.to_geojson(np.array(list(shapes)))]


def inside(shapes: Sequence[Any]) -> list[tuple[float, float]]:
    """A point well inside the largest part of each shape."""
    points: list[tuple[float, float]] = []
    for one in shapes:
        parts = shapely.get_parts(one)
        largest = parts[int(np.argmax(shapely.area(parts)))]
        centre = largest.centroid
        point = centre if largest.is_valid and largest.contains(centre) else _surface(largest)
        points.append((round(point.x, 1), round(point.y, 1)))
    return points


def _surface(polygon: Any) -> Any:
    return shapely.point_on_surface(shapely.make_valid(polygon))


def _mercator(points: Any) -> Any:
    longitude, latitude = np.radians(points[:, 0]), np.radians(points[:, 1])
    return np.column_stack([longitude, -np.log(np.tan(np.pi / 4 + latitude / 2))])


def _far(flat: Any) -> Any:
    """Which shapes lie some twelve degrees away from the middle of them all."""
    bounds = shapely.bounds(flat)
    centres = (bounds[:, :2] + bounds[:, 2:]) / 2
    away = np.abs(centres - np.median(centres, axis=0)).max(axis=1)
    return away > np.radians(_FAR)


def _fit(flat: Any, width: float, height: float) -> tuple[Any, float, float]:
    left, top, right, bottom = shapely.total_bounds(flat)
    scale = min(width / (right - left), height / (bottom - top))
    origin = np.array([left, top])
    fitted = shapely.transform(flat, lambda points: (points - origin) * scale)
    # Neighbours keep their common border.
    simple = shapely.coverage_simplify(fitted, TOLERANCE)
    return _rounded(simple), (right - left) * scale, (bottom - top) * scale


def _rounded(shapes: Any) -> Any:
    return shapely.transform(shapes, lambda points: np.round(points, 1))
