"""The portrait of a territory from one file alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.territoires import config
from ckanext.territoires.bridge import portrait_views, profile, wording
from ckanext.territoires.logic.action.portrait import portrait
from ckanext.territoires.portrait.document import Portrait, Row
from ckanext.territoires.views import portrait_page


def variables(
    resource: dict[str, Any], package: dict[str, Any], view: dict[str, Any]
) -> dict[str, Any]:
    """What the page of the view shows: the territory asked for, or the nearest to the reader.

    `portrait` is None for who may see no figure of the file.
    """
    asked = tk.request.args.get("territory", "").strip()
    shown, problem = _asked(asked) if asked else (None, "")
    shown = shown or _by_default(package, view)
    told: dict[str, Any] = {
        "territory": shown,
        "asked": asked,
        "problem": problem,
        "portrait": None,
        "chosen": view.get("territory") or "",
    }
    if shown is None or not portrait_views.has_figures(resource.get("id", "")):
        return told
    made = _told(
        portrait(
            {},
            {
                "id": shown["id"],
                "compare": [],
                "peers": False,
                "as_published": False,
                "themes": [],
                "resource_id": resource["id"],
            },
        )
    )
    writer = portrait_page.Writer(made.language)
    return told | {
        "portrait": made,
        "columns": portrait_page.columns(made, wording.level_label),
        "tables": {theme.name: writer.table(theme) for theme in made.themes},
    }


def _told(made: Portrait) -> Portrait:
    """Leave out the lines of which the file says nothing, here or beside."""
    themes = [
        replace(theme, rows=type(theme.rows)(row for row in theme.rows if _says(row)))
        for theme in made.themes
    ]
    return replace(made, themes=type(made.themes)(theme for theme in themes if theme.rows))


def _says(row: Row) -> bool:
    figures = (row.figure, *row.comparisons)
    return any(one.value is not None or one.status == "secret" for one in figures)


def _asked(text: str) -> tuple[dict[str, Any] | None, str]:
    shown = tk.h.territoires_territory(text)
    if shown:
        return shown, ""
    found = tk.get_action("territoires_coverage_read")({}, {"text": text})
    for one in found["territories"]:
        return tk.h.territoires_territory(one["id"]), ""
    problems = [str(problem) for problem in found["problems"]]
    return None, " ".join(problems) or tk._("No territory answers to “{id}”").format(id=text)


def _by_default(package: dict[str, Any], view: dict[str, Any]) -> dict[str, Any] | None:
    covered = package.get("territory") or []
    covered = [covered] if isinstance(covered, str) else covered
    own = profile.territory_of(tk.current_user)
    for identifier in (view.get("territory"), own, *covered[:1], config.home_territory()):
        shown = tk.h.territoires_territory(identifier) if identifier else None
        if shown:
            return shown
    return None
