"""Frozen portraits: kept once for the same figures, shown to who may see all that they hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import insert

from ckanext.territoires import config
from ckanext.territoires.bridge import custom, labels
from ckanext.territoires.bridge.comments import in_force as comments_of
from ckanext.territoires.model import Edition
from ckanext.territoires.portrait.document import Portrait
from ckanext.territoires.portrait.reading import portrait_from_dict

__all__ = [
    "PENDING",
    "comments_of",
    "find",
    "folder",
    "freeze",
    "made_on",
    "of_territory",
    "portrait_of",
    "readable",
    "set_state",
]

PENDING = ("queued", "running")


def freeze(portrait: Portrait, author: model.User | None) -> tuple[Edition, bool]:
    """Keep a portrait as it is; return its edition, and whether it is new.

    The same figures, texts and sources have one edition, whoever asks. Commits.
    """
    dataset_ids = sorted({source.dataset_id for source in portrait.sources})
    made = model.Session.scalar(
        insert(Edition)
        .values(
            id=make_uuid(),
            territory=portrait.territory.id,
            digest=portrait.digest,
            language=portrait.language,
            document=portrait.to_dict(),
            dataset_ids=dataset_ids,
            state="queued",
            author_id=author.id if author else None,
        )
        # Two people may ask for the same at once.
        .on_conflict_do_nothing(index_elements=[Edition.digest])
        .returning(Edition.id)
    )
    model.Session.commit()
    kept = model.Session.scalars(sa.select(Edition).where(Edition.digest == portrait.digest)).one()
    return kept, made is not None


def find(edition_id: str) -> Edition | None:
    """An edition, whoever asks."""
    return model.Session.get(Edition, edition_id)


def of_territory(territory: str, limit: int) -> list[Edition]:
    """Editions of a territory, the latest first, whoever asks."""
    query = sa.select(Edition).where(Edition.territory == territory)
    return list(model.Session.scalars(query.order_by(Edition.created.desc()).limit(limit)))


def readable(editions: Sequence[Edition], user: model.User | None) -> list[Edition]:
    """Those that a person (None: anonymous) may see.

    That is those of which they may see every dataset and every custom territory.
    """
    if user is not None and user.sysadmin:
        return list(editions)
    ids = {id for edition in editions for id in edition.dataset_ids}
    seen = labels.readable_ids(ids, user) if ids else set[str]()
    return [
        edition
        for edition in editions
        if seen.issuperset(edition.dataset_ids) and _shares_its_places(edition, user)
    ]


def portrait_of(edition: Edition) -> Portrait:
    """The portrait as it was kept."""
    return portrait_from_dict(edition.document)


def made_on(edition: Edition) -> date:
    """The day an edition was made."""
    return edition.created.date()


def set_state(edition_id: str, state: str) -> None:
    """Note how far the making of an edition's files is; the caller commits."""
    model.Session.execute(sa.update(Edition).where(Edition.id == edition_id).values(state=state))


def folder(edition_id: str) -> Path | None:
    """Where the files of an edition are kept, None on a site without storage."""
    storage = config.storage_folder()
    return storage / "territoires" / "editions" / edition_id if storage else None


def _shares_its_places(edition: Edition, user: model.User | None) -> bool:
    places: Iterable[Mapping[str, Any]] = (
        edition.document["territory"],
        *edition.document["comparators"],
    )
    for place in places:
        if place["id"].startswith(custom.PREFIX):
            record = custom.find(place["id"])
            if record is None or not record.readable_by(user.id if user else None):
                return False
    return True
