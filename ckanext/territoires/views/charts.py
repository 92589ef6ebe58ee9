"""The charts of a portrait: the page of each, and its picture and figures as files."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from typing import Any, NamedTuple

import ckan.model as model
from ckan.plugins import toolkit as tk
from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from ckanext.territoires.bridge import chart_areas
from ckanext.territoires.bridge.chart_words import words
from ckanext.territoires.charts import reading, render, table
from ckanext.territoires.charts.areas import Areas
from ckanext.territoires.charts.layout import SIZES, WIDE, Spec, dimensions
from ckanext.territoires.charts.specification import specification
from ckanext.territoires.charts.words import Words
from ckanext.territoires.portrait.contents import contents
from ckanext.territoires.portrait.document import Chart, Portrait
from ckanext.territoires.portrait.reading import portrait_from_dict
from ckanext.territoires.views import chart_shown
from ckanext.territoires.views.territory import find

territoires_charts = Blueprint("territoires_charts", __name__)

TYPES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "csv": "text/csv",
    "json": "application/json",
}
#: How long a picture of public figures may be kept without asking again, in seconds.
KEPT = 300


class Found(NamedTuple):
    """A chart of a portrait, and what it takes to draw it. `areas` are those of a map."""

    territory: dict[str, Any]
    chart: Chart
    portrait: Portrait
    areas: Areas | None
    said: Words


@territoires_charts.route("/territoire/<level>/<code>/<slug>/portrait/graphique/<chart_id>.<fmt>")
def image(level: str, code: str, slug: str, chart_id: str, fmt: str) -> str | AnyResponse:
    """A chart as a picture, its figures or its Vega-Lite specification."""
    if fmt not in TYPES:
        message = tk._("A chart is given as {formats}, not as “{format}”")
        return tk.abort(404, message.format(formats=", ".join(TYPES), format=fmt))
    territory = find(level, code)
    if not isinstance(territory, dict):
        return territory
    if (territory["code"], territory["slug"]) != (code, slug):
        return redirect(chart_shown.image_url(territory, chart_id, fmt, **_args()), code=301)
    found = _chart(territory, chart_id)
    if fmt == "csv":
        content = _csv(found)
        return _answer(content, content, fmt, found)
    size = SIZES.get(tk.request.args.get("size", ""), WIDE)
    spec = _spec(found, size)
    return _answer(json.dumps(spec, sort_keys=True), spec, fmt, found)


@territoires_charts.route("/territoire/<level>/<code>/<slug>/portrait/graphique/<chart_id>")
def read(level: str, code: str, slug: str, chart_id: str) -> str | AnyResponse:
    """A chart, its table, its source, and how to take it elsewhere."""
    territory = find(level, code)
    if not isinstance(territory, dict):
        return territory
    if (territory["code"], territory["slug"]) != (code, slug):
        return redirect(chart_shown.page_url(territory, chart_id, **_args()), code=301)
    found = _chart(territory, chart_id)
    lines = _lines(found)
    return tk.render(
        "charts/read.html",
        {
            "territory": territory,
            "portrait": found.portrait,
            "chart": found.chart,
            "params": _asked(),
            "definitions": list({line.row.indicator: line.row for line in lines}.values()),
            "notes": _notes(found, lines),
            "table": chart_shown.table_read(lines, found.said),
            "width": WIDE.width,
            "height": dimensions(_spec(found, WIDE))[1],
        },
    )


def _args() -> dict[str, Any]:
    return tk.request.args.to_dict(flat=False)


def _asked() -> dict[str, Any]:
    args = tk.request.args
    found: dict[str, Any] = {}
    if compared := [value for value in args.getlist("compare") if value.strip()]:
        found["compare"] = compared
    return found | {
        flag: "1" for flag in ("peers", "as_published") if args.get(flag) in ("1", "true", "on")
    }


def _chart(territory: dict[str, Any], chart_id: str) -> Found:
    theme = next((t.name for t in contents() for c in t.charts if c.id == chart_id), None)
    if theme is None:
        return _nothing(chart_id, territory)
    try:
        answer = tk.get_action("territoires_portrait_show")(
            {}, {"id": territory["id"], "themes": [theme], **_asked()}
        )
    except tk.ValidationError as error:
        return tk.abort(400, " ".join(error.error_summary.values()))
    portrait = portrait_from_dict(answer)
    chart = reading.find(portrait, chart_id)
    if chart is None:
        return _nothing(chart_id, territory)
    areas = None
    if chart.kind == "map":
        areas = chart_areas.areas(chart, portrait, model.User.get(tk.current_user.name or ""))
    return Found(territory, chart, portrait, areas, words(portrait.language))


def _nothing(chart_id: str, territory: dict[str, Any]) -> Any:
    message = tk._("The portrait of {name} has no chart “{id}”: its figures are not at hand")
    return tk.abort(404, message.format(name=territory["name"], id=chart_id))


def _spec(found: Found, size: Any) -> Spec:
    try:
        return specification(found.chart, found.portrait, found.said, size, found.areas)
    except reading.NothingToDraw:
        return _nothing(found.chart.id, found.territory)


def _lines(found: Found) -> list[table.Line]:
    try:
        return table.lines_of(found.chart, found.portrait, found.areas)
    except reading.NothingToDraw:
        return _nothing(found.chart.id, found.territory)


def _notes(found: Found, lines: list[table.Line]) -> tuple[str, ...]:
    about = reading.subject(found.chart, found.portrait)
    return reading.notes(about, [line.figure for line in lines], found.said)


def _csv(found: Found) -> str:
    """For the spreadsheet of a language: it takes `12,5` for a number in French."""
    french = found.said.language.startswith("fr")
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if french else ",", lineterminator="\r\n")
    writer.writerow(table.header(found.said))
    for line in _lines(found):
        cells = line.cells(found.said)
        writer.writerow([_cell(cell, french=french) for cell in cells])
    return out.getvalue()


def _cell(value: table.Value, *, french: bool) -> str:
    if isinstance(value, float | int):
        text = repr(float(value)).removesuffix(".0")
        return text.replace(".", ",") if french else text
    text = value or ""
    # A spreadsheet would run what begins so.
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text


def _answer(key: str, content: Any, fmt: str, found: Found) -> Response:
    # Without this mark CKAN replaces the life time with that of its pages.
    tk.request.environ["__no_cache__"] = True
    response = Response(mimetype=TYPES[fmt])
    response.vary.update(("Cookie", "Authorization"))
    if tk.current_user.is_authenticated:
        response.cache_control.private = True
        response.cache_control.no_cache = True
    else:
        response.cache_control.public = True
        response.cache_control.max_age = KEPT
    response.set_etag(hashlib.sha256(f"{fmt} {key}".encode()).hexdigest()[:32])
    if tk.request.if_none_match.contains(response.get_etag()[0] or ""):
        response.status_code = 304
        return response
    name = f"{found.territory['slug']}-{found.chart.id}.{fmt}"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    # A picture opened on its own runs nothing and asks for nothing.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    response.set_data(_content(content, fmt))
    return response


def _content(content: Any, fmt: str) -> str | bytes:
    match fmt:
        case "csv":
            return "\ufeff" + content
        case "png":
            return render.render_png(content)
        case "svg":
            return render.render_svg(content)
    return json.dumps(content, ensure_ascii=False)
