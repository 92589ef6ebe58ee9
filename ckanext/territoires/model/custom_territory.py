"""A named list of communes, kept by its author."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import ckan.model as model
import sqlalchemy as sa
from ckan.model.types import make_uuid
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column


class CustomTerritory(tk.BaseModel):
    """A custom territory; `slug` makes its identifier, `custom:<slug>`.

    `communes` are identifiers of communes of today. `visibility` is one of `private` (its author
    alone), `agents` (any signed-in person), `public`.
    """

    __tablename__ = "territoires_custom_territory"

    id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True, default=make_uuid)
    slug: Mapped[str] = mapped_column(sa.UnicodeText, unique=True)
    name: Mapped[str] = mapped_column(sa.UnicodeText)
    communes: Mapped[list[str]] = mapped_column(ARRAY(sa.UnicodeText))
    visibility: Mapped[str] = mapped_column(sa.UnicodeText, default="private")
    author_id: Mapped[str] = mapped_column(
        sa.UnicodeText, sa.ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    created: Mapped[datetime] = mapped_column(sa.DateTime, server_default=sa.func.now())
    modified: Mapped[datetime] = mapped_column(
        sa.DateTime, server_default=sa.func.now(), onupdate=sa.func.now()
    )

    @property
    def identifier(self) -> str:
        """Its identifier as a territory."""
        return f"custom:{self.slug}"

    def readable_by(self, user_id: str | None, *, sysadmin: bool = False) -> bool:
        """Whether this person (None: anonymous) may see it."""
        if self.visibility == "public" or sysadmin:
            return True
        return user_id is not None and (self.visibility == "agents" or user_id == self.author_id)

    @classmethod
    def by_slug(cls, slug: str) -> Self | None:
        """The custom territory of this slug, if any."""
        return model.Session.scalar(sa.select(cls).where(cls.slug == slug))

    @classmethod
    def visible_to(cls, user_id: str | None, *, sysadmin: bool = False) -> sa.Select[tuple[Self]]:
        """Query of those that this person may see, by name."""
        query = sa.select(cls).order_by(cls.name, cls.id)
        if sysadmin:
            return query
        allowed = ["public"] if user_id is None else ["public", "agents"]
        return query.where(sa.or_(cls.visibility.in_(allowed), cls.author_id == user_id))
