"""What is mailed at once is found by index.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_INDEX = "territoires_notice_direct"
_TABLE = "territoires_notice"


def upgrade() -> None:
    where = "mailed IS NULL AND seen IS NULL AND reason IN ('mention', 'reply', 'assigned')"
    op.create_index(_INDEX, _TABLE, ["id"], postgresql_where=sa.text(where))


def downgrade() -> None:
    op.drop_index(_INDEX, _TABLE)
