"""Projects: communities, threads, what people follow and are told of it.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    "territoires_feed_token",
    "territoires_delivery",
    "territoires_mail_choice",
    "territoires_notice",
    "territoires_follow",
    "territoires_sheet_draft",
    "territoires_join_request",
    "territoires_invitation",
    "territoires_project_service",
    "territoires_visit",
    "territoires_message_report",
    "territoires_message_mention",
    "territoires_message_file",
    "territoires_message_revision",
    "territoires_message",
    "territoires_thread",
)


def upgrade() -> None:
    op.create_table(
        "territoires_thread",
        sa.Column("project_id", sa.UnicodeText(), nullable=False),
        sa.Column("last_position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("locked_by", sa.UnicodeText(), nullable=True),
        sa.Column("locked", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("project_id"),
    )
    op.create_table(
        "territoires_message",
        sa.Column("id", sa.UnicodeText(), nullable=False),
        sa.Column("project_id", sa.UnicodeText(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.UnicodeText(), nullable=False),
        sa.Column("author_id", sa.UnicodeText(), nullable=False),
        sa.Column(
            "created",
            sa.DateTime(),
            server_default=sa.text("timezone('utc', clock_timestamp())"),
            nullable=False,
        ),
        sa.Column("edited", sa.DateTime(), nullable=True),
        sa.Column("text", sa.UnicodeText(), server_default="", nullable=False),
        sa.Column(
            "facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("state", sa.UnicodeText(), server_default="visible", nullable=False),
        sa.Column("hidden_reason", sa.UnicodeText(), nullable=True),
        sa.Column("reply_to_id", sa.UnicodeText(), nullable=True),
        sa.Column("pinned", sa.DateTime(), nullable=True),
        sa.Column("answer_id", sa.UnicodeText(), nullable=True),
        sa.Column("assignee_id", sa.UnicodeText(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("closed", sa.DateTime(), nullable=True),
        sa.Column("activity_id", sa.UnicodeText(), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("project_id", "position"),
    )
    op.create_index(
        "territoires_message_author", "territoires_message", ["author_id", "created"], unique=False
    )
    op.create_index(
        "territoires_message_pinned",
        "territoires_message",
        ["project_id"],
        unique=False,
        postgresql_where=sa.text("pinned IS NOT NULL"),
    )
    op.create_index(
        "territoires_message_search",
        "territoires_message",
        ["search"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_table(
        "territoires_message_revision",
        sa.Column("id", sa.UnicodeText(), nullable=False),
        sa.Column("message_id", sa.UnicodeText(), nullable=False),
        sa.Column("text", sa.UnicodeText(), nullable=False),
        sa.Column(
            "replaced",
            sa.DateTime(),
            server_default=sa.text("timezone('utc', clock_timestamp())"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["message_id"], ["territoires_message.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_territoires_message_revision_message_id",
        "territoires_message_revision",
        ["message_id"],
        unique=False,
    )
    op.create_table(
        "territoires_message_file",
        sa.Column("message_id", sa.UnicodeText(), nullable=False),
        sa.Column("file_id", sa.UnicodeText(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["territoires_message.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", "file_id"),
    )
    op.create_table(
        "territoires_message_mention",
        sa.Column("message_id", sa.UnicodeText(), nullable=False),
        sa.Column("user_id", sa.UnicodeText(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["territoires_message.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", "user_id"),
    )
    op.create_index(
        "ix_territoires_message_mention_user_id",
        "territoires_message_mention",
        ["user_id"],
        unique=False,
    )
    op.create_table(
        "territoires_message_report",
        sa.Column("id", sa.UnicodeText(), nullable=False),
        sa.Column("message_id", sa.UnicodeText(), nullable=False),
        sa.Column("reporter_id", sa.UnicodeText(), nullable=False),
        sa.Column("reason", sa.UnicodeText(), nullable=False),
        sa.Column(
            "created",
            sa.DateTime(),
            server_default=sa.text("timezone('utc', clock_timestamp())"),
            nullable=False,
        ),
        sa.Column("handled", sa.DateTime(), nullable=True),
        sa.Column("handler_id", sa.UnicodeText(), nullable=True),
        sa.Column("outcome", sa.UnicodeText(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["territoires_message.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id", "reporter_id"),
    )
    op.create_table(
        "territoires_visit",
        sa.Column("user_id", sa.UnicodeText(), nullable=False),
        sa.Column("project_id", sa.UnicodeText(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "visited",
            sa.DateTime(),
            server_default=sa.text("timezone('utc', clock_timestamp())"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("user_id", "project_id"),
    )
    op.create_table(
        "territoires_project_service",
        sa.Column("project_id", sa.UnicodeText(), nullable=False),
        sa.Column("organization_id", sa.UnicodeText(), nullable=False),
        sa.Column("role", sa.UnicodeText(), nullable=False),
        sa.Column("inviter_id", sa.UnicodeText(), nullable=False),
        sa.Column(
            "created",
            sa.DateTime(),
            server_default=sa.text("timezone('utc', clock_timestamp())"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("project_id", "organization_id"),
    )
    op.create_index(
        "ix_territoires_project_service_organization_id",
        "territoires_project_service",
        ["organization_id"],
        unique=False,
    )
    op.create_table(
        "territoires_invitation",
        sa.Column("id", sa.UnicodeText(), nullable=False),
        sa.Column("token_hash", sa.UnicodeText(), nullable=False),
        sa.Column("project_id", sa.UnicodeText(), nullable=False),
        sa.Column("email", sa.UnicodeText(), nullable=False),
        sa.Column("role", sa.UnicodeText(), nullable=False),
        sa.Column("inviter_id", sa.UnicodeText(), nullable=False),
        sa.Column(
            "created",
            sa.DateTime(),
            server_default=sa.text("timezone('utc', clock_timestamp())"),
            nullable=False,
        ),
        sa.Column("expires", sa.DateTime(), nullable=False),
        sa.Column("accepted", sa.DateTime(), nullable=True),
        sa.Column("accepted_by", sa.UnicodeText(), nullable=True),
        sa.Column("revoked", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(
        "ix_territoires_invitation_project_id",
        "territoires_invitation",
        ["project_id"],
        unique=False,
    )
    op.create_table(
        "territoires_join_request",
        sa.Column("id", sa.UnicodeText(), nullable=False),
        sa.Column("project_id", sa.UnicodeText(), nullable=False),
        sa.Column("user_id", sa.UnicodeText(), nullable=False),
        sa.Column("text", sa.UnicodeText(), server_default="", nullable=False),
        sa.Column(
            "created",
            sa.DateTime(),
            server_default=sa.text("timezone('utc', clock_timestamp())"),
            nullable=False,
        ),
        sa.Column("answered", sa.DateTime(), nullable=True),
        sa.Column("answered_by", sa.UnicodeText(), nullable=True),
        sa.Column("outcome", sa.UnicodeText(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_territoires_join_request_project_id",
        "territoires_join_request",
        ["project_id"],
        unique=False,
    )
    op.create_table(
        "territoires_sheet_draft",
        sa.Column("user_id", sa.UnicodeText(), nullable=False),
        sa.Column("project_id", sa.UnicodeText(), server_default="", nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "saved",
            sa.DateTime(),
            server_default=sa.text("timezone('utc', clock_timestamp())"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("user_id", "project_id"),
    )
    op.create_table(
        "territoires_follow",
        sa.Column("user_id", sa.UnicodeText(), nullable=False),
        sa.Column("kind", sa.UnicodeText(), nullable=False),
        sa.Column("object_id", sa.UnicodeText(), nullable=False),
        sa.Column("level", sa.UnicodeText(), server_default="all", nullable=False),
        sa.Column("scope", sa.UnicodeText(), server_default="within", nullable=False),
        sa.Column("things", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("title", sa.UnicodeText(), server_default="", nullable=False),
        sa.Column(
            "query", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column(
            "created",
            sa.DateTime(),
            server_default=sa.text("timezone('utc', clock_timestamp())"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("user_id", "kind", "object_id"),
    )
    op.create_index(
        "territoires_follow_object", "territoires_follow", ["kind", "object_id"], unique=False
    )
    op.create_table(
        "territoires_notice",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.UnicodeText(), nullable=False),
        sa.Column("package_id", sa.UnicodeText(), nullable=False),
        sa.Column("thing", sa.UnicodeText(), nullable=False),
        sa.Column("subject", sa.UnicodeText(), nullable=False),
        sa.Column("message_id", sa.UnicodeText(), nullable=True),
        sa.Column("reason", sa.UnicodeText(), nullable=False),
        sa.Column("follow_kind", sa.UnicodeText(), nullable=True),
        sa.Column("follow_id", sa.UnicodeText(), nullable=True),
        sa.Column(
            "facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column(
            "created",
            sa.DateTime(),
            server_default=sa.text("timezone('utc', clock_timestamp())"),
            nullable=False,
        ),
        sa.Column("seen", sa.DateTime(), nullable=True),
        sa.Column("mailed", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "package_id", "thing"),
    )
    op.create_index(
        "territoires_notice_message", "territoires_notice", ["message_id"], unique=False
    )
    op.create_index(
        "territoires_notice_unmailed",
        "territoires_notice",
        ["user_id", "id"],
        unique=False,
        postgresql_where=sa.text("mailed IS NULL AND seen IS NULL"),
    )
    op.create_index(
        "territoires_notice_unread",
        "territoires_notice",
        ["user_id", "id"],
        unique=False,
        postgresql_where=sa.text("seen IS NULL"),
    )
    op.create_index(
        "territoires_notice_user", "territoires_notice", ["user_id", "id"], unique=False
    )
    op.create_table(
        "territoires_mail_choice",
        sa.Column("user_id", sa.UnicodeText(), nullable=False),
        sa.Column("rhythm", sa.UnicodeText(), server_default="daily", nullable=False),
        sa.Column("hour", sa.SmallInteger(), server_default="7", nullable=False),
        sa.Column("mentions", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("language", sa.UnicodeText(), nullable=True),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "territoires_delivery",
        sa.Column("key", sa.UnicodeText(), nullable=False),
        sa.Column("user_id", sa.UnicodeText(), nullable=False),
        sa.Column("state", sa.UnicodeText(), server_default="claimed", nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("error", sa.UnicodeText(), nullable=True),
        sa.Column(
            "created",
            sa.DateTime(),
            server_default=sa.text("timezone('utc', clock_timestamp())"),
            nullable=False,
        ),
        sa.Column("sent", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(
        "ix_territoires_delivery_user_id", "territoires_delivery", ["user_id"], unique=False
    )
    op.create_table(
        "territoires_feed_token",
        sa.Column("id", sa.UnicodeText(), nullable=False),
        sa.Column("user_id", sa.UnicodeText(), nullable=False),
        sa.Column("token_hash", sa.UnicodeText(), nullable=False),
        sa.Column(
            "created",
            sa.DateTime(),
            server_default=sa.text("timezone('utc', clock_timestamp())"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
        sa.UniqueConstraint("user_id"),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
