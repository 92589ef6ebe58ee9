"""Who may call each action."""

from __future__ import annotations

import ckan.model as model
from ckan.plugins import toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.territoires.bridge import custom

ALLOWED: AuthResult = {"success": True}


@tk.auth_allow_anonymous_access
def territoires_territory_show(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone: the reference is public. Custom territories are checked one by one."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_territory_autocomplete(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_territory_members(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone; the members of a custom territory are checked in the action."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_territory_resolve(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_coverage_read(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone: the reference is public; custom territories are those that the person may see."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_service_list(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone: CKAN lists organisations to anyone."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_indicator_list(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone: the periods at hand are those of the datasets that the person may see."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_observation_search(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone: the figures are those of the datasets that the person may see."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_record_search(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone: the answer is made of the datasets that the person may see."""
    return ALLOWED


def territoires_custom_territory_create(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Any signed-in person."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_custom_territory_list(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Anyone: the list holds what the person may see."""
    return ALLOWED


@tk.auth_allow_anonymous_access
def territoires_custom_territory_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Its author, and whom its visibility admits."""
    record = custom.find(data_dict["id"])
    reader = _reader(context)
    readable = bool(record) and record.readable_by(reader.id if reader else None)
    return {"success": readable, "msg": tk._("This territory is not shared with you")}


def territoires_custom_territory_update(context: Context, data_dict: DataDict) -> AuthResult:
    """Its author."""
    record = custom.find(data_dict["id"])
    reader = _reader(context)
    is_author = bool(record) and bool(reader) and record.author_id == reader.id
    return {"success": is_author, "msg": tk._("Only its author may change this territory")}


def territoires_custom_territory_delete(context: Context, data_dict: DataDict) -> AuthResult:
    """Its author."""
    return territoires_custom_territory_update(context, data_dict)


def _reader(context: Context) -> model.User | None:
    return model.User.get(context.get("user") or "")
