"""Figures of many territories, and what figures there are."""

from __future__ import annotations

from typing import Any

from ckan.logic import validate
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict

from ckanext.territoires import config
from ckanext.territoires.bridge import statistics
from ckanext.territoires.bridge.releases import ReleaseInfo
from ckanext.territoires.bridge.statistics_table import worded
from ckanext.territoires.figures.formula import Part
from ckanext.territoires.figures.indicator import Indicator, load_indicators, themes
from ckanext.territoires.logic import schema
from ckanext.territoires.logic.reader import reader_of
from ckanext.territoires.logic.statistics import language, query_of
from ckanext.territoires.territory.names import fold


@tk.side_effect_free
@validate(schema.indicator_list)
def territoires_indicator_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """What figures there are, and the periods, levels and files at hand for each.

        ckanapi action territoires_indicator_list q=logement level=commune

    Args:
        context: CKAN's.
        data_dict: `q`, words of the name, label or definition; `theme`, name of a theme; `level`,
            to have only those at hand at a level.

    Returns:
        Indicators: `name`, `label`, `theme`, `theme_label`, `unit`, `formula` (None for what is
        loaded), `additive`, `universe`, `source`, `definition`, `precision`, `direction`; `periods`
        by level and `releases`, as far as the person may see them.

    """
    tk.check_access("territoires_indicator_list", context, data_dict)
    titles = dict(themes())
    if data_dict.get("theme") and data_dict["theme"] not in titles:
        message = tk._("“{name}” is not a theme: {names}")
        raise tk.ValidationError(
            {"theme": [message.format(name=data_dict["theme"], names=", ".join(titles))]}
        )
    spoken = language()
    held = statistics.at_hand(reader_of(context))
    words = fold(data_dict["q"]).split()
    found: list[dict[str, Any]] = []
    for one in load_indicators().values():
        if one.hidden or data_dict.get("theme") not in (None, one.theme):
            continue
        shown = _indicator(one, worded(titles[one.theme], spoken), held, spoken)
        if data_dict.get("level") and data_dict["level"] not in shown["periods"]:
            continue
        text = fold(" ".join((one.name, shown["label"], shown["theme_label"], shown["definition"])))
        if all(word in text for word in words):
            found.append(shown)
    return found


@tk.side_effect_free
@validate(schema.observation_search)
def territoires_observation_search(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Figures of territories: one row for each territory, indicator and period.

        ckanapi action territoires_observation_search within=fr:departement:44 level=commune \\
            indicators=population,density periods=latest

    Args:
        context: CKAN's.
        data_dict: `territories`, identifiers; `within` and `level`, the territories of a level in
            another; `indicators`, names; `periods`, `latest` (default), `all`, or periods;
            `as_published`, to leave out what was carried from former communes; `format`: `json`
            (default) for rows, `csv`, `xlsx` or `geojson` for the address of the file; `limit`
            (1,000) and `offset`, in rows.

    Returns:
        `total`, `limit`, `offset`, `rows`, `sources` (the releases that rows name), `absent`
        (periods asked of an indicator that no file at hand holds) and `url`, the page that shows
        the same. For another format than `json`, `total`, `absent` and `url`, that of the file.

    Raises:
        ValidationError: names each field that is not understood.

    """
    tk.check_access("territoires_observation_search", context, data_dict)
    query = query_of(data_dict)
    selection = statistics.select(query, reader_of(context))
    width = len(selection.columns)
    answer: dict[str, Any] = {
        "total": len(query.places) * width,
        "absent": [
            {"indicator": indicator.name, "period": period or None}
            for indicator, period in selection.absent
        ],
        "url": _address(data_dict),
    }
    if data_dict["format"] != "json":
        return answer
    limit, offset = _bounds(data_dict)
    first = offset // width if width else 0
    last = -(-(offset + limit) // width) if width else 0
    table = statistics.read(selection, query.places[first:last], as_published=query.as_published)
    rows = [
        {"territory": place.id, "code": place.code, "name": place.name, "level": place.level, **one}
        for place, figures in table.lines(range(len(table.places)), language())
        for one in figures
    ]
    start = offset - first * width
    return answer | {
        "limit": limit,
        "offset": offset,
        "rows": rows[start : start + limit],
        "sources": {str(info.id): _release(info) for info in table.sources},
    }


def _bounds(data: DataDict) -> tuple[int, int]:
    limit, most = data["limit"], config.statistics_max_rows()
    if limit > most:
        message = tk._(
            "{limit} rows are asked, {most} at most in one answer: read on with “offset”, or "
            "download a file, which holds them all (“format”: csv, xlsx, geojson)"
        )
        raise tk.ValidationError({"limit": [message.format(limit=limit, most=most)]})
    return limit, data["offset"]


def _address(data: DataDict) -> str:
    """The page, or the file, of the same query."""
    kept: dict[str, str] = {
        name: ",".join(data[name])
        for name in ("territories", "indicators", "periods")
        if data.get(name)
    }
    kept |= {name: data[name] for name in ("within", "level") if data.get(name)}
    if data["as_published"]:
        kept["as_published"] = "true"
    if data["format"] == "json":
        return tk.url_for("territoires_statistics.read", qualified=True, **kept)
    return tk.url_for(
        "territoires_statistics.export", qualified=True, extension=data["format"], **kept
    )


def _indicator(one: Indicator, theme: str, held: statistics.AtHand, spoken: str) -> dict[str, Any]:
    parts = one.compiled.parts if one.compiled else (Part(one.name),)
    loaded = {part.name for part in parts}
    periods = {level: list(held.at(one, level)) for level in held.by_level}
    at_hand = {level: found for level, found in periods.items() if found}
    releases = {extent.release for extent in held.extents if extent.indicator in loaded}
    return {
        "name": one.name,
        "label": worded(one.label, spoken),
        "theme": one.theme,
        "theme_label": theme,
        "unit": worded(one.unit, spoken),
        "formula": one.formula,
        "additive": one.additive,
        "universe": worded(one.universe, spoken),
        "source": worded(one.source, spoken),
        "definition": worded(one.definition, spoken),
        "precision": one.precision,
        "direction": one.direction,
        "periods": at_hand,
        "releases": [_release(info) for info in held.releases if info.id in releases]
        if at_hand
        else [],
    }


def _release(info: ReleaseInfo) -> dict[str, Any]:
    return {
        "id": info.id,
        "dataset": info.dataset_name,
        "dataset_id": info.dataset_id,
        "resource_id": info.resource_id,
        "title": info.title,
        "producer": info.producer,
        "vintage": info.vintage,
        "cog_year": info.cog_year,
        "loaded": info.loaded.isoformat(),
    }
