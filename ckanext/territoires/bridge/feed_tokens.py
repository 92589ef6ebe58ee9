"""The secret part of the address of a person's feeds: it opens them, and nothing else.

Its SHA-256 alone is kept, so that who reads the database opens nothing; made again, the former
address leads nowhere.
"""

from __future__ import annotations

import hashlib
import re
import secrets

import ckan.model as model
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ckanext.territoires.model import FeedToken
from ckanext.territoires.model.moment import NOW

_TOKEN = re.compile(r"[\w-]{40,64}")


def make(user_id: str) -> str:
    """Make a token in the place of the former; it is nowhere else. No commit."""
    token = secrets.token_urlsafe(32)
    values = {"token_hash": _digest(token), "created": NOW}
    statement = insert(FeedToken).values(id=secrets.token_hex(16), user_id=user_id, **values)
    model.Session.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=values))
    return token


def made(user_id: str) -> FeedToken | None:
    """When a person's token was made, if it was."""
    return model.Session.query(FeedToken).filter_by(user_id=user_id).one_or_none()


def revoke(user_id: str) -> None:
    """Have the address lead nowhere. No commit."""
    model.Session.execute(sa.delete(FeedToken).where(FeedToken.user_id == user_id))


def reader_of(token: str) -> model.User | None:
    """The person whose feeds a token opens; None when it opens nothing or the account is closed."""
    if not _TOKEN.fullmatch(token):
        return None
    query = (
        sa.select(model.User)
        .join(FeedToken, FeedToken.user_id == model.User.id)
        .where(FeedToken.token_hash == _digest(token), model.User.state == model.State.ACTIVE)
    )
    return model.Session.scalar(query)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
