"""What agents write about the themes of a territory: who may, and who signs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import ckan.authz as authz
import ckan.model as model
import sqlalchemy as sa

from ckanext.territoires.bridge import custom, services
from ckanext.territoires.model import PortraitComment
from ckanext.territoires.portrait.document import Comment

# Beyond this, a comment is a report: it has its place in a file.
MAX_LENGTH = 5_000


@dataclass(frozen=True, slots=True)
class Version:
    """A comment as it was left; an empty `text` removed what was before."""

    theme: str
    text: str
    author: str
    created: datetime


def versions(territory: str, theme: str | None = None) -> list[Version]:
    """Everything written about a territory, or one theme of it, the latest first."""
    query = (
        sa.select(PortraitComment, model.User)
        .outerjoin(model.User, model.User.id == PortraitComment.author_id)
        .where(PortraitComment.territory == territory)
        .order_by(PortraitComment.created.desc(), PortraitComment.id)
    )
    if theme is not None:
        query = query.where(PortraitComment.theme == theme)
    rows = model.Session.execute(query).all()
    if not rows:
        return []
    titles = _services_of({row.author_id for row, _user in rows}, territory)
    return [
        Version(
            row.theme,
            row.text,
            signature(user, titles.get(row.author_id, "")) if user else "",
            row.created,
        )
        for row, user in rows
    ]


def in_force(territory: str) -> dict[str, Comment]:
    """The comment of each theme that has one, as a portrait carries it."""
    latest: dict[str, Version] = {}
    for version in versions(territory):
        latest.setdefault(version.theme, version)
    return {
        theme: Comment(version.text, version.author, version.created.date().isoformat())
        for theme, version in latest.items()
        if version.text
    }


def save(territory: str, theme: str, text: str, author: model.User) -> None:
    """Write a comment; the same text again writes nothing. The caller commits."""
    former = versions(territory, theme)
    if (former[0].text if former else "") == text:
        return
    model.Session.add(
        PortraitComment(territory=territory, theme=theme, text=text, author_id=author.id)
    )


def signing_service(user: model.User, territory: str) -> model.Group | None:
    """The service in whose name a person writes about a territory: the nearest competent one.

    None where they are the editor of none.
    """
    wanted = [territory, *custom.above(territory)]
    found = services.competent_for(wanted)
    found.sort(key=lambda each: wanted.index(services.extras_of(each)["territory"]))
    for service in found:
        if authz.has_user_permission_for_group_or_org(service.id, user.name, "update_dataset"):
            return service
    return None


def may_write(user: model.User | None, territory: str) -> bool:
    """Whether a person may comment on a territory: editors of a competent service, sysadmins."""
    if user is None:
        return False
    return bool(user.sysadmin) or signing_service(user, territory) is not None


def signature(user: model.User, service: str) -> str:
    """How a comment is signed: a name, and the service when there is one."""
    return f"{user.display_name}, {service}" if service else str(user.display_name)


def _services_of(author_ids: set[str], territory: str) -> dict[str, str]:
    """Title of the nearest competent service that each author belongs to."""
    wanted = [territory, *custom.above(territory)]
    column = services.territory_column()
    rows = model.Session.execute(
        sa.select(model.Member.table_id, model.Group.title, column)
        .join(model.Group, model.Group.id == model.Member.group_id)
        .where(
            model.Member.table_name == "user",
            model.Member.table_id.in_(author_ids),
            model.Member.state == model.State.ACTIVE,
            model.Group.is_organization,
            model.Group.state == model.State.ACTIVE,
            column.in_(wanted),
        )
    ).all()
    nearest = sorted(rows, key=lambda row: (-wanted.index(row[2]), row[1] or ""))
    return {author: title for author, title, _territory in nearest}
