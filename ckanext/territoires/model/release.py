"""A loaded file, and the accounts of its loadings."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

import ckan.model as model
import sqlalchemy as sa
from ckan.model.types import make_uuid
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column


class Release(tk.BaseModel):
    """What a resource holds once loaded; one at most for each resource, replaced as a whole.

    `shape` is `observations` or `records`. `setting` names what it was read with: profile,
    reference, mapping. `digests` are `bridge.digests.Digests.to_bytes()`: the digest of the rows
    of each territory, so that a changed file rewrites only what changed.
    """

    __tablename__ = "territoires_release"

    id: Mapped[int] = mapped_column(sa.Integer, sa.Identity(), primary_key=True)
    resource_id: Mapped[str] = mapped_column(sa.UnicodeText, unique=True)
    package_id: Mapped[str] = mapped_column(sa.UnicodeText, index=True)
    profile: Mapped[str] = mapped_column(sa.UnicodeText)
    shape: Mapped[str] = mapped_column(sa.UnicodeText)
    vintage: Mapped[str] = mapped_column(sa.UnicodeText, default="")
    cog_year: Mapped[int | None]
    loaded: Mapped[datetime] = mapped_column(sa.DateTime, server_default=sa.func.now())
    sha256: Mapped[str] = mapped_column(sa.UnicodeText, default="")
    setting: Mapped[str] = mapped_column(sa.UnicodeText, default="")
    rows: Mapped[int] = mapped_column(default=0)
    indicators: Mapped[list[str]] = mapped_column(ARRAY(sa.UnicodeText), default=list)
    periods: Mapped[list[str]] = mapped_column(ARRAY(sa.UnicodeText), default=list)
    levels: Mapped[list[str]] = mapped_column(ARRAY(sa.UnicodeText), default=list)
    digests: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)

    @classmethod
    def of_resource(cls, resource_id: str) -> Self | None:
        """What is loaded of a resource, if anything."""
        return model.Session.scalar(sa.select(cls).where(cls.resource_id == resource_id))


class Load(tk.BaseModel):
    """One attempt at loading a resource.

    `state`: `queued`, `running`, `loaded`, `refused` (the file is wrong), `unknown` (no profile
    reads it: a mapping is asked for), `failed` (our fault: it is run again). `progress` goes from
    0 to 100 and `step` names what is being done: `reading`, `levels`, `writing`. `report` is
    `ingest.report.Report.to_dict()` with what `bridge.loading` adds. `signature` tells which state
    of the resource it is about; `tries` counts how often it was begun.
    """

    __tablename__ = "territoires_load"

    id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True, default=make_uuid)
    resource_id: Mapped[str] = mapped_column(sa.UnicodeText, index=True)
    package_id: Mapped[str] = mapped_column(sa.UnicodeText)
    user_id: Mapped[str | None] = mapped_column(sa.UnicodeText)
    state: Mapped[str] = mapped_column(sa.UnicodeText, default="queued")
    step: Mapped[str] = mapped_column(sa.UnicodeText, default="")
    progress: Mapped[int] = mapped_column(default=0)
    report: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    signature: Mapped[str] = mapped_column(sa.UnicodeText, default="")
    tries: Mapped[int] = mapped_column(default=0)
    created: Mapped[datetime] = mapped_column(sa.DateTime, server_default=sa.func.now())
    finished: Mapped[datetime | None] = mapped_column(sa.DateTime)

    @classmethod
    def latest(cls, resource_id: str) -> Self | None:
        """The last attempt at loading a resource."""
        query = sa.select(cls).where(cls.resource_id == resource_id)
        return model.Session.scalar(query.order_by(cls.created.desc()).limit(1))


class HeaderMapping(tk.BaseModel):
    """What a person said of a header that no profile knows; offered for the next same header.

    `header` is the digest of the folded column names. `mapping` is a profile, as the YAML of
    `profiles/` would write it.
    """

    __tablename__ = "territoires_header_mapping"

    id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True, default=make_uuid)
    resource_id: Mapped[str] = mapped_column(sa.UnicodeText, unique=True)
    header: Mapped[str] = mapped_column(sa.UnicodeText, index=True)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB)
    author_id: Mapped[str | None] = mapped_column(sa.UnicodeText)
    modified: Mapped[datetime] = mapped_column(
        sa.DateTime, server_default=sa.func.now(), onupdate=sa.func.now()
    )
