"""The loaded files that a person may see: each reading of figures and records starts here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import ckan.model as model
import flask
import sqlalchemy as sa
from ckan.lib.plugins import get_permission_labels
from sqlalchemy.dialects import postgresql

from ckanext.territoires.bridge.labels import AccessLevelLabels
from ckanext.territoires.model import Release
from ckanext.territoires.portrait.document import Source

_MEMO = "territoires_visible_releases"
_PUBLIC_LEVELS = (None, "", "public")


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """What a resource holds, and where it comes from. `id` is `release_id` in our tables.

    `title` is the dataset's, `producer` the title of its service ("" without one), `vintage` as
    the file says it, `cog_year` that of its codes; `shape` is `observations` or `records`.
    """

    id: int
    resource_id: str
    resource_name: str
    dataset_id: str
    dataset_name: str
    title: str
    producer: str
    profile: str
    shape: str
    vintage: str
    cog_year: int | None
    loaded: datetime
    indicators: tuple[str, ...]
    periods: tuple[str, ...]
    levels: tuple[str, ...]


def source_of(info: ReleaseInfo) -> Source:
    """A loaded file as a portrait names it."""
    return Source(
        info.id,
        info.resource_id,
        info.dataset_id,
        info.dataset_name,
        info.title,
        info.producer,
        info.vintage,
        info.cog_year,
        info.loaded.date().isoformat(),
    )


def visible(
    user: model.User | None,
    *,
    shape: str | None = None,
    profiles: Collection[str] | None = None,
    indicators: Collection[str] | None = None,
    resource_id: str | None = None,
) -> tuple[ReleaseInfo, ...]:
    """Releases whose dataset a person (None: anonymous) may see, the first loaded first.

    Costs two queries, and CKAN's for the services of a signed-in person, once a request.

    Args:
        user: who asks.
        shape: `observations` or `records`; both by default.
        profiles: names of profiles; all by default.
        indicators: keep the releases that hold one of these; all by default.
        resource_id: keep what this resource holds.

    """
    wanted = set(indicators) if indicators is not None else None
    return tuple(
        info
        for info in _all_visible(user)
        if (shape is None or info.shape == shape)
        and (profiles is None or info.profile in profiles)
        and (wanted is None or not wanted.isdisjoint(info.indicators))
        and (resource_id is None or info.resource_id == resource_id)
    )


def forget() -> None:
    """Read again at the next call: something changed within this request."""
    if flask.has_app_context():
        flask.g.pop(_MEMO, None)


def _all_visible(user: model.User | None) -> tuple[ReleaseInfo, ...]:
    if not flask.has_request_context():
        return _read(user)
    # The context of an application may outlive a request: what is kept names its request.
    request: Any = flask.request._get_current_object()  # pyright: ignore[reportAttributeAccessIssue]
    key = (id(request.environ), getattr(user, "id", None))
    kept = flask.g.get(_MEMO)
    if kept is None or kept[0] != key:
        kept = (key, _read(user), request)
        setattr(flask.g, _MEMO, kept)
    return kept[1]


def _read(user: model.User | None) -> tuple[ReleaseInfo, ...]:
    model.Session.flush()
    rows = model.Session.connection().exec_driver_sql(_query()).all()
    allowed = _readable({row.dataset_id: row for row in rows}, user)
    return tuple(_info(row) for row in rows if row.dataset_id in allowed)


@cache
def _query() -> str:
    """The query as text: it is the first of each page, and SQLAlchemy's way to it costs as much."""
    package, resource, service = model.Package, model.Resource, model.Group
    access = package.extras["access_level"].astext  # pyright: ignore[reportAttributeAccessIssue]
    query = (
        sa.select(
            Release.id,
            Release.resource_id,
            Release.profile,
            Release.shape,
            Release.vintage,
            Release.cog_year,
            Release.loaded,
            Release.indicators,
            Release.periods,
            Release.levels,
            resource.name.label("resource_name"),
            package.id.label("dataset_id"),
            package.name.label("dataset_name"),
            package.title.label("title"),
            package.private.label("private"),
            access.label("access"),
            service.title.label("producer"),
        )
        .join(resource, resource.id == Release.resource_id)
        .join(package, package.id == resource.package_id)
        .outerjoin(service, service.id == package.owner_org)
        .where(resource.state == model.State.ACTIVE, package.state == model.State.ACTIVE)
        .order_by(Release.loaded, Release.id)
    )
    written = query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    return str(written)


def _readable(rows: dict[str, Any], user: model.User | None) -> set[str]:
    """Ids of the datasets that a person may see, asked of CKAN's labels where it matters."""
    if user is not None and getattr(user, "sysadmin", False):
        return set(rows)
    labels = get_permission_labels()
    # Another plugin may have another idea of what is public.
    ours = isinstance(labels, AccessLevelLabels)
    public = {
        id for id, row in rows.items() if ours and not row.private and row.access in _PUBLIC_LEVELS
    }
    rest = rows.keys() - public
    if not rest:
        return public
    held = set(labels.get_user_dataset_labels(user))
    packages = model.Session.scalars(sa.select(model.Package).where(model.Package.id.in_(rest)))
    return public | {p.id for p in packages if held.intersection(labels.get_dataset_labels(p))}


def _info(row: Any) -> ReleaseInfo:
    return ReleaseInfo(
        id=row.id,
        resource_id=row.resource_id,
        resource_name=row.resource_name or "",
        dataset_id=row.dataset_id,
        dataset_name=row.dataset_name,
        title=row.title or row.dataset_name,
        producer=row.producer or "",
        profile=row.profile,
        shape=row.shape,
        vintage=row.vintage,
        cog_year=row.cog_year,
        loaded=row.loaded,
        indicators=tuple(row.indicators),
        periods=tuple(row.periods),
        levels=tuple(row.levels),
    )
