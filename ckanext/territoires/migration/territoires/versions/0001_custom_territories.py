"""Custom territories, and the reference that the index was built with.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "territoires_custom_territory",
        sa.Column("id", sa.UnicodeText, primary_key=True),
        sa.Column("slug", sa.UnicodeText, nullable=False, unique=True),
        sa.Column("name", sa.UnicodeText, nullable=False),
        sa.Column("communes", ARRAY(sa.UnicodeText), nullable=False),
        sa.Column("visibility", sa.UnicodeText, nullable=False),
        sa.Column(
            "author_id",
            sa.UnicodeText,
            sa.ForeignKey("user.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("created", sa.DateTime, server_default=sa.func.now(), nullable=False),
        sa.Column("modified", sa.DateTime, server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint(
            "visibility in ('private', 'agents', 'public')",
            name="territoires_custom_territory_visibility",
        ),
    )
    # A search asks which custom territories hold a commune.
    op.create_index(
        "territoires_custom_territory_communes",
        "territoires_custom_territory",
        ["communes"],
        postgresql_using="gin",
    )
    op.create_table(
        "territoires_reference_state",
        sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("version", sa.UnicodeText, nullable=False),
        sa.Column("applied", sa.DateTime, server_default=sa.func.now(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("territoires_reference_state")
    op.drop_table("territoires_custom_territory")
