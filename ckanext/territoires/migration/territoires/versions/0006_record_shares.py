"""The part of a record that is each successor's, of a commune that was split.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TABLE = "territoires_record"


def upgrade() -> None:
    op.add_column(_TABLE, sa.Column("shares", JSONB))
    # Told when a file is read, which a loading then does again.
    op.execute("UPDATE territoires_release SET sha256 = '' WHERE shape = 'records'")


def downgrade() -> None:
    op.drop_column(_TABLE, "shares")
