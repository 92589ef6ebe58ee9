"""Which territory reference the search index was built with."""

from __future__ import annotations

from datetime import datetime

import ckan.model as model
import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from sqlalchemy.orm import Mapped, mapped_column


class ReferenceState(tk.BaseModel):
    """One row for each reference applied to this site; the latest is in force."""

    __tablename__ = "territoires_reference_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    version: Mapped[str] = mapped_column(sa.UnicodeText)
    applied: Mapped[datetime] = mapped_column(sa.DateTime, server_default=sa.func.now())

    @classmethod
    def latest(cls) -> ReferenceState | None:
        """The reference in force, or None on a new site."""
        return model.Session.scalar(sa.select(cls).order_by(cls.id.desc()).limit(1))
