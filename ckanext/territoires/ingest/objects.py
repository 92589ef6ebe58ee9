"""JSON and GeoJSON: a row an object."""
# pyright: basic

from __future__ import annotations

import json
from typing import Any, cast

from ckanext.territoires.ingest.findings import Findings
from ckanext.territoires.ingest.table import RowsGrid

#: Names given to the coordinates of a GeoJSON point, which have none.
LATITUDE, LONGITUDE = "@latitude", "@longitude"
_LISTS = ("features", "data", "records", "results", "rows", "items")
_MOST_COLUMNS = 2_000


def read_objects(name: str, text: str, findings: Findings) -> RowsGrid | None:
    """Rows of an array of objects, or of the features of a collection; None when it is neither.

    Lines are the ranks of the objects: an editor often shows the whole file as one line.
    """
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError):
        findings.problem("broken_json", blocking=True)
        return None
    objects = [_flat(item) for item in _items(document) if isinstance(item, dict)]
    if not objects:
        findings.problem("no_objects", blocking=True)
        return None
    names = list(dict.fromkeys(key for item in objects for key in item))
    if len(names) > _MOST_COLUMNS:
        findings.problem("too_large", blocking=True)
        return None
    findings.assume("objects_counted")
    rows = [names] + [[_text(item.get(key)) for key in names] for item in objects]
    return RowsGrid(name, rows, range(len(rows)), padded=True)


def _items(document: Any) -> list[Any]:
    if isinstance(document, list):
        return cast("list[Any]", document)
    for key in _LISTS if isinstance(document, dict) else ():
        if isinstance(document.get(key), list):
            return cast("list[Any]", document[key])
    return []


def _flat(item: dict[str, Any]) -> dict[str, Any]:
    """Properties of a feature with its point, fields of a record of an API, or the object."""
    if isinstance(item.get("fields"), dict):
        return item["fields"]
    if not isinstance(item.get("properties"), dict):
        return item
    row = dict(item["properties"])
    point = _point(item.get("geometry"))
    if point:
        row[LONGITUDE], row[LATITUDE] = point
    return row


def _point(geometry: Any) -> tuple[Any, Any] | None:
    """The first point of a geometry; an area has none."""
    if not isinstance(geometry, dict):
        return None
    kind = geometry.get("type")
    found: Any = geometry.get("coordinates")
    if kind == "GeometryCollection":
        parts: Any = geometry.get("geometries")
        return _point(parts[0]) if isinstance(parts, list) and parts else None
    if kind == "MultiPoint" and isinstance(found, list) and found:
        found = found[0]
    elif kind != "Point":
        return None
    return (found[0], found[1]) if isinstance(found, list) and len(found) >= 2 else None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, list):
        return "; ".join(_text(part) for part in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value).replace("\0", "")
