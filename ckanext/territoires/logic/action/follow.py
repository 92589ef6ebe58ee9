"""Following projects, data, services, territories and searches."""

from __future__ import annotations

from typing import Any

import ckan.model as model
from ckan.lib.search import SearchQueryError
from ckan.logic import validate
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict

from ckanext.territoires.bridge import custom, follows, saved_searches
from ckanext.territoires.bridge.labels import PROJECT
from ckanext.territoires.bridge.reference import UnknownTerritory, current_ids
from ckanext.territoires.bridge.saved_searches import Search
from ckanext.territoires.bridge.search import parse_query
from ckanext.territoires.logic import follow_schema
from ckanext.territoires.logic.reader import reader_of
from ckanext.territoires.model import Follow


@validate(follow_schema.follow)
def territoires_follow(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Follow something, or say how much of it one wants to hear.

        ckanapi action territoires_follow kind=territory id=fr:epci:243500741 scope=within

    Args:
        context: CKAN's.
        data_dict: `kind`: `project`, `dataset`, `service`, `territory` or `search`; `id` (or name;
            of a search, the address of its page of results, or the id that
            `territoires_follow_list` gives); `level`: `all` (default), `mentions` (and replies) or
            `none`; of a territory: `scope` (`exact`, `within`, `relevant`) and `things`
            (`projects`, `datasets`, `grants`, `figures`), which stay as they were when not given;
            `within` and all at first.

    Returns:
        `kind`, `id`, `level`, `scope`, `things`.

    """
    user = _person("territoires_follow", context, data_dict)
    kind, level = data_dict["kind"], data_dict["level"]
    search = None
    if kind == "search":
        object_id, search = _search(user, data_dict["id"])
    else:
        object_id = _object(kind, data_dict["id"], context)
    with custom.reading_as(user):
        follows.follow(
            user,
            kind,
            object_id,
            level,
            data_dict.get("scope"),
            data_dict.get("things"),
            search,
        )
    model.Session.commit()
    kept = model.Session.get_one(Follow, (user.id, kind, object_id), populate_existing=True)
    return {
        "kind": kind,
        "id": object_id,
        "level": kept.level,
        "scope": kept.scope,
        "things": list(kept.things),
    }


@validate(follow_schema.unfollow)
def territoires_unfollow(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Follow something no more.

        ckanapi action territoires_unfollow kind=territory id=fr:epci:243500741

    Args:
        context: CKAN's.
        data_dict: `kind`, `id`, as in `territoires_follow`. What one may no longer see can be left.

    Returns:
        `kind`, `id`.

    """
    user = _person("territoires_unfollow", context, data_dict)
    kind, given = data_dict["kind"], data_dict["id"]
    object_id = _known(kind, given)
    follows.unfollow(user, kind, object_id)
    model.Session.commit()
    return {"kind": kind, "id": object_id}


@tk.side_effect_free
def territoires_follow_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """What one follows, less what one may no longer see.

        ckanapi action territoires_follow_list

    Args:
        context: CKAN's.
        data_dict: nothing.

    Returns:
        `kind`, `id`, `level`, `scope`, `things`, `title`, `path` (of its page on the site), by kind
        and title.

    """
    user = _person("territoires_follow_list", context, data_dict)
    return [
        {
            "kind": one.kind,
            "id": one.object_id,
            "level": one.level,
            "scope": one.scope,
            "things": list(one.things),
            "title": one.title,
            "path": one.path,
        }
        for one in follows.of(user)
    ]


def _person(action: str, context: Context, data_dict: DataDict) -> model.User:
    tk.check_access(action, context, data_dict)
    user = reader_of(context)
    if user is None:
        raise tk.NotAuthorized
    return user


def _known(kind: str, given: str) -> str:
    """The id of what may be followed; what is not found is taken for an id."""
    if kind == "search":
        try:
            return saved_searches.of_address(given).id
        except saved_searches.NoSearch:
            return given
    found = _find(kind, given)
    return found.id if found is not None else given


def _search(user: model.User, given: str) -> tuple[str, Search | None]:
    """The id of a search; what it asks for, unless it is one that the person follows already."""
    if follows.level_of(user, "search", given):
        return given, None
    try:
        found = saved_searches.of_address(given)
        with custom.reading_as(user):
            parse_query(saved_searches.parameters(found)["extras"])
    except saved_searches.NoSearch as error:
        message = tk._("“{id}” is not the address of a search that asks for something")
        raise tk.ValidationError({"id": [message.format(id=given)]}) from error
    except SearchQueryError as error:
        raise tk.ValidationError({"id": [str(error)]}) from error
    return found.id, found


def _object(kind: str, given: str, context: Context) -> str:
    """The id of what a person wants to follow, which they must be able to see."""
    if kind == "territory":
        try:
            (identifier, *_others) = current_ids(given)
        except UnknownTerritory as error:
            message = tk._("No territory answers to “{id}”").format(id=given)
            raise tk.ValidationError({"id": [message]}) from error
        return identifier
    found = _find(kind, given)
    if found is None:
        raise tk.ObjectNotFound(tk._("There is nothing here to follow"))
    if kind != "service":
        tk.check_access("package_show", tk.fresh_context(context), {"id": found.id})
    return found.id


def _find(kind: str, given: str) -> Any:
    if kind == "territory":
        return None
    if kind == "service":
        group = model.Group.get(given)
        return group if group and group.is_organization else None
    package = model.Package.get(given)
    return package if package and (package.type == PROJECT) == (kind == "project") else None
