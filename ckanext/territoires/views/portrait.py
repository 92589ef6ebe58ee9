"""The portrait of a territory, territories side by side, the members of a territory."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from flask import Blueprint, Response, current_app, redirect
from werkzeug.wrappers import Response as AnyResponse

from ckanext.territoires.bridge import portraits, wording
from ckanext.territoires.logic.action.portrait import portrait as portrait_for
from ckanext.territoires.portrait.document import Portrait
from ckanext.territoires.views import portrait_members, portrait_page, portrait_tables
from ckanext.territoires.views.portrait_members import MAX_SHOWN
from ckanext.territoires.views.territory import find

territoires_portrait = Blueprint("territoires_portrait", __name__)

#: Formats of a portrait, in the order in which they are offered.
FORMATS = ("pdf", "odt", "docx", "xlsx", "csv", "json")


@territoires_portrait.route("/territoire/<level>/<code>/<slug>/portrait")
def read(level: str, code: str, slug: str) -> str | AnyResponse:
    """The portrait of a territory."""
    shown = _at(level, code, slug, "territoires_portrait.read")
    if not isinstance(shown, dict):
        return shown
    asked, problems = _asked()
    portrait = _portrait(shown, asked)
    writer = portrait_page.Writer(portrait.language)
    pages = current_app.view_functions
    return tk.render(
        "territoire/portrait.html",
        {
            "territory": shown,
            "portrait": portrait,
            "columns": portrait_page.columns(portrait, wording.level_label),
            "tables": {theme.name: writer.table(theme) for theme in portrait.themes},
            "tiles": portrait_page.tiles(portrait, writer),
            "missing": _missing(portrait),
            "asked": asked,
            "compared": _lines(asked),
            "problems": problems,
            "has_charts": "territoires_charts.image" in pages,
            "formats": FORMATS if "territoires_editions.download" in pages else (),
            "has_editions": "territoires_editions.index" in pages,
            "may_comment": "territoires_editions.comment" in pages and _may_comment(shown["id"]),
            "max_compared": portraits.MAX_COMPARED,
        },
    )


@territoires_portrait.route("/territoire/<level>/<code>/<slug>/portrait/comparer")
def compare(level: str, code: str, slug: str) -> str | AnyResponse:
    """Several territories side by side; `format=csv` is the same table as a file."""
    shown = _at(level, code, slug, "territoires_portrait.compare")
    if not isinstance(shown, dict):
        return shown
    asked, problems = _asked()
    portrait = _portrait(shown, asked)
    if tk.request.args.get("format") == "csv":
        return _csv(portrait_tables.side_by_side(portrait), f"{shown['slug']}-comparaison")
    writer = portrait_page.Writer(portrait.language)
    return tk.render(
        "territoire/portrait_compare.html",
        {
            "territory": shown,
            "portrait": portrait,
            "columns": portrait_page.columns(portrait, wording.level_label),
            "tables": {theme.name: writer.table(theme) for theme in portrait.themes},
            "asked": asked,
            "compared": _lines(asked),
            "problems": problems,
            "max_compared": portraits.MAX_COMPARED,
            "download": tk.h.url_for(
                "territoires_portrait.compare", **_place(shown), format="csv", **asked
            ),
        },
    )


@territoires_portrait.route("/territoire/<level>/<code>/<slug>/portrait/membres")
def members(level: str, code: str, slug: str) -> str | AnyResponse:
    """The members of a territory, an indicator a column; `format=csv` is the same as a file."""
    shown = _at(level, code, slug, "territoires_portrait.members")
    if not isinstance(shown, dict):
        return shown
    table = portrait_members.table(shown, tk.request.args)
    if table is None:
        message = tk._("{name} has no members to show").format(name=shown["name"])
        return tk.abort(404, message)
    if tk.request.args.get("format") == "csv":
        return _csv(portrait_tables.of_members(table), f"{shown['slug']}-membres")
    return tk.render(
        "territoire/portrait_members.html",
        {"territory": shown, "table": table, "max_shown": MAX_SHOWN},
    )


def _at(level: str, code: str, slug: str, endpoint: str) -> dict[str, Any] | str | AnyResponse:
    """The territory at an address, or where to go instead."""
    shown = find(level, code)
    if not isinstance(shown, dict):
        return shown
    if (shown["code"], shown["slug"]) != (code, slug):
        args = tk.request.args.to_dict(flat=False)
        return redirect(tk.h.url_for(endpoint, **_place(shown), **args), code=301)
    return shown


def _asked() -> tuple[dict[str, Any], list[str]]:
    """What the address asks of the portrait, and what was not understood of it."""
    args = tk.request.args
    asked: dict[str, Any] = {}
    problems: list[str] = []
    typed = "\n".join(args.getlist("compare")).strip()
    if typed:
        found = tk.get_action("territoires_coverage_read")({}, {"text": typed})
        problems = [str(problem) for problem in found["problems"]]
        ids = [one["id"] for one in found["territories"]]
        if len(ids) > portraits.MAX_COMPARED:
            message = tk._("{count} territories were named: the first {limit} are compared")
            problems.append(message.format(count=len(ids), limit=portraits.MAX_COMPARED))
        if ids:
            asked["compare"] = ids[: portraits.MAX_COMPARED]
    for flag in ("peers", "as_published"):
        if args.get(flag) in ("1", "true", "on"):
            asked[flag] = "1"
    return asked, problems


def _portrait(shown: dict[str, Any], asked: dict[str, Any]) -> Portrait:
    try:
        return portrait_for(
            {},
            {
                "id": shown["id"],
                "compare": asked.get("compare", []),
                "peers": "peers" in asked,
                "as_published": "as_published" in asked,
                "themes": [],
            },
        )
    except tk.ValidationError as error:
        return tk.abort(400, " ".join(error.error_summary.values()))


def _may_comment(territory: str) -> bool:
    if tk.current_user.is_anonymous:
        return False
    what = {"territory": territory, "theme": portraits.theme_names()[0]}
    try:
        tk.check_access("territoires_portrait_comment_save", {}, what)
    except tk.NotAuthorized:
        return False
    return True


def _missing(portrait: Portrait) -> list[str]:
    """Titles of the themes of which no file at hand says anything."""
    written = {theme.name for theme in portrait.themes}
    titles = portraits.theme_titles(portrait.language)
    return [titles[name] for name in portraits.theme_names() if name not in written]


def _lines(asked: dict[str, Any]) -> str:
    return tk.h.territoires_lines(asked.get("compare", []))


def _place(shown: dict[str, Any]) -> dict[str, str]:
    return {"level": shown["level"], "code": shown["code"], "slug": shown["slug"]}


def _csv(content: bytes, name: str) -> Response:
    response = Response(content, mimetype="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
