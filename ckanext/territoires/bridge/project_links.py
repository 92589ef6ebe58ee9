"""The datasets that a project is linked to, for a reader who may see some of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import ckan.model as model

from ckanext.territoires.bridge.labels import readable_ids


@dataclass(frozen=True, slots=True)
class Link:
    """A dataset that the reader may see."""

    id: str
    name: str
    title: str


def readable(ids: Iterable[str], user: model.User | None) -> list[Link]:
    """The datasets of these ids that a person may see, in the order given."""
    wanted = list(ids)
    if not wanted:
        return []
    rows = model.Session.query(model.Package.id, model.Package.name, model.Package.title).filter(
        model.Package.id.in_(wanted), model.Package.state == model.State.ACTIVE
    )
    allowed = readable_ids(wanted, user)
    found = {id: Link(id, name, title or name) for id, name, title in rows if id in allowed}
    return [found[id] for id in wanted if id in found]


def ids_of(references: Iterable[str]) -> list[str]:
    """Ids of datasets named by id, name or address; what is none stays as it is."""
    parts = [reference(one) for one in references if one]
    if not parts:
        return []
    rows = model.Session.query(model.Package.id, model.Package.name).filter(
        model.Package.name.in_(parts)
    )
    by_name = {name: id for id, name in rows}
    return list(dict.fromkeys(by_name.get(part, part) for part in parts))


def reference(text: str) -> str:
    """The last part of an address, or the reference as it is."""
    return unquote(urlsplit(text).path.rstrip("/").rpartition("/")[2]) if "/" in text else text
