"""The activity stream follows the access level of the dataset it speaks of."""

from __future__ import annotations

import ckan.model as model
import sqlalchemy as sa
from ckan import plugins as p
from ckan.lib.plugins import get_permission_labels
from sqlalchemy.dialects.postgresql import ARRAY

from ckanext.territoires.bridge import thread_activity
from ckanext.territoires.bridge.labels import AGENTS, PUBLIC, is_project


def narrow_labels(dataset_id: str) -> None:
    """Give the dataset's labels to past activities that now show more widely than it does.

    A dataset that opens does not open its past: rows keep the labels of their time. A project's
    stream is its thread and is as open as the project, both ways. The caller commits: CKAN's update
    is not over when it calls this.
    """
    dataset = model.Package.get(dataset_id)
    if dataset is None or not p.plugin_loaded("activity"):
        return
    if is_project(dataset):
        thread_activity.relabel(dataset)
        return
    labels = get_permission_labels().get_dataset_labels(dataset)
    wider = [label for label in (PUBLIC, AGENTS) if label not in labels]
    if PUBLIC in labels or not wider:
        return
    from ckanext.activity.model import Activity

    activity = sa.inspect(Activity).local_table
    model.Session.execute(
        sa.update(activity)
        .where(activity.c.object_id == dataset_id)
        # CKAN declares the column as text; in the database it is an array of text.
        .where(activity.c.permission_labels.op("&&")(sa.cast(wider, ARRAY(sa.Text))))
        .values(permission_labels=labels)
    )
