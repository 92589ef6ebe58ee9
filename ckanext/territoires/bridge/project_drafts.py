"""Sheets being filled in, saved as they are typed: each is its author's alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ckanext.territoires.model import SheetDraft
from ckanext.territoires.model.moment import NOW

#: Characters that a draft holds at most.
MAX_SIZE = 500_000


def keep(user_id: str, project_id: str, fields: Mapping[str, list[str]]) -> datetime:
    """Keep what a form holds in the place of the former draft; commit, and tell when."""
    values = {"fields": dict(fields), "saved": NOW}
    statement = insert(SheetDraft).values(user_id=user_id, project_id=project_id, **values)
    saved = model.Session.scalar(
        statement.on_conflict_do_update(
            index_elements=[SheetDraft.user_id, SheetDraft.project_id], set_=values
        ).returning(SheetDraft.saved)
    )
    model.Session.commit()
    assert saved is not None
    return saved


def find(user_id: str, project_id: str) -> SheetDraft | None:
    """The draft of a person for a project; `project_id` is empty for one to come."""
    return model.Session.get(SheetDraft, (user_id, project_id))


def forget(user_id: str, project_id: str) -> None:
    """Remove a draft that was saved or given up, and commit."""
    model.Session.execute(
        sa.delete(SheetDraft).where(
            SheetDraft.user_id == user_id, SheetDraft.project_id == project_id
        )
    )
    model.Session.commit()


def forget_project(project_id: str) -> None:
    """Remove every draft of a project that is purged. No commit."""
    model.Session.execute(sa.delete(SheetDraft).where(SheetDraft.project_id == project_id))


def fields_of(draft: SheetDraft) -> dict[str, list[str]]:
    """What a form held."""
    stored: Any = draft.fields
    return {str(name): [str(value) for value in values] for name, values in stored.items()}
