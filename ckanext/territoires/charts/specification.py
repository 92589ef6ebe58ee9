"""The Vega-Lite specification of a chart of a portrait, the one that page and print both draw."""

from __future__ import annotations

from ckanext.territoires.charts.areas import Areas
from ckanext.territoires.charts.bars import comparison
from ckanext.territoires.charts.choropleth import map_of
from ckanext.territoires.charts.layout import WIDE, Size, Spec
from ckanext.territoires.charts.over_time import history
from ckanext.territoires.charts.parts import structure
from ckanext.territoires.charts.reading import NothingToDraw, subject
from ckanext.territoires.charts.table import summary
from ckanext.territoires.charts.words import ENGLISH, Words
from ckanext.territoires.portrait.document import Chart, Portrait

_DRAWN = {"comparison": comparison, "history": history, "structure": structure}


def specification(
    chart: Chart,
    portrait: Portrait,
    words: Words = ENGLISH,
    size: Size = WIDE,
    areas: Areas | None = None,
) -> Spec:
    """Specify a chart; `areas` are the territories of a map.

    Raises:
        NothingToDraw: the portrait holds none of its indicators, its kind is not known, or a map
            has no territory with an outline.

    """
    described = summary(chart, portrait, words, areas)
    if chart.kind == "map":
        return map_of(subject(chart, portrait), areas, words, size, described)
    draw = _DRAWN.get(chart.kind)
    if draw is None:
        raise NothingToDraw(chart.id)
    return draw(subject(chart, portrait), words, size, described)
