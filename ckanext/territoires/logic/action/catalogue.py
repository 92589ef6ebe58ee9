"""CKAN's own actions, extended where access levels and territories need it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.authz as authz
import ckan.model as model
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict

from ckanext.territoires import config
from ckanext.territoires.bridge import services
from ckanext.territoires.bridge.labels import PROJECT

Action = Callable[[Context, DataDict], Any]


@tk.chained_action
@tk.side_effect_free
def package_search(up: Action, context: Context, data_dict: DataDict) -> dict[str, Any]:
    """CKAN's search, which for a signed-in person includes what only agents may see.

    Labels still decide what each person gets. `ignore_auth` callers (a site map, a public feed)
    keep CKAN's default: they would otherwise receive everything.
    """
    user = context.get("user")
    if (
        "include_private" not in data_dict
        and config.search_includes_private()
        and not context.get("ignore_auth")
        and user
        and not authz.is_sysadmin(user)
    ):
        data_dict = {**data_dict, "include_private": True}
    return up(context, data_dict)


@tk.chained_action
def organization_update(up: Action, context: Context, data_dict: DataDict) -> Any:
    """CKAN's update; a service whose territory changed has its datasets reindexed by a job."""
    organization = model.Group.get(data_dict.get("id", ""))
    before = services.extras_of(organization).get("territory") if organization else None
    result = up(context, data_dict)
    if organization and services.extras_of(organization).get("territory") != before:
        services.enqueue_reindex(organization.id)
    return result


@tk.chained_action
def bulk_update_private(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Restrict datasets to their service: the access level says so too."""
    tk.check_access("bulk_update_private", context, data_dict)
    return _bulk_access(context, data_dict, "service")


@tk.chained_action
def bulk_update_public(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Open datasets to everyone: the access level says so too."""
    tk.check_access("bulk_update_public", context, data_dict)
    return _bulk_access(context, data_dict, "public")


@tk.chained_action
def bulk_update_delete(up: Action, context: Context, data_dict: DataDict) -> Any:
    """CKAN's; whoever runs a service deletes of its projects those they carry themselves."""
    query = model.Session.query(model.Package.id).filter(
        model.Package.id.in_(data_dict.get("datasets") or []), model.Package.type == PROJECT
    )
    for (project_id,) in query:
        tk.check_access("package_delete", tk.fresh_context(context), {"id": project_id})
    return up(context, data_dict)


def _bulk_access(context: Context, data_dict: DataDict, level: str) -> None:
    owned = model.Session.query(model.Package.id).filter(
        model.Package.id.in_(data_dict.get("datasets", [])),
        model.Package.owner_org == data_dict.get("org_id"),
    )
    for (dataset_id,) in owned.all():
        tk.get_action("package_patch")(
            tk.fresh_context(context),
            {"id": dataset_id, "access_level": level, "private": level != "public"},
        )
