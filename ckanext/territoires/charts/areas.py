"""What a map draws: territories, their figures of one indicator, their outlines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ckanext.territoires.portrait.document import Figure, Place


@dataclass(frozen=True, slots=True)
class Area:
    """A territory of a map. `outline` is a GeoJSON geometry, longitude first."""

    place: Place
    figure: Figure
    outline: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Areas:
    """The territories of a map, which lie in `within`.

    `additive`: their values are counts or sums, which circles show; a ratio has a colour.
    """

    areas: tuple[Area, ...]
    additive: bool
    within: str = ""
