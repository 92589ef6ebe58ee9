"""The statistics to query: a page, and the files of the same query."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import ckan.model as model
from ckan.plugins import toolkit as tk
from flask import Blueprint, Response, redirect, stream_with_context
from werkzeug.wrappers import Response as AnyResponse

from ckanext.territoires.bridge import statistics
from ckanext.territoires.bridge.statistics import Query, Selection
from ckanext.territoires.bridge.statistics_table import Table
from ckanext.territoires.renderings import statistics_csv, statistics_geojson, statistics_xlsx
from ckanext.territoires.views import statistics_page, statistics_pictures
from ckanext.territoires.views.statistics_query import Asked, asked_by

territoires_statistics = Blueprint("territoires_statistics", __name__)

# Figures in memory at once while a file is written.
PART = 500_000
# A workbook is made in one piece.
MAX_IN_WORKBOOK = 2_000_000
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "geojson": "application/geo+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@territoires_statistics.route("/statistiques")
def read() -> str | AnyResponse:
    """Choose territories, indicators and periods; see the figures."""
    asked = asked_by(tk.request.args)
    if "_form" in tk.request.args:
        # The address of a query is the shortest that says it.
        return redirect(asked.url())
    everything = statistics.at_hand(_reader())
    shown = {
        "form": statistics_page.form(asked, everything),
        "page": None,
        "errors": {},
        "examples": [],
    }
    if asked.is_empty:
        return tk.render("statistics/read.html", shown | {"examples": statistics_page.examples()})
    try:
        query = asked.query()
    except tk.ValidationError as error:
        return tk.render(
            "statistics/read.html", shown | {"errors": statistics_page.errors_of(error)}
        )
    selection = statistics.select(query, _reader())
    pictures = statistics_pictures.offered(asked, query, selection)
    page = statistics_page.page(asked, query, selection, pictures)
    return tk.render("statistics/read.html", shown | {"page": page})


@territoires_statistics.route("/statistiques/export.<extension>")
def export(extension: str) -> AnyResponse:
    """All the figures of a query in a file: `csv`, `xlsx` or `geojson`."""
    if extension not in TYPES:
        return tk.abort(404, tk._("Files are csv, xlsx or geojson"))
    asked, query, selection = _asked()
    if extension == "xlsx":
        content = _workbook(asked, query, selection)
    elif extension == "geojson":
        content = _geojson(query, selection)
    else:
        content = _csv(query, selection)
    # The first part is made now: what goes wrong is said, rather than a file cut short.
    first = next(content, b"")
    tk.request.environ["__no_cache__"] = True
    response = Response(stream_with_context(chain([first], content)), content_type=TYPES[extension])
    response.headers["Content-Disposition"] = f'attachment; filename="statistiques.{extension}"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@territoires_statistics.route("/statistiques/graphique.<extension>")
def chart(extension: str) -> AnyResponse:
    """The chart of a query, `svg` or `png`: bars, or lines over time."""
    if extension not in statistics_pictures.TYPES:
        return tk.abort(404, tk._("Pictures are svg or png"))
    return statistics_pictures.chart(*_asked(), extension)


@territoires_statistics.route("/statistiques/carte.<extension>", endpoint="map")
def outlined(extension: str) -> AnyResponse:
    """The map of a query, `svg` or `png`."""
    if extension not in statistics_pictures.TYPES:
        return tk.abort(404, tk._("Pictures are svg or png"))
    return statistics_pictures.map_(*_asked(), extension)


def _asked() -> tuple[Asked, Query, Selection]:
    asked = asked_by(tk.request.args)
    try:
        query = asked.query()
    except tk.ValidationError as error:
        messages = chain.from_iterable(statistics_page.errors_of(error).values())
        return tk.abort(400, " ".join(messages))
    return asked, query, statistics.select(query, _reader())


def _parts(query: Query, selection: Selection) -> Iterator[Table]:
    """The table by groups of lines, so that memory does not follow its size."""
    lines = max(1, PART // max(1, len(selection.columns)))
    for start in range(0, max(1, len(query.places)), lines):
        yield statistics.read(
            selection, query.places[start : start + lines], as_published=query.as_published
        )


def _csv(query: Query, selection: Selection) -> Iterator[bytes]:
    french = tk.request.args.get("locale") == "fr"
    layout = tk.request.args.get("layout", statistics_csv.LIST)
    if layout not in (statistics_csv.LIST, statistics_csv.TABLE):
        tk.abort(400, tk._("layout: list or table"))
    write = statistics_csv.as_table if layout == statistics_csv.TABLE else statistics_csv.as_list
    language = tk.h.lang()
    if french:
        # Without this mark, spreadsheets take the file for cp1252.
        yield "\ufeff".encode()
    for rank, table in enumerate(_parts(query, selection)):
        for text in write(table, language, french=french, header=rank == 0):
            yield text.encode()


def _geojson(query: Query, selection: Selection) -> Iterator[bytes]:
    language = tk.h.lang()
    sources: dict[int, dict[str, object]] = {}
    yield b'{"type":"FeatureCollection","features":['
    separator = ""
    for table in _parts(query, selection):
        for feature in statistics_geojson.features(table, language):
            yield f"{separator}\n{feature}".encode()
            separator = ","
        sources |= statistics_geojson.sources(table)
    told = json.dumps(list(sources.values()), ensure_ascii=False, separators=(",", ":"))
    yield f'\n],"sources":{told}}}\n'.encode()


def _workbook(asked: Asked, query: Query, selection: Selection) -> Iterator[bytes]:
    count = len(query.places) * len(selection.columns)
    if count > MAX_IN_WORKBOOK:
        message = tk._(
            "{count} figures, {limit} at most in a workbook: ask for fewer, or for the CSV"
        )
        tk.abort(400, message.format(count=count, limit=MAX_IN_WORKBOOK))
    table = statistics.read(selection, query.places, as_published=query.as_published)
    address = tk.config["ckan.site_url"].rstrip("/") + asked.url()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statistics.xlsx"
        statistics_xlsx.write_xlsx(table, path, tk.h.lang(), address)
        yield path.read_bytes()


def _reader() -> model.User | None:
    user = tk.current_user
    return user if isinstance(user, model.User) else None
