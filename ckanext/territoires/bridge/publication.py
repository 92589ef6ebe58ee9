"""A package that is made, published or changed: who follows it, or finds it, is told."""

from __future__ import annotations

from typing import Any

import ckan.model as model
from ckan.types import Context
from sqlalchemy import event
from sqlalchemy.orm import object_session

from ckanext.territoires.bridge import notices_of_data, search_notices
from ckanext.territoires.bridge.labels import is_project

_PUBLISHED = "territoires_published"
_DRAFT = "draft"


def note(context: Context, package_id: str, *, new: bool) -> None:
    """Note that a package was made or changed, in the transaction that does it."""
    package = model.Session.get(model.Package, package_id)
    if package is None:
        return
    author = model.User.get(context.get("user") or "")
    author_id = author.id if author else ""
    published: set[str] = model.Session().info.setdefault(_PUBLISHED, set())
    new = new or package.id in published
    published.discard(package.id)
    (notices_of_data.created if new else notices_of_data.changed)(package, author_id)
    # A project tells its changes in its thread.
    if package.state == model.State.ACTIVE and (new or not is_project(package)):
        search_notices.soon(package.id, "created" if new else "changed", author_id)


@event.listens_for(model.Package.state, "set")
def _publish(package: Any, state: Any, former: Any, _initiator: Any) -> None:
    """A draft that becomes active is new to all but its author."""
    session = object_session(package)
    if former == _DRAFT and state == model.State.ACTIVE and session is not None:
        session.info.setdefault(_PUBLISHED, set()).add(package.id)
