"""The time of the database, in UTC and without a zone as CKAN keeps it."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

# The clock and not the start of the transaction: entries of a thread wait for each other.
NOW = sa.text("timezone('utc', clock_timestamp())")


def utc_now() -> datetime:
    """Return the present moment, in UTC and without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)
