"""The thread of a project: what people wrote in it and what happened to the project."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from ckan.model.types import make_uuid
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.territoires.model.moment import NOW


class Thread(tk.BaseModel):
    """One row a project. Its lock, taken to add an entry, orders the entries as they commit."""

    __tablename__ = "territoires_thread"

    project_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    last_position: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    locked_by: Mapped[str | None] = mapped_column(sa.UnicodeText)
    locked: Mapped[datetime | None] = mapped_column(sa.DateTime)


class Message(tk.BaseModel):
    """An entry of a thread.

    `kind` is one of `discussion.message.KINDS`. What a person writes has `text` (Markdown); what
    happened has `facts`, said in words when read. `state`: `visible`, `removed` (by its author, the
    text is gone) or `hidden` (by a moderator, with a `hidden_reason`; the text is kept for them).
    `answer_id` is the entry that answers a question; `closed` says when a question was closed or a
    task done. `search` is the text folded and stemmed, empty once it is not `visible`.
    """

    __tablename__ = "territoires_message"
    __table_args__ = (
        sa.UniqueConstraint("project_id", "position"),
        sa.Index(
            "territoires_message_pinned",
            "project_id",
            postgresql_where=sa.text("pinned IS NOT NULL"),
        ),
        sa.Index("territoires_message_search", "search", postgresql_using="gin"),
        sa.Index("territoires_message_author", "author_id", "created"),
    )

    id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True, default=make_uuid)
    project_id: Mapped[str] = mapped_column(sa.UnicodeText)
    position: Mapped[int] = mapped_column(sa.BigInteger)
    kind: Mapped[str] = mapped_column(sa.UnicodeText)
    author_id: Mapped[str] = mapped_column(sa.UnicodeText)
    created: Mapped[datetime] = mapped_column(sa.DateTime, server_default=NOW)
    edited: Mapped[datetime | None] = mapped_column(sa.DateTime)
    text: Mapped[str] = mapped_column(sa.UnicodeText, server_default="")
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    state: Mapped[str] = mapped_column(sa.UnicodeText, server_default="visible")
    hidden_reason: Mapped[str | None] = mapped_column(sa.UnicodeText)
    reply_to_id: Mapped[str | None] = mapped_column(sa.UnicodeText)
    pinned: Mapped[datetime | None] = mapped_column(sa.DateTime)
    answer_id: Mapped[str | None] = mapped_column(sa.UnicodeText)
    assignee_id: Mapped[str | None] = mapped_column(sa.UnicodeText)
    due: Mapped[date | None] = mapped_column(sa.Date)
    closed: Mapped[datetime | None] = mapped_column(sa.DateTime)
    activity_id: Mapped[str | None] = mapped_column(sa.UnicodeText)
    search: Mapped[Any] = mapped_column(TSVECTOR, nullable=True)


class MessageRevision(tk.BaseModel):
    """What a message said before it was edited; emptied with the message."""

    __tablename__ = "territoires_message_revision"

    id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True, default=make_uuid)
    message_id: Mapped[str] = mapped_column(
        sa.ForeignKey("territoires_message.id", ondelete="CASCADE"), index=True
    )
    text: Mapped[str] = mapped_column(sa.UnicodeText)
    replaced: Mapped[datetime] = mapped_column(sa.DateTime, server_default=NOW)


class MessageFile(tk.BaseModel):
    """A file of the project (CKAN's) joined to a message."""

    __tablename__ = "territoires_message_file"

    message_id: Mapped[str] = mapped_column(
        sa.ForeignKey("territoires_message.id", ondelete="CASCADE"), primary_key=True
    )
    file_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)


class MessageMention(tk.BaseModel):
    """A person named in a message, who could read it when it was written."""

    __tablename__ = "territoires_message_mention"

    message_id: Mapped[str] = mapped_column(
        sa.ForeignKey("territoires_message.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True, index=True)


class MessageReport(tk.BaseModel):
    """A reader's report of a message; `outcome` is `kept` or `hidden` once it is handled."""

    __tablename__ = "territoires_message_report"
    __table_args__ = (sa.UniqueConstraint("message_id", "reporter_id"),)

    id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True, default=make_uuid)
    message_id: Mapped[str] = mapped_column(
        sa.ForeignKey("territoires_message.id", ondelete="CASCADE")
    )
    reporter_id: Mapped[str] = mapped_column(sa.UnicodeText)
    reason: Mapped[str] = mapped_column(sa.UnicodeText)
    created: Mapped[datetime] = mapped_column(sa.DateTime, server_default=NOW)
    handled: Mapped[datetime | None] = mapped_column(sa.DateTime)
    handler_id: Mapped[str | None] = mapped_column(sa.UnicodeText)
    outcome: Mapped[str | None] = mapped_column(sa.UnicodeText)


class Visit(tk.BaseModel):
    """How far a person has read a thread: `position` is the last entry seen."""

    __tablename__ = "territoires_visit"

    user_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    project_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    position: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    visited: Mapped[datetime] = mapped_column(sa.DateTime, server_default=NOW)
