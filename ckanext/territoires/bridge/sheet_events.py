"""A change of a project's sheet becomes entries of its thread, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ckan.model as model
from ckan.plugins import toolkit as tk
from ckan.types import Context

from ckanext.territoires.bridge import thread
from ckanext.territoires.bridge.labels import is_project
from ckanext.territoires.discussion.message import Kind
from ckanext.territoires.sheet.changes import Change, changes

#: Where the action that changes a project leaves what it was, for `updated`.
BEFORE = "territoires_sheet_before"
#: Fields whose change is an entry of its own; the others go together.
_KINDS: Mapping[str, Kind] = {
    "stage": Kind.STAGE,
    "stage_dates": Kind.STAGE,
    "access_level": Kind.ACCESS,
}
#: Too long to be kept twice: CKAN has the former versions.
_LONG = ("notes",)
Sheet = Mapping[str, Any]


def updated(context: Context, project_id: str) -> None:
    """Note what an update changed. No commit: CKAN's update is not over when it calls this."""
    kept: Any = context
    before = kept.pop(BEFORE, None)
    if before is None or before["id"] != project_id:
        return
    author = model.User.get(context.get("user") or "")
    if author is None:
        return
    after = tk.get_action("package_show")(
        {"ignore_auth": True, "user": author.name, "use_cache": False}, {"id": project_id}
    )
    note_changes(before, after, author.id)


def note_changes(before: Sheet, after: Sheet, user_id: str, session: Any = None) -> None:
    """Add to the thread what differs in two versions of a project. No commit.

    A stage, the access level and the files have entries of their own; nothing is added when
    nothing differs. A draft has no thread yet.
    """
    session = session or model.Session
    project = session.get(model.Package, after["id"])
    author = session.get(model.User, user_id)
    if project is None or author is None or not is_project(project):
        return
    if before.get("state") == "draft":
        return
    found: dict[Kind, list[dict[str, Any]]] = {}
    for change in changes(before, after):
        found.setdefault(_KINDS.get(change.field, Kind.SHEET), []).append(_stored(change))
    for kind in (Kind.ACCESS, Kind.STAGE, Kind.SHEET):
        if kind in found:
            thread.happened(project, author, kind, {"changes": found[kind]})
    files = _files(before.get("resources") or (), after.get("resources") or ())
    if files:
        thread.happened(project, author, Kind.FILE, files)


def _stored(change: Change) -> dict[str, Any]:
    fact = change.as_dict()
    return fact | {"before": "", "after": ""} if change.field in _LONG else fact


def _files(before: Iterable[Sheet], after: Iterable[Sheet]) -> dict[str, Any]:
    old, new = ({one["id"]: _file(one) for one in files} for files in (before, after))
    facts = {
        "added": [file for id, file in new.items() if id not in old],
        "removed": [file for id, file in old.items() if id not in new],
    }
    return {key: files for key, files in facts.items() if files}


def _file(resource: Sheet) -> dict[str, str]:
    name = resource.get("name") or str(resource.get("url") or "").rpartition("/")[2]
    return {"id": resource["id"], "name": name}
