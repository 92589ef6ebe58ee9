"""Loaded files: their figures, their records, the accounts of their loading, frozen portraits.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _key(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(collation="C"), primary_key=True)


def _uuid() -> sa.Column:
    return sa.Column("id", sa.UnicodeText, primary_key=True)


def _now(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime, server_default=sa.func.now(), nullable=False)


def _text(name: str, *, index: bool = False, unique: bool = False) -> sa.Column:
    return sa.Column(name, sa.UnicodeText, nullable=False, index=index, unique=unique)


def upgrade() -> None:
    op.create_table(
        "territoires_release",
        sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
        _text("resource_id", unique=True),
        _text("package_id", index=True),
        _text("profile"),
        _text("shape"),
        _text("vintage"),
        sa.Column("cog_year", sa.Integer),
        _now("loaded"),
        _text("sha256"),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("indicators", ARRAY(sa.UnicodeText), nullable=False),
        sa.Column("periods", ARRAY(sa.UnicodeText), nullable=False),
        sa.Column("levels", ARRAY(sa.UnicodeText), nullable=False),
        sa.Column("digests", sa.LargeBinary),
    )
    op.create_table(
        "territoires_observation",
        sa.Column("release_id", sa.Integer, primary_key=True),
        _key("territory"),
        _key("indicator"),
        _key("period"),
        sa.Column("value", sa.Double),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("origin", sa.SmallInteger, nullable=False),
        sa.Column("members", sa.Integer),
        sa.Column("members_known", sa.Integer),
        sa.Column("population_share", sa.REAL),
    )
    op.create_table(
        "territoires_distribution",
        sa.Column("release_id", sa.Integer, primary_key=True),
        _key("group_id"),
        _key("level"),
        _key("indicator"),
        _key("period"),
        sa.Column("values", ARRAY(sa.Double), nullable=False),
    )
    op.create_table(
        "territoires_record",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("release_id", sa.Integer, nullable=False, index=True),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("places", ARRAY(sa.Text), nullable=False),
        sa.Column("lineage", ARRAY(sa.Text), nullable=False),
        sa.Column("beneficiary", sa.Text),
        sa.Column("beneficiary_id", sa.Text),
        sa.Column("beneficiary_territory", sa.Text),
        sa.Column("date", sa.Date),
        sa.Column("year", sa.Integer),
        *(sa.Column(name, sa.Text) for name in ("scheme", "theme", "title", "state")),
        *(sa.Column(name, sa.Numeric(16, 2)) for name in ("cost", "asked", "granted", "paid")),
        sa.Column("latitude", sa.Double),
        sa.Column("longitude", sa.Double),
        sa.Column("attributes", JSONB, nullable=False),
    )
    for column in ("places", "lineage"):
        op.create_index(
            f"territoires_record_{column}",
            "territoires_record",
            [column],
            postgresql_using="gin",
        )
    op.create_table(
        "territoires_load",
        _uuid(),
        _text("resource_id", index=True),
        _text("package_id"),
        sa.Column("user_id", sa.UnicodeText),
        _text("state"),
        _text("step"),
        sa.Column("progress", sa.Integer, nullable=False),
        sa.Column("report", JSONB),
        _now("created"),
        sa.Column("finished", sa.DateTime),
    )
    op.create_table(
        "territoires_header_mapping",
        _uuid(),
        _text("resource_id", unique=True),
        _text("header", index=True),
        sa.Column("mapping", JSONB, nullable=False),
        sa.Column("author_id", sa.UnicodeText),
        _now("modified"),
    )
    op.create_table(
        "territoires_portrait_comment",
        _uuid(),
        _text("territory", index=True),
        _text("theme"),
        _text("text"),
        _text("author_id"),
        _now("created"),
    )
    op.create_table(
        "territoires_edition",
        _uuid(),
        _text("territory", index=True),
        _text("digest", unique=True),
        _text("language"),
        sa.Column("document", JSONB, nullable=False),
        sa.Column("dataset_ids", JSONB, nullable=False),
        _text("state"),
        sa.Column("author_id", sa.UnicodeText),
        _now("created"),
    )


def downgrade() -> None:
    for table in (
        "edition",
        "portrait_comment",
        "header_mapping",
        "load",
        "record",
        "distribution",
        "observation",
        "release",
    ):
        op.drop_table(f"territoires_{table}")
