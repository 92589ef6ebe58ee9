"""What people follow, what they are told of it, and how."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ckan.model.types import make_uuid
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.territoires.model.moment import NOW


class Follow(tk.BaseModel):
    """What a person follows, and how much of it they want.

    `kind`: `project`, `dataset` (ids of packages), `service` (id of an organisation), `territory`
    (identifier) or `search` (hash of its parameters, which `query` holds). For the first three
    CKAN's own table says that the person follows; a row here says how much. `level`: `all`,
    `mentions` (and replies) or `none`. `scope`: `exact`, `within` or `relevant`, of a territory.
    `things`: which of `projects`, `datasets`, `grants`, `figures` of a territory; empty: all.
    """

    __tablename__ = "territoires_follow"
    __table_args__ = (sa.Index("territoires_follow_object", "kind", "object_id"),)

    user_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    object_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    level: Mapped[str] = mapped_column(sa.UnicodeText, server_default="all")
    scope: Mapped[str] = mapped_column(sa.UnicodeText, server_default="within")
    things: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), server_default="{}")
    title: Mapped[str] = mapped_column(sa.UnicodeText, server_default="")
    query: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    created: Mapped[datetime] = mapped_column(sa.DateTime, server_default=NOW)


#: Reasons to be told at once.
DIRECT = ("mention", "reply", "assigned")
_DIRECT = "mailed IS NULL AND seen IS NULL AND reason IN ('mention', 'reply', 'assigned')"


class Notice(tk.BaseModel):
    """One thing that one person is told.

    `package_id` is the project or the dataset it is about, whose labels are asked at each reading.
    `subject`: `message`, `sheet`, `dataset`, `grants` or `figures`. `reason`: `mention`, `reply`,
    `assigned`, `project`, `dataset`, `service`, `territory` or `search`; `follow_kind` and
    `follow_id` name the follow that it comes from, so that one click stops it.
    """

    __tablename__ = "territoires_notice"
    __table_args__ = (
        # A thing is told once to a person, whatever the number of reasons.
        sa.UniqueConstraint("user_id", "package_id", "thing"),
        sa.Index(
            "territoires_notice_unread",
            "user_id",
            "id",
            postgresql_where=sa.text("seen IS NULL"),
        ),
        sa.Index(
            "territoires_notice_unmailed",
            "user_id",
            "id",
            postgresql_where=sa.text("mailed IS NULL AND seen IS NULL"),
        ),
        # What is mailed at once.
        sa.Index("territoires_notice_direct", "id", postgresql_where=sa.text(_DIRECT)),
        sa.Index("territoires_notice_user", "user_id", "id"),
        sa.Index("territoires_notice_message", "message_id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=True)
    user_id: Mapped[str] = mapped_column(sa.UnicodeText)
    package_id: Mapped[str] = mapped_column(sa.UnicodeText)
    # The message's id, or what happened to the package and when.
    thing: Mapped[str] = mapped_column(sa.UnicodeText)
    subject: Mapped[str] = mapped_column(sa.UnicodeText)
    message_id: Mapped[str | None] = mapped_column(sa.UnicodeText)
    reason: Mapped[str] = mapped_column(sa.UnicodeText)
    follow_kind: Mapped[str | None] = mapped_column(sa.UnicodeText)
    follow_id: Mapped[str | None] = mapped_column(sa.UnicodeText)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    created: Mapped[datetime] = mapped_column(sa.DateTime, server_default=NOW)
    seen: Mapped[datetime | None] = mapped_column(sa.DateTime)
    mailed: Mapped[datetime | None] = mapped_column(sa.DateTime)


class MailChoice(tk.BaseModel):
    """When a person wants mail: `rhythm` is `daily`, `weekly` or `none`; `hour` is local."""

    __tablename__ = "territoires_mail_choice"

    user_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    rhythm: Mapped[str] = mapped_column(sa.UnicodeText, server_default="daily")
    hour: Mapped[int] = mapped_column(sa.SmallInteger, server_default="7")
    mentions: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.true())
    language: Mapped[str | None] = mapped_column(sa.UnicodeText)


class Delivery(tk.BaseModel):
    """A mail: claimed (and committed) before it leaves, so that two jobs do not send it twice.

    `key`: `notice:<id>`, or `digest:<user>:<day or week>`. `state`: `claimed` (leaving, or left by
    a run that was killed), `sent` or `failed` (tried again until `attempts` is spent). `created`:
    when it was last claimed.
    """

    __tablename__ = "territoires_delivery"

    key: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    user_id: Mapped[str] = mapped_column(sa.UnicodeText, index=True)
    state: Mapped[str] = mapped_column(sa.UnicodeText, server_default="claimed")
    attempts: Mapped[int] = mapped_column(sa.SmallInteger, server_default="1")
    error: Mapped[str | None] = mapped_column(sa.UnicodeText)
    created: Mapped[datetime] = mapped_column(sa.DateTime, server_default=NOW)
    sent: Mapped[datetime | None] = mapped_column(sa.DateTime)


class FeedToken(tk.BaseModel):
    """The secret part of the address of a person's feeds, kept as its SHA-256."""

    __tablename__ = "territoires_feed_token"

    id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True, default=make_uuid)
    user_id: Mapped[str] = mapped_column(sa.UnicodeText, unique=True)
    token_hash: Mapped[str] = mapped_column(sa.UnicodeText, unique=True)
    created: Mapped[datetime] = mapped_column(sa.DateTime, server_default=NOW)
