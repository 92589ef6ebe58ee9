"""The charts of a theme, as pictures."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from ckanext.territoires.bridge.chart_words import words
from ckanext.territoires.charts.reading import NothingToDraw
from ckanext.territoires.charts.render import render_png, render_svg
from ckanext.territoires.charts.specification import specification
from ckanext.territoires.portrait.document import Portrait, Theme


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

    A map is drawn from the figures of other territories, which a portrait does not hold.
    """
    said = words(portrait.language)
    found: list[Picture] = []
    for chart in theme.charts:
        try:
            spec = specification(chart, portrait, said)
        except NothingToDraw:
            continue
        found.append(Picture(chart.title, str(spec["description"]), spec))
    return found
