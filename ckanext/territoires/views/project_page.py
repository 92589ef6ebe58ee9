"""What the page of a project shows of its sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ckan.model as model
from ckan.plugins import toolkit as tk

from ckanext.territoires import config
from ckanext.territoires.bridge import (
    project_document,
    project_fields,
    project_links,
    project_records,
    project_search,
    schemes,
)
from ckanext.territoires.bridge.project_document import ProjectDocument
from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.sheet import financing
from ckanext.territoires.sheet.financing import AMOUNTS, Line
from ckanext.territoires.sheet.stage import Stage
from ckanext.territoires.views.signed_in import reader

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line of the plan; `source` is the grant that it comes from, when the reader may see it.

    `differs` names the amounts that the file of the State gives otherwise.
    """

    line: Line
    source: project_records.Found | None
    differs: tuple[str, ...]


def find(name: str) -> Data:
    """The project at an address, or the page that says there is none.

    The same answer for what does not exist and for what is not shared with this person.
    """
    package = model.Package.get(name)
    if package is None or package.type != "project":
        return tk.abort(404, tk._("Project not found"))
    try:
        return tk.get_action("package_show")({"for_view": True}, {"id": package.id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("Project not found"))


def page(project: Data) -> Data:
    """What `project/read.html` needs: some queries, whatever the sheet holds."""
    user = reader()
    rows = project.get("financing") or []
    identities = [row["record"] for row in rows if row.get("record")]
    linked = project.get("related_records") or []
    records = project_records.of_identities([*identities, *linked], user)
    lines = [_line(line, records) for line in financing.read(rows)]
    territories = project.get("territory") or []
    return {
        "project": project,
        "stages": stages(project),
        "lines": lines,
        "totals": financing.totals(shown.line for shown in lines),
        "amounts": AMOUNTS,
        "holder": holder(project),
        "programmes": [schemes.scheme(name) for name in project.get("programmes") or []],
        "themes": [project_fields.choice_label("theme", one) for one in project.get("theme") or []],
        "datasets": project_links.readable(project.get("related_datasets") or [], user),
        "records": [records[one] for one in linked if one in records],
        "near": project_search.near(territories, but=project["id"]),
        "may_edit": tk.h.check_access("package_update", {"id": project["id"]}),
        "outlined": any(reference().get(one) for one in territories),
        "label": project_fields.field_label,
    }


def document_of(project: Data) -> ProjectDocument:
    """The sheet as a document to print, with the links that this reader may see."""
    user = reader()
    linked = project.get("related_records") or []
    records = project_records.of_identities(linked, user)
    titles = [
        link.title for link in project_links.readable(project.get("related_datasets") or [], user)
    ]
    titles += [
        ", ".join(str(part) for part in (found.scheme, found.title, found.year) if part)
        for found in records.values()
    ]
    address = tk.url_for("territoires_project.read", name=project["name"], qualified=True)
    return project_document.document(project, titles, config.site_title(), address)


def stages(project: Mapping[str, Any]) -> list[Data]:
    """The stages that a project goes through, with their dates; the present one is marked."""
    dates = {row["stage"]: row["date"] for row in project.get("stage_dates") or []}
    present = project.get("stage") or Stage.IDEA
    usual = (Stage.IDEA, Stage.STUDY, Stage.WORKS, Stage.DONE)
    return [
        {
            "stage": stage.value,
            "label": project_fields.stage_label(stage),
            "date": project_fields.date_words(dates[stage]) if stage in dates else "",
            "current": stage == present,
        }
        for stage in Stage
        if stage in usual or stage in dates or stage == present
    ]


def holder(project: Mapping[str, Any]) -> Data | None:
    """Who carries the project: a territory in brief, or a `name` alone."""
    value = project.get("holder")
    if not value:
        return None
    found = tk.h.territoires_territory(value) if ":" in value else None
    return found or {"name": value, "path": ""}


def _line(line: Line, records: Mapping[str, project_records.Found]) -> LineShown:
    source = records.get(line.record)
    if source is None:
        return LineShown(line, None, ())
    differs = tuple(
        kind
        for kind in AMOUNTS
        if getattr(source, kind) is not None
        and (getattr(line, kind) is None or float(getattr(line, kind)) != getattr(source, kind))
    )
    return LineShown(line, source, differs)
