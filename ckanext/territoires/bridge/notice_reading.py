"""What a person has been told, and may still see: read by page, counted in the header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import ckan.model as model
import sqlalchemy as sa

from ckanext.territoires.bridge.labels import is_project, readable_ids
from ckanext.territoires.model import Follow, Message, Notice
from ckanext.territoires.model.moment import NOW

PAGE = 50
#: Unread notices are counted up to this: who comes back from a year away waits no longer.
MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Told:
    """A notice with what it is about: its package, and the entry of a thread when there is one.

    `followed`: the name of the service or of the search that it comes from.
    """

    notice: Notice
    package: model.Package
    message: Message | None
    author: model.User | None
    followed: str = ""

    @property
    def is_project(self) -> bool:
        """Whether it is about a project."""
        return is_project(self.package)


@dataclass(frozen=True, slots=True)
class Unmailed:
    """What a mail would tell; `more`: there is more; `some`: even if it is theirs no more."""

    told: list[Told]
    more: bool
    some: bool


def told(user: model.User, before: int | None = None, *, unread: bool = False) -> list[Told]:
    """The latest notices of a person, PAGE at most, from the one before `before` (an id).

    What they may no longer see is left out: their labels are asked now. A fixed number of queries.
    """
    found: list[Told] = []
    while len(found) < PAGE:
        rows = _rows(user.id, before, unread=unread)
        found += readable(rows, user)
        if len(rows) < PAGE:
            break
        before = rows[-1].id
    return found[:PAGE]


def unmailed(user: model.User, since: datetime, until: datetime, most: int) -> Unmailed:
    """What a person has neither seen nor been mailed of that time, the oldest first.

    `most` rows are read, the latest; a fixed number of queries.
    """
    query = model.Session.query(Notice).filter(
        Notice.user_id == user.id,
        Notice.seen.is_(None),
        Notice.mailed.is_(None),
        Notice.created >= since,
        Notice.created <= until,
    )
    rows = query.order_by(Notice.id.desc()).limit(most).all()
    rows.reverse()
    return Unmailed(readable(rows, user), more=len(rows) == most, some=bool(rows))


def mark_mailed(user_id: str, until: datetime) -> None:
    """Have what a person is told until then in no other mail. No commit."""
    model.Session.execute(
        sa.update(Notice)
        .where(Notice.user_id == user_id, Notice.mailed.is_(None), Notice.seen.is_(None))
        .where(Notice.created <= until)
        .values(mailed=NOW)
    )


def unread_count(user: model.User) -> int:
    """How many notices a person has not seen, of what they may still see, MOST_COUNTED at most.

    One query on the index of what is unread; their labels are asked when there is some.
    """
    latest = (
        sa.select(Notice.package_id)
        .where(Notice.user_id == user.id, Notice.seen.is_(None))
        .order_by(Notice.id.desc())
        .limit(MOST_COUNTED)
        .subquery()
    )
    rows = model.Session.execute(
        sa.select(latest.c.package_id, sa.func.count()).group_by(latest.c.package_id)
    ).all()
    if not rows:
        return 0
    allowed = readable_ids([package_id for package_id, _count in rows], user)
    return sum(count for package_id, count in rows if package_id in allowed)


def mark_seen(user_id: str, ids: Sequence[int] | None = None) -> list[int]:
    """Mark these notices as seen, all for None; return those that were not. No commit."""
    statement = sa.update(Notice).where(Notice.user_id == user_id, Notice.seen.is_(None))
    if ids is not None:
        statement = statement.where(Notice.id.in_(list(ids)))
    return list(model.Session.scalars(statement.values(seen=NOW).returning(Notice.id)))


def mark_unseen(user_id: str, ids: Sequence[int]) -> None:
    """Undo it. No commit."""
    model.Session.execute(
        sa.update(Notice)
        .where(Notice.user_id == user_id, Notice.id.in_(list(ids)))
        .values(seen=None)
    )


def _rows(user_id: str, before: int | None, *, unread: bool) -> list[Notice]:
    query = model.Session.query(Notice).filter(Notice.user_id == user_id)
    if before is not None:
        query = query.filter(Notice.id < before)
    if unread:
        query = query.filter(Notice.seen.is_(None))
    return query.order_by(Notice.id.desc()).limit(PAGE).all()


def readable(rows: Sequence[Notice], user: model.User) -> list[Told]:
    """Those, among these notices, of what a person may still see. A fixed number of queries."""
    packages = {
        one.id: one
        for one in model.Session.query(model.Package).filter(
            model.Package.id.in_({row.package_id for row in rows}),
            model.Package.state == model.State.ACTIVE,
        )
    }
    allowed = readable_ids(packages, user)
    messages = {
        one.id: one
        for one in model.Session.query(Message).filter(
            Message.id.in_({row.message_id for row in rows if row.message_id})
        )
    }
    authors = {
        one.id: one
        for one in model.Session.query(model.User).filter(
            model.User.id.in_({message.author_id for message in messages.values()})
        )
    }
    followed = _followed(rows, user)
    found: list[Told] = []
    for row in rows:
        if row.package_id not in allowed:
            continue
        message = messages.get(row.message_id or "")
        author = authors.get(message.author_id) if message else None
        name = followed.get((row.follow_kind, row.follow_id), "")
        found.append(Told(row, packages[row.package_id], message, author, name))
    return found


def _followed(rows: Sequence[Notice], user: model.User) -> dict[tuple[str | None, str | None], str]:
    """Names of the services and of the searches that these notices come from, by two queries."""
    ids = {
        kind: {row.follow_id for row in rows if row.follow_kind == kind}
        for kind in ("service", "search")
    }
    found: dict[tuple[str | None, str | None], str] = {}
    if ids["service"]:
        groups = model.Session.query(model.Group).filter(model.Group.id.in_(ids["service"]))
        found |= {("service", one.id): one.title or one.name for one in groups}
    if ids["search"]:
        searches = model.Session.query(Follow.object_id, Follow.title).filter(
            Follow.user_id == user.id, Follow.kind == "search", Follow.object_id.in_(ids["search"])
        )
        found |= {("search", id): title for id, title in searches}
    return found
