"""What people said of headers that no profile knows, offered for the next file of the same one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import ckan.model as model
import sqlalchemy as sa

from ckanext.territoires.bridge.labels import readable_ids
from ckanext.territoires.ingest.names import fold_name
from ckanext.territoires.model import HeaderMapping


def header_digest(columns: Iterable[str]) -> str:
    """Digest of the names of columns, whatever their capitals, accents and spaces."""
    return hashlib.sha256("\n".join(map(fold_name, columns)).encode()).hexdigest()


def of_resource(resource_id: str) -> HeaderMapping | None:
    """What was said of this file, if anything."""
    query = sa.select(HeaderMapping).where(HeaderMapping.resource_id == resource_id)
    return model.Session.scalar(query)


def save(
    resource_id: str, columns: Iterable[str], mapping: Mapping[str, Any], author_id: str | None
) -> HeaderMapping:
    """Keep what a person says of a file, in the session's transaction."""
    kept = of_resource(resource_id) or HeaderMapping(resource_id=resource_id)
    kept.header, kept.mapping, kept.author_id = header_digest(columns), dict(mapping), author_id
    model.Session.add(kept)
    return kept


def offered(
    resource_id: str, columns: Iterable[str], user: model.User | None
) -> list[dict[str, Any]]:
    """What was said of other files of the same header that a person may see, the latest first."""
    resource = model.Resource
    query = (
        sa.select(HeaderMapping, resource.package_id, resource.name)
        .join(resource, resource.id == HeaderMapping.resource_id)
        .where(
            HeaderMapping.header == header_digest(columns),
            HeaderMapping.resource_id != resource_id,
            resource.state == model.State.ACTIVE,
        )
        .order_by(HeaderMapping.modified.desc())
        .limit(20)
    )
    rows = model.Session.execute(query).all()
    seen = readable_ids({package_id for _, package_id, _ in rows}, user) if rows else set()
    return [
        {"resource_id": kept.resource_id, "resource_name": name or "", "mapping": kept.mapping}
        for kept, package_id, name in rows
        if package_id in seen or (user is not None and user.sysadmin)
    ]
