"""The chart and the map of a query of figures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from ckan.plugins import toolkit as tk
from flask import Response

from ckanext.territoires.bridge import statistics, statistics_charts, statistics_wording
from ckanext.territoires.bridge.chart_words import words
from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.bridge.statistics import Query, Selection
from ckanext.territoires.bridge.statistics_charts import Drawing
from ckanext.territoires.bridge.statistics_table import Column, Place, worded
from ckanext.territoires.charts import render
from ckanext.territoires.charts.layout import SIZES, WIDE
from ckanext.territoires.charts.reading import NothingToDraw
from ckanext.territoires.charts.specification import specification
from ckanext.territoires.figures.status import Status
from ckanext.territoires.views.statistics_page import Picture, Pictures
from ckanext.territoires.views.statistics_query import Asked

__all__ = ["TYPES", "chart", "map_", "offered"]

TYPES = {"svg": "image/svg+xml", "png": "image/png"}
#: A chart of more bars, a map of more outlines, would not be read.
MAX_BARS, MAX_LINES, MAX_OUTLINES = 30, 3, 2_000


def offered(asked: Asked, query: Query, selection: Selection) -> Pictures:
    """The pictures of a query, and in words why others are not drawn."""
    column = _column(asked, selection)
    if column is None or not query.places:
        return Pictures()
    found: list[Picture] = []
    refused: list[str] = []
    label = worded(column.indicator.label, tk.h.lang())
    count = len(query.places)
    if _periods(column, selection) and count <= MAX_LINES:
        title = tk._("{indicator} over time").format(indicator=label)
        found.append(_picture(asked, "chart", title))
    elif 1 < count <= MAX_BARS:
        found.append(_picture(asked, "chart", _titled(label, column.period)))
    elif count > MAX_BARS:
        refused.append(
            tk._("A chart compares {limit} territories at most, and {count} are asked.").format(
                limit=MAX_BARS, count=tk.h.localised_number(count)
            )
        )
    why = _why_no_map(query.places)
    if why is None:
        title = tk._("Map: {name}").format(name=_titled(label, column.period))
        found.append(_picture(asked, "map", title))
    elif why:
        refused.append(why)
    return Pictures(tuple(found), tuple(refused))


def chart(asked: Asked, query: Query, selection: Selection, extension: str) -> Response:
    """Bars of the column shown, or lines over the periods of its indicator."""
    column = _column(asked, selection)
    periods = _periods(column, selection) if column else []
    over_time = bool(periods) and 0 < len(query.places) <= MAX_LINES
    if column is None or not (over_time or 1 < len(query.places) <= MAX_BARS):
        return _nothing()
    table = statistics.read(selection, query.places, as_published=query.as_published)
    rank = selection.columns.index(column)
    if over_time:
        ranks = [selection.columns.index(one) for one in periods]
        return _answer(statistics_charts.lines(table, ranks, tk.h.lang()), extension)
    cells = table.figures[rank].cells
    known = cells.statuses == Status.VALUE
    order = sorted(
        range(len(query.places)),
        key=lambda line: (not known[line], -cells.values[line] if known[line] else 0.0, line),
    )
    if asked.territories:
        # What was asked by its name stays first, as what the others are compared with.
        order.remove(0)
        order.insert(0, 0)
    return _answer(statistics_charts.bars(table.taken(order), rank, tk.h.lang()), extension)


def map_(asked: Asked, query: Query, selection: Selection, extension: str) -> Response:
    """The territories drawn by the column shown."""
    column = _column(asked, selection)
    if column is None or _why_no_map(query.places) is not None:
        return _nothing()
    shown = Selection((column,), (), selection.at_hand, selection.base)
    table = statistics.read(shown, query.places, as_published=query.as_published)
    whole = reference().get(asked.within)
    within = whole.name if whole and not asked.territories else ""
    return _answer(statistics_charts.outlined(table, 0, tk.h.lang(), within), extension)


def _column(asked: Asked, selection: Selection) -> Column | None:
    """The column that is drawn: the one asked, else the first."""
    by_key = {column.key: column for column in selection.columns}
    return by_key.get(asked.shown) or next(iter(by_key.values()), None)


def _periods(column: Column, selection: Selection) -> list[Column]:
    """Columns of the same indicator over time; nothing for one period."""
    found = [one for one in selection.columns if one.indicator is column.indicator]
    return found if len(found) > 1 else []


def _why_no_map(places: Sequence[Place]) -> str | None:
    """Why these are not drawn on a map: None when they are, empty when it goes without saying."""
    if len(places) < 2:
        return ""
    if len(places) > MAX_OUTLINES:
        return tk._("A map draws {limit} territories at most, and {count} are asked.").format(
            limit=tk.h.localised_number(MAX_OUTLINES), count=tk.h.localised_number(len(places))
        )
    if len({place.level for place in places}) > 1 or any(place.members for place in places):
        return tk._("A map draws territories of one level, and several are asked.")
    return None


def _picture(asked: Asked, kind: str, title: str) -> Picture:
    endpoint = f"territoires_statistics.{kind}"
    more = {"shown": asked.shown} if asked.shown else {}

    def url(extension: str, **options: str) -> str:
        return asked.url(endpoint, extension=extension, more=more | options)

    return Picture(
        id=kind,
        title=title,
        alt=tk._("{title}. The figures are those of the table.").format(title=title),
        svg=url("svg"),
        narrow=url("svg", size="narrow"),
        png=url("png"),
    )


def _titled(label: str, period: str) -> str:
    return f"{label}, {statistics_wording.period(period)}"


def _nothing() -> Response:
    return tk.abort(404, tk._("There is nothing to draw for this query"))


def _answer(drawing: Drawing, extension: str) -> Response:
    size = SIZES.get(tk.request.args.get("size", ""), WIDE)
    said = words(drawing.portrait.language)
    try:
        spec = specification(drawing.chart, drawing.portrait, said, size, drawing.areas)
    except NothingToDraw:
        return _nothing()
    # Without this mark CKAN replaces the life time with that of its pages.
    tk.request.environ["__no_cache__"] = True
    response = Response(mimetype=TYPES[extension])
    response.cache_control.private = True
    response.cache_control.no_cache = True
    content = json.dumps(spec, sort_keys=True)
    response.set_etag(hashlib.sha256(f"{extension} {content}".encode()).hexdigest()[:32])
    if tk.request.if_none_match.contains(response.get_etag()[0] or ""):
        response.status_code = 304
        return response
    # A picture opened on its own runs nothing and asks for nothing.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    response.headers["Content-Disposition"] = f'inline; filename="statistiques.{extension}"'
    response.set_data(render.render_png(spec) if extension == "png" else render.render_svg(spec))
    return response
