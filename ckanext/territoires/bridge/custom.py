"""Custom territories as search and index see them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import ckan.lib.search as search
import ckan.model as model
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge.reference import LEVELS, lineage, parse
from ckanext.territoires.model import CustomTerritory

PREFIX = "custom:"
# Its scopes are made from its list of communes at query time, so the list is kept short.
MAX_COMMUNES = 500
_READER: ContextVar[model.User | None] = ContextVar("territoires_reader", default=None)


def find(identifier: str) -> CustomTerritory | None:
    """The custom territory of this identifier, whoever asks; None for any other identifier."""
    if not identifier.startswith(PREFIX):
        return None
    return CustomTerritory.by_slug(identifier.removeprefix(PREFIX))


def communes(identifier: str) -> list[str]:
    """Communes of a custom territory; nothing for any other identifier."""
    found = find(identifier)
    return list(found.communes) if found else []


def readable(identifier: str) -> bool:
    """Whether the current person may see this custom territory."""
    user_id, sysadmin = current_reader()
    found = find(identifier)
    return bool(found) and found.readable_by(user_id, sysadmin=sysadmin)


def containing(identifier: str) -> list[str]:
    """Custom territories, among those the current person may see, that hold a commune."""
    if ":commune:" not in identifier:
        return []
    user_id, sysadmin = current_reader()
    query = CustomTerritory.visible_to(user_id, sysadmin=sysadmin)
    rows = model.Session.scalars(query.where(CustomTerritory.communes.contains([identifier])))
    return [row.identifier for row in rows]


def above(identifier: str) -> list[str]:
    """Everything that contains a territory, custom or not, nearest first.

    Like an EPCI over two départements, a custom territory lies in all that its communes lie in.
    """
    if not identifier.startswith(PREFIX):
        return list(lineage(identifier))
    found: dict[str, None] = {}
    for commune in communes(identifier):
        found |= dict.fromkeys(lineage(commune))
    return sorted(found, key=lambda id: LEVELS.index(parse(id).level))


def current_reader() -> tuple[str | None, bool]:
    """Id of the current person (None: anonymous), and whether they are a sysadmin."""
    user = _READER.get() or tk.current_user
    if not isinstance(user, model.User):
        return None, False
    return user.id, bool(user.sysadmin)


@contextmanager
def reading_as(user: model.User | None) -> Iterator[None]:
    """Read as a person who has not signed in here: in a job, or by a secret address."""
    token = _READER.set(user)
    try:
        yield
    finally:
        _READER.reset(token)


def enqueue_reindex(identifier: str) -> None:
    """Leave to a job the reindexing of the datasets that name a custom territory."""
    tk.enqueue_job(reindex, [identifier], title=f"Reindex the datasets of {identifier}")


def reindex(identifier: str) -> None:
    """Reindex the datasets whose coverage names a custom territory."""
    found = search.query_for(model.Package).run(
        {"q": "*:*", "fq": f'+vocab_territory:"{identifier}"', "fl": "id", "rows": 10_000}
    )
    search.rebuild(package_ids=found["results"])
    search.commit()
