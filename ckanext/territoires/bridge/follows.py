"""What a person follows, and how much of it they want to hear.

CKAN's own tables say that a person follows a project, a dataset or a service, so that its pages and
its API know it; ours says how much, and holds what CKAN has no word for: territories, searches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ckanext.territoires.bridge import saved_searches
from ckanext.territoires.bridge.labels import PROJECT, readable_ids
from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.bridge.saved_searches import Search
from ckanext.territoires.model import Follow

SEARCH = "search"
KINDS = ("project", "dataset", "service", "territory", SEARCH)
LEVELS = ("all", "mentions", "none")
SCOPES = ("exact", "within", "relevant")
THINGS = ("projects", "datasets", "grants", "figures")

#: CKAN's table for each kind of ours that it knows.
_CKAN: Mapping[str, Any] = {
    "project": model.UserFollowingDataset,
    "dataset": model.UserFollowingDataset,
    "service": model.UserFollowingGroup,
}


@dataclass(frozen=True, slots=True)
class Followed:
    """Something that a person follows, and may see: its name and its address on the site."""

    kind: str
    object_id: str
    level: str
    scope: str
    things: tuple[str, ...]
    title: str
    path: str


def follow(
    user: model.User,
    kind: str,
    object_id: str,
    level: str = "all",
    scope: str | None = None,
    things: Sequence[str] | None = None,
    search: Search | None = None,
) -> None:
    """Follow, or change how much of it is wanted. No commit.

    `scope` and `things`, of a territory, stay as they were when they are not given; at first they
    are what lies within it, and everything.
    `search`: what a new follow of the kind `search` asks for; it is named in the person's language.
    One that is no longer followed is not found again by its id alone: nothing is done.
    At the level `none` CKAN counts the person among the followers no more, and a project of which
    they are a member tells them nothing.
    """
    if kind == SEARCH and search is None and not level_of(user, kind, object_id):
        return
    if kind in _CKAN:
        _follow_for_ckan(_CKAN[kind], user.id, object_id, followed=level != "none")
    values: dict[str, Any] = {"level": level}
    if scope is not None:
        values["scope"] = scope
    if things is not None:
        values["things"] = [] if set(things) == set(THINGS) else sorted(things)
    if search is not None:
        values |= {"title": saved_searches.title(search), "query": search.kept()}
    statement = insert(Follow).values(user_id=user.id, kind=kind, object_id=object_id, **values)
    keys = [Follow.user_id, Follow.kind, Follow.object_id]
    model.Session.execute(statement.on_conflict_do_update(index_elements=keys, set_=values))


def unfollow(user: model.User, kind: str, object_id: str) -> None:
    """Follow no more. No commit."""
    if kind in _CKAN:
        _follow_for_ckan(_CKAN[kind], user.id, object_id, followed=False)
    model.Session.execute(
        sa.delete(Follow).where(
            Follow.user_id == user.id, Follow.kind == kind, Follow.object_id == object_id
        )
    )


def level_of(user: model.User | None, kind: str, object_id: str) -> str:
    """How much of a thing a person wants; empty when they do not follow it."""
    if user is None:
        return ""
    found = model.Session.get(Follow, (user.id, kind, object_id))
    if found:
        return found.level
    return "all" if kind in _CKAN and _CKAN[kind].get(user.id, object_id) else ""


def of(user: model.User) -> list[Followed]:
    """All that a person follows, by kind and name; what they may no longer see is left out."""
    rows: dict[tuple[str, str], Follow] = {
        (one.kind, one.object_id): one
        for one in model.Session.query(Follow).filter_by(user_id=user.id)
    }
    packages, services = _known_to_ckan(user)
    packages |= {id for kind, id in rows if kind in ("project", "dataset")}
    services |= {id for kind, id in rows if kind == "service"}
    found = [
        *_packages(packages, rows, user),
        *_services(services, rows),
        *(
            _territory(one)
            for (kind, id), one in rows.items()
            if kind == "territory" and reference().get(id)
        ),
        *(_search(one) for (kind, _id), one in rows.items() if kind == SEARCH),
    ]
    return sorted(found, key=lambda one: (KINDS.index(one.kind), one.title))


def _follow_for_ckan(table: Any, user_id: str, object_id: str, *, followed: bool) -> None:
    known = table.get(user_id, object_id)
    if followed and known is None:
        model.Session.add(table(user_id, object_id))
    if known is not None and not followed:
        model.Session.delete(known)
    model.Session.flush()


def _known_to_ckan(user: model.User) -> tuple[set[str], set[str]]:
    found = (
        {id for (id,) in model.Session.query(table.object_id).filter_by(follower_id=user.id)}
        for table in (model.UserFollowingDataset, model.UserFollowingGroup)
    )
    packages, services = found
    return packages, services


def _packages(
    ids: set[str], rows: Mapping[tuple[str, str], Follow], user: model.User
) -> list[Followed]:
    if not ids:
        return []
    allowed = readable_ids(ids, user)
    query = model.Session.query(model.Package).filter(
        model.Package.id.in_(allowed), model.Package.state == model.State.ACTIVE
    )
    return [
        _followed(
            "project" if one.type == PROJECT else "dataset",
            one.id,
            rows,
            one.title or one.name,
            f"/projet/{one.name}" if one.type == PROJECT else f"/dataset/{one.name}",
        )
        for one in query
    ]


def _services(ids: set[str], rows: Mapping[tuple[str, str], Follow]) -> list[Followed]:
    if not ids:
        return []
    query = model.Session.query(model.Group).filter(
        model.Group.id.in_(ids),
        model.Group.state == model.State.ACTIVE,
        model.Group.is_organization,
    )
    return [
        _followed("service", one.id, rows, one.title or one.name, f"/organization/{one.name}")
        for one in query
    ]


def _followed(
    kind: str, id: str, rows: Mapping[tuple[str, str], Follow], title: str, path: str
) -> Followed:
    row = rows.get((kind, id))
    return Followed(kind, id, row.level if row else "all", "within", (), title, path)


def _territory(row: Follow) -> Followed:
    territory = reference().territories[row.object_id]
    path = f"/territoire/{territory.level}/{territory.code}"
    things = tuple(row.things)
    return Followed("territory", row.object_id, row.level, row.scope, things, territory.name, path)


def _search(row: Follow) -> Followed:
    path = saved_searches.of_kept(row.query).path
    return Followed(SEARCH, row.object_id, row.level, row.scope, (), row.title, path)
