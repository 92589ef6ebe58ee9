"""Locks of the database that a process holds, and drops if it is killed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import ckan.model as model
import sqlalchemy as sa


@contextmanager
def owning(name: str, *, wait: bool = False) -> Iterator[sa.Connection | None]:
    """Hold a lock: yield the connection that has it, None when another process has.

    The connection is one of its own, which commits each statement. With `wait`, the other process
    is waited for.
    """
    engine = model.ensure_engine().execution_options(isolation_level="AUTOCOMMIT")
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    with engine.connect() as connection:
        if wait:
            connection.execute(sa.select(sa.func.pg_advisory_lock(key)))
        elif not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(key))):
            yield None
            return
        try:
            yield connection
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(key)))
