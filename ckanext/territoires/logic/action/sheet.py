"""The sheet of a project: saved without overwriting what another saved meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict

from ckanext.territoires.bridge import sheet_events
from ckanext.territoires.bridge.labels import is_project

Action = Callable[[Context, DataDict], Any]
#: Key of an update: the `metadata_modified` of the version that it was made from.
UNMODIFIED = "if_unmodified_since"


@tk.chained_action
def package_update(up: Action, context: Context, data_dict: DataDict) -> Any:
    """CKAN's update; with `if_unmodified_since`, refused when the dataset has changed since.

        ckanapi action package_patch id=friche-gare-redon stage=works \
            if_unmodified_since=2026-11-25T07:48:17.123456

    The key is the `metadata_modified` that was read; any type of dataset takes it, by
    `package_patch` too. What changes in the sheet of a project is noted in its thread.
    """
    package = model.Package.get(data_dict.get("id") or data_dict.get("name") or "")
    if package is None:
        return up(context, data_dict)
    if UNMODIFIED in data_dict:
        data_dict = dict(data_dict)
        seen = data_dict.pop(UNMODIFIED)
        tk.check_access("package_update", context, {"id": package.id})
        if seen:
            _refuse_if_modified(package.id, str(seen))
    if is_project(package):
        kept: Any = context
        kept[sheet_events.BEFORE] = tk.get_action("package_show")(
            {"ignore_auth": True, "user": context.get("user", ""), "use_cache": False},
            {"id": package.id},
        )
    return up(context, data_dict)


def _refuse_if_modified(package_id: str, seen: str) -> None:
    """Wait for whoever saves at the same time, then compare."""
    current = model.Session.scalar(
        sa.select(model.Package.metadata_modified)
        .where(model.Package.id == package_id)
        .with_for_update()
    )
    stamp = current.isoformat() if current else ""
    if stamp != seen.strip().removesuffix("Z"):
        model.Session.rollback()
        message = tk._("It was changed on {date}, after the version that you started from")
        raise tk.ValidationError({UNMODIFIED: [message.format(date=stamp)]})
