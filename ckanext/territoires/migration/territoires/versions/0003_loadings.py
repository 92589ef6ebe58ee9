"""Loadings: which state of a file each is about, how often it was begun, what it was read with.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.UnicodeText, nullable=False, server_default="")


ADDED = (
    ("territoires_release", _text("setting")),
    ("territoires_load", _text("signature")),
    ("territoires_load", sa.Column("tries", sa.Integer, nullable=False, server_default="0")),
)


def upgrade() -> None:
    for table, column in ADDED:
        op.add_column(table, column)
    op.create_index("territoires_load_state", "territoires_load", ["state"])


def downgrade() -> None:
    op.drop_index("territoires_load_state", "territoires_load")
    for table, column in reversed(ADDED):
        op.drop_column(table, column.name)
