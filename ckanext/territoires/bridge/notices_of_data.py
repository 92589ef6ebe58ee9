"""Notices of what happens to datasets and projects: to who follows them, or where they are.

One statement a reason, from the strongest; a person is told once a day of changes in one dataset.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert

from ckanext.territoires.bridge.index import declared_territories
from ckanext.territoires.bridge.labels import is_project
from ckanext.territoires.bridge.reference import lineage, reference
from ckanext.territoires.model import Follow, Notice

ALL = "all"


def created(package: model.Package, author_id: str) -> None:
    """Tell who follows the service or the place that there is something new. No commit."""
    _tell(package, "created", author_id)


def changed(package: model.Package, author_id: str) -> None:
    """Tell who follows it, its service or its place that it has changed. No commit."""
    # A project tells its changes in its thread.
    if not is_project(package):
        _tell(package, "changed", author_id)


def loaded(package: model.Package, subject: str) -> None:
    """Tell who follows the place of what was loaded: `grants` or `figures`. No commit."""
    _tell(package, subject, "")


def of_search(
    package: model.Package, subject: str, search_id: str, people: Sequence[str], author_id: str
) -> None:
    """Tell these people that a search they follow finds it. No commit."""
    chosen = sa.select(model.User.id).where(model.User.id.in_(people))
    thing = _thing(subject)
    _write(package, subject, thing, "search", ("search", search_id), chosen, author_id)


def _thing(subject: str) -> str:
    """What a person is told once: that it was made, or that it changed on that day."""
    return subject if subject == "created" else f"{subject} {_today()}"


def _tell(package: model.Package, subject: str, author_id: str) -> None:
    if package.state != model.State.ACTIVE:
        return
    thing = _thing(subject)
    kind = "project" if is_project(package) else "dataset"
    if subject == "changed":
        followers = _ckan_followers(model.UserFollowingDataset, package.id)
        _write(package, subject, thing, kind, (kind, package.id), followers, author_id)
    if package.owner_org and subject in ("created", "changed"):
        followers = _ckan_followers(model.UserFollowingGroup, package.owner_org)
        _write(
            package, subject, thing, "service", ("service", package.owner_org), followers, author_id
        )
    wanted = subject if subject in ("grants", "figures") else f"{kind}s"
    for territory_id in _followed_places(package):
        people = sa.select(Follow.user_id).where(
            Follow.kind == "territory",
            Follow.object_id == territory_id,
            Follow.level == ALL,
            sa.or_(
                Follow.things == sa.cast([], ARRAY(sa.Text)),
                sa.literal(wanted, sa.Text) == sa.any_(Follow.things),
            ),
        )
        _write(package, subject, thing, "territory", ("territory", territory_id), people, author_id)


def _followed_places(package: model.Package) -> list[str]:
    """Territories that someone follows and that a package concerns, by the scope of each follow."""
    own = set(declared_territories({"territory": (package.extras or {}).get("territory")}))
    if not own:
        return []
    above = {id for one in own for id in lineage(one)}
    rows = model.Session.query(Follow.object_id, Follow.scope).filter_by(kind="territory")
    return sorted({id for id, scope in rows.distinct() if _concerns(id, scope, own, above)})


def _concerns(id: str, scope: str, own: set[str], above: set[str]) -> bool:
    if id in own:
        return True
    if scope in ("within", "relevant") and id in above:
        return True
    known = reference().get(id)
    return scope == "relevant" and known is not None and not own.isdisjoint(lineage(id))


def _ckan_followers(table: Any, object_id: str) -> sa.Select[Any]:
    """People that CKAN counts among the followers, but those who asked for less than all."""
    following = sa.inspect(table, raiseerr=True).local_table
    less = sa.select(Follow.user_id).where(Follow.object_id == object_id, Follow.level != ALL)
    return sa.select(following.c.follower_id).where(
        following.c.object_id == object_id, following.c.follower_id.not_in(less)
    )


def _write(
    package: model.Package,
    subject: str,
    thing: str,
    reason: str,
    follow: Sequence[str],
    people: sa.Select[Any],
    author_id: str,
) -> None:
    person = people.subquery()
    (user_id,) = person.c
    values = {
        "package_id": package.id,
        "thing": thing,
        "subject": subject,
        "reason": reason,
        "follow_kind": follow[0],
        "follow_id": follow[1],
    }
    columns: Iterable[Any] = (sa.literal(value, sa.UnicodeText) for value in values.values())
    rows = sa.select(user_id, *columns).where(user_id != author_id)
    statement = insert(Notice).from_select(["user_id", *values], rows)
    model.Session.execute(
        statement.on_conflict_do_nothing(index_elements=["user_id", "package_id", "thing"])
    )


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
