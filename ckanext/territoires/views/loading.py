"""What became of an uploaded file, and what its columns mean."""

from __future__ import annotations

import csv
import io
from typing import Any

from ckan.plugins import toolkit as tk
from flask import Blueprint, Response
from werkzeug.wrappers import Response as AnyResponse

from ckanext.territoires.bridge import number_wording
from ckanext.territoires.figures.indicator import load_indicators
from ckanext.territoires.views import csrf, loading_columns

territoires_loading = Blueprint("territoires_loading", __name__)

#: Lines of a report that its page shows; the file has them all.
MAX_LINES = 100
PENDING = ("queued", "running")
_PAGE = "/dataset/<id>/resource/<resource_id>/chargement"
_COLUMNS = "/dataset/<id>/resource/<resource_id>/colonnes"


@territoires_loading.route(_PAGE)
def read(id: str, resource_id: str) -> str:
    """Where the loading of a file stands, then its report."""
    shown = _shown(id, resource_id)
    load = shown["told"]["load"] or {}
    problems = sorted(load.get("problems") or [], key=lambda one: not one["blocking"])
    return tk.render(
        "loading/read.html",
        {
            **shown,
            "load": load,
            "pending": load.get("state") in PENDING,
            "problems": problems[:MAX_LINES],
            "more": max(0, sum((load.get("counts") or {}).values()) - MAX_LINES),
            "reasons": _reasons(load, problems),
            "indicators": _labels(shown["told"]["loaded"]),
            "proposed": _proposed(shown) if shown["may_change"] else None,
        },
    )


@territoires_loading.route(f"{_PAGE}/rapport.csv")
def report(id: str, resource_id: str) -> Response:
    """The report, as a file: line, column, value, reason."""
    shown = _for_editors(id, resource_id)
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    heads = (tk._("line"), tk._("column"), tk._("value"), tk._("reason"), tk._("blocking"))
    writer.writerow(heads)
    for one in (shown["told"]["load"] or {}).get("problems") or []:
        cells = (one["line"] or "", one["column"] or "", one["value"] or "", one["message"])
        # A spreadsheet runs a text that begins like a formula.
        safe = [f"'{c}" if str(c)[:1] in ("=", "+", "-", "@", "\t") else c for c in cells]
        writer.writerow((*safe, tk._("yes") if one["blocking"] else ""))
    content = target.getvalue().encode("utf-8-sig")
    response = Response(content, mimetype="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="rapport.csv"'
    return response


@territoires_loading.route(f"{_PAGE}/relire", methods=["POST"])
def again(id: str, resource_id: str) -> AnyResponse:
    """Read the file again."""
    csrf.check()
    _for_editors(id, resource_id)
    try:
        tk.get_action("territoires_resource_load")({}, {"id": resource_id, "force": True})
    except tk.ValidationError as error:
        tk.h.flash_error(" ".join(error.error_summary.values()))
    return _to_page(id, resource_id)


@territoires_loading.route(f"{_PAGE}/couverture", methods=["POST"])
def cover(id: str, resource_id: str) -> AnyResponse:
    """Take the coverage and the granularity that the codes of the file tell."""
    csrf.check()
    proposed = _proposed(_for_editors(id, resource_id))
    if proposed:
        patch = {name: proposed[name] for name in ("territory", "granularity") if proposed[name]}
        try:
            tk.get_action("package_patch")({}, {"id": id, **patch})
            tk.h.flash_success(tk._("The territories covered are those of the file"))
        except tk.ValidationError as error:
            tk.h.flash_error(" ".join(map(str, error.error_summary.values())))
    return _to_page(id, resource_id)


@territoires_loading.route(_COLUMNS, methods=["GET", "POST"])
def columns(id: str, resource_id: str) -> str | AnyResponse:
    """Say what the columns of a file mean; it is then read so."""
    shown = _for_editors(id, resource_id)
    found = tk.get_action("territoires_header_mapping_show")({}, {"id": resource_id})
    if tk.request.method == "POST":
        csrf.check()
        form = loading_columns.sent(found, tk.request.form)
        mapping = loading_columns.mapping_of(form)
        if mapping is not None and not form.errors:
            try:
                tk.get_action("territoires_header_mapping_save")(
                    {}, {"id": resource_id, "mapping": mapping}
                )
                return _to_page(id, resource_id)
            except tk.ValidationError as error:
                form.errors["file"] = " ".join(map(str, error.error_summary.values()))
    else:
        form = loading_columns.proposed(found, tk.request.args.get("from", ""))
    return tk.render(
        "loading/columns.html",
        {**shown, "form": form, "groups": loading_columns.groups(), "offered": found["offered"]},
    )


def _shown(id: str, resource_id: str) -> dict[str, Any]:
    """The dataset, the file and its report, or a page that is not found."""
    try:
        package = tk.get_action("package_show")({}, {"id": id})
        told = tk.get_action("territoires_load_report")({}, {"id": resource_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("Resource not found"))
    resource = next((one for one in package["resources"] if one["id"] == resource_id), None)
    if resource is None:
        return tk.abort(404, tk._("Resource not found"))
    may_change = tk.h.check_access("territoires_resource_load", {"id": resource_id})
    # The names that CKAN's templates of a dataset expect.
    return {
        "pkg_dict": package,
        "pkg": package,
        "resource": resource,
        "told": told,
        "may_change": may_change,
    }


def _for_editors(id: str, resource_id: str) -> dict[str, Any]:
    shown = _shown(id, resource_id)
    if not shown["may_change"]:
        tk.abort(403, tk._("Those who may change the file only see this page"))
    return shown


def _to_page(id: str, resource_id: str) -> AnyResponse:
    return tk.redirect_to("territoires_loading.read", id=id, resource_id=resource_id)


def _reasons(load: dict[str, Any], problems: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """How often each reason occurs, the most often first."""
    sentences = {one["code"]: one["message"] for one in reversed(problems)}
    counts = load.get("counts") or {}
    found = [(sentences[code], count) for code, count in counts.items() if code in sentences]
    return sorted(found, key=lambda pair: -pair[1])


def _labels(loaded: dict[str, Any] | None) -> list[str]:
    known = load_indicators()
    language = "fr" if number_wording.reader_language().startswith("fr") else "en"
    names = (loaded or {}).get("indicators") or []
    return [str(known[name].label[language]) for name in names if name in known]


def _proposed(shown: dict[str, Any]) -> dict[str, Any] | None:
    """The coverage told by the codes of the file, when the dataset says another."""
    coverage = (shown["told"]["load"] or {}).get("coverage") or {}
    territories = list(coverage.get("territories") or [])
    if not territories:
        return None
    package = shown["pkg"]
    held = package.get("territory") or []
    held = [held] if isinstance(held, str) else list(held)
    granularity = coverage.get("granularity") or ""
    same = set(held) == set(territories)
    if same and granularity in ("", package.get("granularity")):
        return None
    return {"territory": territories, "granularity": granularity}
