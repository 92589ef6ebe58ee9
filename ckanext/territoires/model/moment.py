"""The time of the database, in UTC and without a zone as CKAN keeps it."""

from __future__ import annotations

import sqlalchemy as sa

# The clock and not the start of the transaction: entries of a thread wait for each other.
NOW = sa.text("timezone('utc', clock_timestamp())")
