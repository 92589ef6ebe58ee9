"""The view of a loaded file that is a portrait: made once, when its figures first come."""

from __future__ import annotations

import logging

import ckan.model as model
import flask
import sqlalchemy as sa
from ckan import plugins
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import releases
from ckanext.territoires.model import Load, Release

log = logging.getLogger(__name__)

#: Name of the plugin, and of the type of its views.
TYPE = "territoires_portrait"


def has_figures(resource_id: str) -> bool:
    """Whether the reader may see figures that come from a file; a command sees them all."""
    if not flask.has_request_context():
        release = Release.of_resource(resource_id)
        return bool(release and release.indicators)
    user = tk.current_user
    reader = user if isinstance(user, model.User) else None
    return any(info.indicators for info in releases.visible(reader, resource_id=resource_id))


def ensure(load: Load, indicators: list[str]) -> None:
    """Give a file its view the first time that it is loaded; whoever removes it is not gainsaid.

    What was loaded stays loaded if the view cannot be made: that is logged.
    """
    if not indicators or not plugins.plugin_loaded(TYPE) or _was_loaded(load) or _has_view(load):
        return
    try:
        site = tk.get_action("get_site_user")({"ignore_auth": True}, {})
        tk.get_action("resource_view_create")(
            {"ignore_auth": True, "user": site["name"]},
            {"resource_id": load.resource_id, "view_type": TYPE, "title": "Portrait"},
        )
    except Exception:
        model.Session.rollback()
        log.exception("No portrait could be added to the page of resource %s", load.resource_id)


def _was_loaded(load: Load) -> bool:
    query = sa.select(
        sa.exists().where(
            Load.resource_id == load.resource_id, Load.state == "loaded", Load.id != load.id
        )
    )
    return bool(model.Session.scalar(query))


def _has_view(load: Load) -> bool:
    view = model.ResourceView
    query = sa.select(
        sa.exists().where(view.resource_id == load.resource_id, view.view_type == TYPE)
    )
    return bool(model.Session.scalar(query))
