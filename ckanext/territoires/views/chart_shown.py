"""A chart as a page shows it: its pictures, its table, its addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge.chart_words import words
from ckanext.territoires.charts.layout import NARROW, WIDE, Size, dimensions
from ckanext.territoires.charts.reading import NothingToDraw, period, subject
from ckanext.territoires.charts.specification import specification
from ckanext.territoires.charts.table import Line, lines_of, summary
from ckanext.territoires.charts.words import Words
from ckanext.territoires.portrait.document import Chart, Portrait

#: What the address of a portrait may ask, kept in the addresses of its charts.
ASKED = ("compare", "peers", "as_published")
#: A map is not drawn before it is asked for: its height is a guess that the picture corrects.
_MAP_RATIO = {WIDE: 0.8, NARROW: 1.5}


@dataclass(frozen=True, slots=True)
class Picture:
    """An image: its address, and its size in pixels."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Table:
    """The figures of a chart as they are read; `numbers` are the columns set to the right."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What `snippets/territoires_chart.html` writes. A map has its table on its own page only."""

    id: str
    title: str
    alt: str
    wide: Picture
    narrow: Picture
    table: Table | None
    page: str
    svg: str
    png: str
    csv: str
    spec: str


def shown(
    territory: Mapping[str, Any],
    chart: Chart,
    portrait: Portrait,
    params: Mapping[str, Any] | None = None,
) -> Shown | None:
    """Show a chart of a territory's portrait; None when there is nothing to draw."""
    said = words(portrait.language)
    try:
        if chart.kind == "map":
            if not _may_be_mapped(chart, portrait):
                return None
            heights = {size: round(size.width * ratio) for size, ratio in _MAP_RATIO.items()}
            alt, table = f"{chart.title}, {portrait.territory.name}", None
        else:
            heights = {size: _height(chart, portrait, said, size) for size in (WIDE, NARROW)}
            alt = summary(chart, portrait, said)
            table = table_read(lines_of(chart, portrait), said)
    except NothingToDraw:
        return None
    asked = {key: value for key, value in (params or {}).items() if key in ASKED and value}

    # One address is asked of CKAN, the others are made from it: a portrait has twenty charts.
    own = page_url(territory, chart.id)

    def address(fmt: str, **more: Any) -> str:
        query = urlencode({**more, **asked}, doseq=True)
        return f"{own}{fmt}?{query}" if query else f"{own}{fmt}"

    return Shown(
        id=chart.id,
        title=chart.title,
        alt=alt,
        wide=Picture(address(".svg"), WIDE.width, heights[WIDE]),
        narrow=Picture(address(".svg", size="narrow"), NARROW.width, heights[NARROW]),
        table=table,
        page=address(""),
        svg=address(".svg"),
        png=address(".png"),
        csv=address(".csv"),
        spec=address(".json"),
    )


def image_url(territory: Mapping[str, Any], chart_id: str, fmt: str, **params: Any) -> str:
    """Address of a chart in a format."""
    return tk.h.url_for(
        "territoires_charts.image", **_place(territory), chart_id=chart_id, fmt=fmt, **params
    )


def page_url(territory: Mapping[str, Any], chart_id: str, **params: Any) -> str:
    """Address of a chart's own page."""
    return tk.h.url_for("territoires_charts.read", **_place(territory), chart_id=chart_id, **params)


def table_read(lines: list[Line], said: Words) -> Table:
    """The figures as they are read, without the columns that would say the same in each line."""
    several = len({line.row.indicator for line in lines}) > 1
    remarks = any(line.figure.reason for line in lines)
    unit = len({line.row.unit for line in lines}) == 1 and lines[0].row.unit
    columns = [
        (said.territory, False, [line.place.name for line in lines]),
        (said.indicator, False, [line.row.label for line in lines] if several else None),
        (said.period, False, [period(line.figure.period) for line in lines]),
        (
            f"{said.value} ({unit})" if unit else said.value,
            True,
            [
                said.figure(line.figure, line.row.precision, "" if unit else line.row.unit)
                for line in lines
            ],
        ),
        (said.remark, False, [line.figure.reason for line in lines] if remarks else None),
    ]
    kept = [(name, number, cells) for name, number, cells in columns if cells is not None]
    return Table(
        tuple(name for name, _number, _cells in kept),
        tuple(zip(*(cells for _name, _number, cells in kept), strict=True)),
        tuple(number for _name, number, _cells in kept),
    )


def _may_be_mapped(chart: Chart, portrait: Portrait) -> bool:
    """Whether a map has something to show.

    Of a territory that nothing is said of, its parts may be known all the same: their medians. Of a
    commune and of all that contains it, there would be nothing but grey.
    """
    row = subject(chart, portrait).rows[0]
    figures = (row.figure, *row.comparisons)
    return portrait.territory.level != "commune" or any(
        figure.status in ("value", "secret") for figure in figures
    )


def _place(territory: Mapping[str, Any]) -> dict[str, str]:
    return {key: territory[key] for key in ("level", "code", "slug")}


def _height(chart: Chart, portrait: Portrait, said: Words, size: Size) -> int:
    return dimensions(specification(chart, portrait, said, size))[1]
