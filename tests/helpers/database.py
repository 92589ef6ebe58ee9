"""An empty database between two tests, with every plugin's tables left migrated."""

from __future__ import annotations

import sqlalchemy as sa
from ckan import model
from sqlalchemy.orm import close_all_sessions

# CKAN's own reset drops or re-creates tables at times, and knows nothing of the plugins'
# migrations; bin/test has migrated them all, so only rows have to go.
_TABLES = """
    SELECT quote_ident(tablename) FROM pg_tables
    WHERE schemaname = 'public' AND tablename NOT LIKE '%alembic_version'
"""


def empty_tables() -> None:
    """Remove the rows of every table, but for the record of the migrations."""
    close_all_sessions()
    model.Session.remove()
    with model.ensure_engine().begin() as connection:
        names = connection.scalars(sa.text(_TABLES)).all()
        probes = [f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in names]
        filled = connection.scalars(sa.text(" UNION ALL ".join(probes))).all()
        if filled:
            connection.execute(sa.text(f"TRUNCATE {', '.join(filled)} CASCADE"))
