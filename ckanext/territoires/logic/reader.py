"""Who asks."""

from __future__ import annotations

import ckan.model as model
from ckan.types import Context


def reader_of(context: Context) -> model.User | None:
    """The person of a context; None for an anonymous visitor."""
    name = context.get("user")
    known = context.get("auth_user_obj")
    if isinstance(known, model.User) and known.name == name:
        return known
    return model.User.get(name) if name else None
