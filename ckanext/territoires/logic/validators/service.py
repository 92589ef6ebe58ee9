"""Validators of services: CKAN's organisations."""

from __future__ import annotations

from ckan.plugins import toolkit as tk
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey

# CKAN keeps the errors of `groups` by group and by field: ours is about the choice itself.
PARENT = ("parent",)


def territoires_no_cycle(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
) -> None:
    """A service is under one other at most, and never under itself or a service below it."""
    parents = [
        value
        for path, value in data.items()
        if len(path) == 3 and path[0] == "groups" and path[2] == "name" and value
    ]
    service = context.get("group")
    if len(parents) > 1:
        errors.setdefault(PARENT, []).append(tk._("A service is under one other at most"))
    if service is None or not parents:
        return
    below = {service.name, service.id}
    for id, name, _title, _parent in service.get_children_group_hierarchy(type=service.type):
        below |= {id, name}
    if below.intersection(parents):
        errors.setdefault(PARENT, []).append(
            tk._("A service cannot be under itself or under a service that is below it")
        )
