"""The State's action in a territory: a page, its files, the points of its map."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from ckan.plugins import toolkit as tk
from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from ckanext.territoires.bridge import project_records
from ckanext.territoires.bridge.reference import territory
from ckanext.territoires.logic import territory_dict
from ckanext.territoires.renderings import record_files
from ckanext.territoires.views import action_page, action_points
from ckanext.territoires.views.signed_in import reader
from ckanext.territoires.views.territory import find

territoires_action = Blueprint("territoires_action", __name__)

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@territoires_action.route("/territoire/<level>/<code>/<slug>/action")
def read(level: str, code: str, slug: str) -> str | AnyResponse:
    """Grants, planning documents, risks, programmes, zonings and posts of a territory."""
    shown = _at(level, code, slug, "territoires_action.read")
    if not isinstance(shown, dict):
        return shown
    try:
        page = action_page.page(shown, tk.request.args)
    except tk.ValidationError as error:
        return _refused(error)
    return tk.render("territoire/action.html", {"territory": shown, "page": page})


@territoires_action.route("/action/<identity>")
def record(identity: str) -> str:
    """One grant, plan, decree... whatever the files that hold it, to be quoted by its address."""
    try:
        found = project_records.of_identities([identity], reader()).get(identity)
    except ValueError:
        found = None
    if found is None:
        return tk.abort(404, tk._("No file that you may see holds this line"))
    places = [territory_dict.brief(one) for id in found.places if (one := territory(id))]
    return tk.render("territoire/record.html", {"record": found, "places": places})


@territoires_action.route("/territoire/<level>/<code>/<slug>/action/export.<extension>")
def export(level: str, code: str, slug: str, extension: str) -> str | AnyResponse:
    """All the lines that the page shows a part of, as CSV or XLSX."""
    if extension not in _TYPES:
        return tk.abort(404, tk._("A file is csv or xlsx"))
    shown = _at(level, code, slug, "territoires_action.export", extension=extension)
    if not isinstance(shown, dict):
        return shown
    try:
        lines, sources = action_page.everything(shown, tk.request.args)
    except tk.ValidationError as error:
        return _refused(error)
    content = record_files.render(extension, shown["name"], lines, sources)
    answer = Response(content, content_type=_TYPES[extension])
    day = datetime.now(tz=UTC).date().isoformat()
    name = f"action-{shown['level']}-{shown['code']}-{day}.{extension}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@territoires_action.route("/territoire/<level>/<code>/<slug>/action/points.geojson")
def points(level: str, code: str, slug: str) -> str | AnyResponse:
    """Where the grants that the page shows a part of are, those of one place together."""
    shown = _at(level, code, slug, "territoires_action.points")
    if not isinstance(shown, dict):
        return shown
    if not action_points.drawn(shown):
        return tk.abort(400, tk._("The map is drawn for a région and what is in it"))
    try:
        lines, _sources = action_page.everything(shown, tk.request.args)
    except tk.ValidationError as error:
        return _refused(error)
    collection = action_points.collection(lines)
    return Response(
        json.dumps(collection, ensure_ascii=False, separators=(",", ":")),
        content_type="application/geo+json",
    )


def _at(
    level: str, code: str, slug: str, endpoint: str, **more: str
) -> dict[str, Any] | str | AnyResponse:
    """The territory at an address, or a redirection to its own address."""
    shown = find(level, code)
    if not isinstance(shown, dict) or (shown["code"], shown["slug"]) == (code, slug):
        return shown
    args = tk.request.args.to_dict(flat=False)
    address = tk.url_for(
        endpoint, level=shown["level"], code=shown["code"], slug=shown["slug"], **more, **args
    )
    return redirect(address, code=301)


def _refused(error: tk.ValidationError) -> Any:
    lines = [
        f"{name}: {message}" for name, found in error.error_dict.items() for message in _flat(found)
    ]
    return tk.abort(400, " ".join(lines))


def _flat(found: Any) -> list[str]:
    return [str(each) for each in found] if isinstance(found, list | tuple) else [str(found)]
