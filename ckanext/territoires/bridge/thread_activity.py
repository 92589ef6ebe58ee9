"""The entries of a thread in CKAN's activity stream: pointers, with the labels of the project.

An activity holds no text: what is removed from the thread is nowhere else. Its type ends in
`package`, which is what CKAN's streams filter by labels.
"""

from __future__ import annotations

from collections.abc import Mapping

import ckan.model as model
import sqlalchemy as sa
from ckan import plugins as p
from ckan.lib.plugins import get_permission_labels
from ckan.plugins import toolkit as tk
from ckan.types import Context
from sqlalchemy.dialects.postgresql import ARRAY

from ckanext.territoires.discussion.message import Kind

#: What the stream says of each kind. A change of the sheet is there already, as CKAN writes it.
TYPES: Mapping[Kind, str] = {
    Kind.MESSAGE: "commented package",
    Kind.QUESTION: "asked package",
    Kind.DECISION: "decided package",
    Kind.TASK: "tasked package",
    Kind.ARRIVAL: "joined package",
    Kind.DEPARTURE: "left package",
}


def register() -> None:
    """Make CKAN know our types, whose list is closed."""
    if p.plugin_loaded("activity"):
        from ckanext.activity.logic import validators

        ours = dict.fromkeys(TYPES.values(), "package_id_exists")
        validators.object_id_validators.update(ours)
        validators.VALIDATORS_PACKAGE_ACTIVITY_TYPES.update(ours)


def point(kind: Kind, message_id: str, project: model.Package, author: model.User) -> str | None:
    """Write the activity of an entry in the present transaction; return its id.

    None when the kind has none, or when the site keeps no activity stream.
    """
    if kind not in TYPES or not p.plugin_loaded("activity"):
        return None
    context: Context = {"user": author.name, "ignore_auth": True, "defer_commit": True}
    pointer = {key: getattr(project, key) for key in ("id", "name", "title", "type")}
    activity = {
        "user_id": author.id,
        "object_id": project.id,
        "activity_type": TYPES[kind],
        "data": {"package": pointer, "actor": author.name, "message_id": message_id},
        "permission_labels": get_permission_labels().get_dataset_labels(project),
    }
    written = tk.get_action("activity_create")(context, activity)
    return written["id"] if written else None


def relabel(project: model.Package) -> None:
    """Give the whole stream of a project its present labels, wider or narrower. No commit."""
    if not p.plugin_loaded("activity"):
        return
    from ckanext.activity.model import Activity

    activity = sa.inspect(Activity).local_table
    labels = get_permission_labels().get_dataset_labels(project)
    model.Session.execute(
        sa.update(activity)
        .where(activity.c.object_id == project.id, activity.c.activity_type.like("%package"))
        .where(
            sa.cast(labels, ARRAY(sa.Text)) != sa.cast(activity.c.permission_labels, ARRAY(sa.Text))
        )
        .values(permission_labels=labels)
    )


def forget(project_id: str) -> None:
    """Remove the stream of a project that is purged: CKAN leaves it behind. No commit."""
    if not p.plugin_loaded("activity"):
        return
    from ckanext.activity.model import Activity

    activity = sa.inspect(Activity).local_table
    model.Session.execute(sa.delete(activity).where(activity.c.object_id == project_id))
