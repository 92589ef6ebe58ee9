"""CKAN's files that a project owns."""

from __future__ import annotations

from collections.abc import Collection

import ckan.model as model


def owned(project_id: str, ids: Collection[str]) -> dict[str, model.File]:
    """Return those of these files that a project owns, by id."""
    if not ids:
        return {}
    query = model.Session.query(model.File).join(
        model.FileOwner, model.FileOwner.file_id == model.File.id
    )
    found = query.filter(
        model.File.id.in_(list(ids)),
        model.FileOwner.owner_type == "package",
        model.FileOwner.owner_id == project_id,
    )
    return {one.id: one for one in found}
