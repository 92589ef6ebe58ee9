"""The charts of a theme, as pictures."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from ckanext.territoires.bridge.chart_words import words
from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.charts.areas import Area, Areas
from ckanext.territoires.charts.reading import NothingToDraw
from ckanext.territoires.charts.render import render_png, render_svg
from ckanext.territoires.charts.specification import specification
from ckanext.territoires.portrait.document import Chart, Portrait, Theme


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart: its title, what it shows in words, and its drawing, made when asked for."""

    title: str
    alternative: str
    specification: dict[str, Any]

    @property
    def address(self) -> str:
        """The drawing as an address of its own, to be set in a page without a file."""
        svg = render_svg(self.specification).encode()
        return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"

    @property
    def png(self) -> bytes:
        """The drawing in pixels, enough of them for paper."""
        return render_png(self.specification)


def pictures(portrait: Portrait, theme: Theme) -> list[Picture]:
    """Pictures of a theme: those that its own figures draw.

    A map is drawn when the portrait holds the figures of its territories.
    """
    said = words(portrait.language)
    found: list[Picture] = []
    for chart in theme.charts:
        try:
            spec = specification(chart, portrait, said, areas=_areas(chart, portrait))
        except NothingToDraw:
            continue
        found.append(Picture(chart.title, str(spec["description"]), spec))
    return found


def _areas(chart: Chart, portrait: Portrait) -> Areas | None:
    held = next((one for one in portrait.maps if one.chart == chart.id), None)
    if held is None:
        return None
    return Areas(
        tuple(
            Area(place, figure, outline)
            for place, figure in zip(held.places, held.figures, strict=True)
            if (outline := reference().outline(place.id))
        ),
        held.additive,
        held.within,
    )
