"""When a person wants mail, in what language, and the links of a mail that stop it."""

from __future__ import annotations

from dataclasses import dataclass

import ckan.model as model
import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.dialects.postgresql import insert

from ckanext.territoires import config
from ckanext.territoires.bridge import follows
from ckanext.territoires.discussion.rhythm import Rhythm
from ckanext.territoires.model import Delivery, Follow, MailChoice

DEFAULT_HOUR = 7
#: What a link stops: the digest, what is mailed at once, one thing that is followed, a project.
DIGEST, AT_ONCE, FOLLOW, PROJECT = "digest", "at_once", "follow", "project"
_SALT = "territoires-mail"


@dataclass(frozen=True, slots=True)
class Choice:
    """When a person wants mail. `language`: theirs, else the site's."""

    rhythm: str
    hour: int
    mentions: bool
    language: str


@dataclass(frozen=True, slots=True)
class Stop:
    """What the link of a mail stops, for whom; `kind` and `id` name what is followed."""

    user_id: str
    what: str
    kind: str = ""
    id: str = ""


def choice_of(row: MailChoice | None) -> Choice:
    """A person's choice, or what is done for who has made none."""
    if row is None:
        return Choice(Rhythm.DAILY, DEFAULT_HOUR, mentions=True, language=config.site_language())
    language = row.language or config.site_language()
    return Choice(row.rhythm, row.hour, mentions=row.mentions, language=language)


def chosen(user_id: str) -> Choice:
    """A person's choice."""
    return choice_of(model.Session.get(MailChoice, user_id))


def choose(user_id: str, choice: Choice) -> None:
    """Keep a person's choice. No commit."""
    values = {
        "rhythm": choice.rhythm,
        "hour": choice.hour,
        "mentions": choice.mentions,
        "language": choice.language,
    }
    statement = insert(MailChoice).values(user_id=user_id, **values)
    model.Session.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=values))


def forget(user_id: str) -> None:
    """Remove what is kept of the mails of an account that is closed. No commit."""
    for table in (MailChoice, Delivery):
        model.Session.execute(sa.delete(table).where(table.user_id == user_id))


def last_failure(user_id: str) -> str:
    """Why the last mail to a person could not be delivered; empty when it was."""
    query = sa.select(Delivery).where(Delivery.user_id == user_id)
    last = model.Session.scalar(query.order_by(Delivery.created.desc()).limit(1))
    return (last.error or "") if last and last.state == "failed" else ""


def stop_link(stop: Stop) -> str:
    """Address of the page that stops it, for who has not signed in. It opens nothing else."""
    token = _serializer().dumps([stop.user_id, stop.what, stop.kind, stop.id])
    return tk.url_for("territoires_mail.stop", token=token, qualified=True)


def read_stop(token: str) -> Stop | None:
    """What a link stops; None when it is not one of ours."""
    try:
        user_id, what, kind, id = _serializer().loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return Stop(user_id, what, kind, id)


def stop(asked: Stop, user: model.User) -> None:
    """Stop what a link stops. No commit."""
    choice = chosen(user.id)
    match asked.what:
        case "digest":
            kept = Choice(Rhythm.NONE, choice.hour, choice.mentions, choice.language)
            choose(user.id, kept)
        case "at_once":
            choose(user.id, Choice(choice.rhythm, choice.hour, False, choice.language))
        case _:
            follows.follow(user, asked.kind, asked.id, level="none")


def start_again(asked: Stop, user: model.User, rhythm: Rhythm) -> None:
    """Undo it: `rhythm` is the former one; what was followed is followed entirely. No commit."""
    choice = chosen(user.id)
    match asked.what:
        case "digest":
            kept = Choice(rhythm, choice.hour, choice.mentions, choice.language)
            choose(user.id, kept)
        case "at_once":
            choose(user.id, Choice(choice.rhythm, choice.hour, True, choice.language))
        case "project":
            follows.unfollow(user, asked.kind, asked.id)
        case _:
            follows.follow(user, asked.kind, asked.id, level="all")


def is_stopped(asked: Stop) -> bool:
    """Whether it is stopped already."""
    choice = chosen(asked.user_id)
    match asked.what:
        case "digest":
            return choice.rhythm == Rhythm.NONE
        case "at_once":
            return not choice.mentions
        case _:
            found = model.Session.get(Follow, (asked.user_id, asked.kind, asked.id))
            gone = found is None and asked.kind == follows.SEARCH
            return gone or (found is not None and found.level == "none")


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(tk.config["SECRET_KEY"], salt=_SALT)
