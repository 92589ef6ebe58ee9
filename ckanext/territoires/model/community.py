"""Who carries a project, beside CKAN's own collaborators."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ckan.model.types import make_uuid
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.territoires.model.moment import NOW


class ProjectService(tk.BaseModel):
    """A service invited as a whole: each of its members, present and to come, has the role."""

    __tablename__ = "territoires_project_service"

    project_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    organization_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True, index=True)
    role: Mapped[str] = mapped_column(sa.UnicodeText)
    inviter_id: Mapped[str] = mapped_column(sa.UnicodeText)
    created: Mapped[datetime] = mapped_column(sa.DateTime, server_default=NOW)


class Invitation(tk.BaseModel):
    """A link sent by mail to someone who may have no account; the token is kept as its SHA-256."""

    __tablename__ = "territoires_invitation"

    id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True, default=make_uuid)
    token_hash: Mapped[str] = mapped_column(sa.UnicodeText, unique=True)
    project_id: Mapped[str] = mapped_column(sa.UnicodeText, index=True)
    email: Mapped[str] = mapped_column(sa.UnicodeText)
    role: Mapped[str] = mapped_column(sa.UnicodeText)
    inviter_id: Mapped[str] = mapped_column(sa.UnicodeText)
    created: Mapped[datetime] = mapped_column(sa.DateTime, server_default=NOW)
    expires: Mapped[datetime] = mapped_column(sa.DateTime)
    accepted: Mapped[datetime | None] = mapped_column(sa.DateTime)
    accepted_by: Mapped[str | None] = mapped_column(sa.UnicodeText)
    revoked: Mapped[datetime | None] = mapped_column(sa.DateTime)


class JoinRequest(tk.BaseModel):
    """A person who asks to join; `outcome` is `accepted` or `refused` once it is answered."""

    __tablename__ = "territoires_join_request"

    id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True, default=make_uuid)
    project_id: Mapped[str] = mapped_column(sa.UnicodeText, index=True)
    user_id: Mapped[str] = mapped_column(sa.UnicodeText)
    text: Mapped[str] = mapped_column(sa.UnicodeText, server_default="")
    created: Mapped[datetime] = mapped_column(sa.DateTime, server_default=NOW)
    answered: Mapped[datetime | None] = mapped_column(sa.DateTime)
    answered_by: Mapped[str | None] = mapped_column(sa.UnicodeText)
    outcome: Mapped[str | None] = mapped_column(sa.UnicodeText)


class SheetDraft(tk.BaseModel):
    """A sheet being filled in, saved as it is typed; `project_id` is empty for one to come."""

    __tablename__ = "territoires_sheet_draft"

    user_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    project_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True, server_default="")
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB)
    saved: Mapped[datetime] = mapped_column(sa.DateTime, server_default=NOW)
