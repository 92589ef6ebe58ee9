"""Projects: their list, their sheets, their form. CKAN's addresses of the type lead here."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import ckan.model as model
from ckan.plugins import toolkit as tk
from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from ckanext.territoires.bridge import project_search
from ckanext.territoires.bridge.labels import PROJECT
from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.renderings import project_files, project_list_files
from ckanext.territoires.renderings.pdf_file import MissingLibrary
from ckanext.territoires.views import csrf, outlines, project_form, project_list, signed_in
from ckanext.territoires.views.project_page import document_of, find, page
from ckanext.territoires.views.territory import find as find_territory

territoires_project = Blueprint("territoires_project", __name__)

#: CKAN's pages of a dataset that are ours for a project.
_OURS = {"search": "index", "new": "new", "read": "read", "edit": "edit"}
_SHOWN_ON_TERRITORY = 20


@territoires_project.before_app_request
def lead_here() -> AnyResponse | None:
    """A project has one page and one form, wherever CKAN links to them."""
    blueprint, _, view = (tk.request.endpoint or "").rpartition(".")
    if blueprint not in (PROJECT, "dataset") or view not in _OURS:
        return None
    name = (tk.request.view_args or {}).get("id")
    if blueprint == "dataset":
        # Most are datasets; CKAN reads the same row again at no cost.
        package = model.Package.get(name) if name else None
        if package is None or package.type != PROJECT:
            return None
    values: dict[str, Any] = tk.request.args.to_dict(flat=False)
    if name:
        package = model.Package.get(name)
        values = {"name": package.name if package else name, **values}
    # After a POST the address is asked again without what was sent: our form checks its own.
    return redirect(tk.url_for(f"territoires_project.{_OURS[view]}", **values), code=303)


@territoires_project.route("/projet")
def index() -> str:
    """The projects that the person may see, by territory, stage, theme, service, programme."""
    return tk.render("project/index.html", project_list.page())


@territoires_project.route("/projet/carte.geojson")
def points() -> Response:
    """Where the projects of the same search lie."""
    collection = project_list.points(tk.url_for("territoires_project.index"))
    return _json(collection)


@territoires_project.route("/projet/export.<extension>")
def export(extension: str) -> Response:
    """The whole list of the same search, as CSV or XLSX."""
    if extension not in project_list_files.TYPES:
        return tk.abort(404, tk._("A file is csv or xlsx"))
    address = tk.url_for("territoires_project.index", qualified=True) + "/"
    content = project_list_files.render(extension, project_list.everything(), address)
    name = f"projets-{_today().isoformat()}.{extension}"
    return _file(content, project_list_files.TYPES[extension], name)


@territoires_project.route("/projet/nouveau", methods=["GET", "POST"])
def new() -> str | AnyResponse:
    """Open a project."""
    signed_in.require()
    if tk.request.method == "POST":
        csrf.check()
    try:
        return project_form.new()
    except tk.NotAuthorized:
        return tk.abort(403, tk._("A project is opened by the editors of a service"))


@territoires_project.route("/projet/nouveau/brouillon", methods=["POST"])
def keep_new_draft() -> AnyResponse:
    """Keep what is typed in the form of a project to come."""
    return _draft(None)


@territoires_project.route("/projet/nouveau/brouillon/abandon", methods=["POST"])
def drop_new_draft() -> AnyResponse:
    """Give up the draft of a project to come."""
    signed_in.require()
    csrf.check()
    return project_form.drop_draft(None)


@territoires_project.route("/projet/<name>")
def read(name: str) -> str | AnyResponse:
    """The sheet of a project."""
    project = find(name)
    if project["name"] != name:
        return redirect(tk.url_for("territoires_project.read", name=project["name"]))
    return tk.render("project/read.html", page(project))


@territoires_project.route("/projet/<name>/contours.geojson")
def contours(name: str) -> Response:
    """The outlines of the territories of a project."""
    project = find(name)
    known = [reference().get(one) for one in project.get("territory") or []]
    return outlines.geojson([one for one in known if one], private=True)


@territoires_project.route("/projet/<name>/<what>.<extension>")
def download(name: str, what: str, extension: str) -> Response:
    """The sheet (`fiche`) as PDF or ODT, or a summary of one page (`resume`) as PDF."""
    kind = project_files.KINDS.get((what, extension))
    if kind is None:
        return tk.abort(404, tk._("There is no such file"))
    project = find(name)
    try:
        content = project_files.render(what, extension, document_of(project), _today())
    except MissingLibrary as error:
        return tk.abort(503, str(error))
    return _file(content, kind, f"{project['name']}-{what}.{extension}")


@territoires_project.route("/projet/<name>/modifier", methods=["GET", "POST"])
def edit(name: str) -> str | AnyResponse:
    """Change the sheet of a project."""
    signed_in.require()
    if tk.request.method == "POST":
        csrf.check()
    project = find(name)
    try:
        return project_form.edit(project)
    except tk.NotAuthorized as error:
        return tk.abort(403, str(error.message))


@territoires_project.route("/projet/<name>/modifier/brouillon", methods=["POST"])
def keep_draft(name: str) -> AnyResponse:
    """Keep what is typed in the form of a project."""
    return _draft(name)


@territoires_project.route("/projet/<name>/modifier/brouillon/abandon", methods=["POST"])
def drop_draft(name: str) -> AnyResponse:
    """Give up a draft."""
    signed_in.require()
    csrf.check()
    return project_form.drop_draft(find(name))


@territoires_project.route("/territoire/<level>/<code>/<slug>/projets")
def of_territory(level: str, code: str, slug: str) -> str | AnyResponse:
    """The projects that concern a territory, the closest first."""
    shown = find_territory(level, code)
    if not isinstance(shown, dict):
        return shown
    if (shown["code"], shown["slug"]) != (code, slug):
        return redirect(tk.h.url_for(f"{shown['path']}/projets"), code=301)
    near = project_search.near([shown["id"]], rows=_SHOWN_ON_TERRITORY)
    return tk.render(
        "project/of_territory.html",
        {
            "territory": shown,
            "found": near,
            "may_open": tk.h.check_access("package_create"),
        },
    )


def _draft(name: str | None) -> AnyResponse:
    signed_in.require()
    csrf.check()
    try:
        return project_form.keep_draft(find(name) if name else None)
    except tk.NotAuthorized:
        return tk.abort(403, tk._("You may not change this project"))


def _json(collection: dict[str, Any]) -> Response:
    return Response(
        json.dumps(collection, ensure_ascii=False, separators=(",", ":")),
        content_type="application/geo+json",
    )


def _file(content: bytes, kind: str, name: str) -> Response:
    # What one may read is not for the caches of others.
    tk.request.environ["__no_cache__"] = True
    answer = Response(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _today() -> date:
    return datetime.now(UTC).date()
