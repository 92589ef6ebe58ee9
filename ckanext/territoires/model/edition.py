"""Frozen portraits, and what agents write about them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ckan.model.types import make_uuid
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column


class PortraitComment(tk.BaseModel):
    """What an authorised agent wrote about a theme of a territory; the latest is in force.

    An empty `text` removes the comment; what it replaced stays here.
    """

    __tablename__ = "territoires_portrait_comment"

    id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True, default=make_uuid)
    territory: Mapped[str] = mapped_column(sa.UnicodeText, index=True)
    theme: Mapped[str] = mapped_column(sa.UnicodeText)
    text: Mapped[str] = mapped_column(sa.UnicodeText)
    author_id: Mapped[str] = mapped_column(sa.UnicodeText)
    created: Mapped[datetime] = mapped_column(sa.DateTime, server_default=sa.func.now())


class Edition(tk.BaseModel):
    """A portrait as it was on a day: `document` is `Portrait.to_dict()`, `digest` its hash.

    `labels` are those of the datasets it was made from: who lacks one of them does not see it.
    """

    __tablename__ = "territoires_edition"

    id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True, default=make_uuid)
    territory: Mapped[str] = mapped_column(sa.UnicodeText, index=True)
    digest: Mapped[str] = mapped_column(sa.UnicodeText, unique=True)
    language: Mapped[str] = mapped_column(sa.UnicodeText)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    dataset_ids: Mapped[list[str]] = mapped_column(JSONB, default=list)
    state: Mapped[str] = mapped_column(sa.UnicodeText, default="queued")
    author_id: Mapped[str | None] = mapped_column(sa.UnicodeText)
    created: Mapped[datetime] = mapped_column(sa.DateTime, server_default=sa.func.now())
