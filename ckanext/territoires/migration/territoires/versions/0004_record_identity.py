"""What makes a record itself whatever its file, and its project, kept with it.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLE = "territoires_record"


def upgrade() -> None:
    op.add_column(_TABLE, sa.Column("identity", sa.Uuid))
    op.add_column(_TABLE, sa.Column("project", sa.Uuid))
    # A line is like no other until its file is read again, which a loading then does.
    op.execute(f"UPDATE {_TABLE} SET identity = md5(id::text)::uuid")
    op.execute("UPDATE territoires_release SET sha256 = '' WHERE shape = 'records'")
    op.alter_column(_TABLE, "identity", nullable=False)
    op.create_index("territoires_record_identity", _TABLE, ["identity"])


def downgrade() -> None:
    op.drop_column(_TABLE, "project")
    op.drop_column(_TABLE, "identity")
