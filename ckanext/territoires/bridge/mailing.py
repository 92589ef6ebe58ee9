"""Mail leaving: at once, and in digests; once, whatever is run twice or killed.

A mail is claimed, and the claim committed, before it leaves. What a run that was killed had claimed
is not sent again, since nobody knows whether it left: what it told is in the next digest if it is
still unread. One address that fails stops no other and is tried again later; a server that does not
answer ends the run, and costs no attempt.
"""

from __future__ import annotations

import logging
import smtplib
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import ckan.model as model
import holidays
import sqlalchemy as sa
from ckan.lib import mailer
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import insert

from ckanext.territoires import config
from ckanext.territoires.bridge import mail_choices, mail_texts, notice_reading
from ckanext.territoires.bridge.locks import owning
from ckanext.territoires.bridge.mail_texts import Mail
from ckanext.territoires.discussion.rhythm import Rhythm, Slot, due
from ckanext.territoires.model import Delivery, MailChoice, Notice
from ckanext.territoires.model.follow import DIRECT
from ckanext.territoires.model.moment import NOW

log = logging.getLogger(__name__)

PAGE = 500
#: Notices of one person that one digest reads, the latest.
MOST_NOTICES = 200
MOST_ATTEMPTS = 4
#: Told at once within this time; later, in the digest.
_FRESH = timedelta(days=1)
#: Older than this, it is no news: « Mon fil » has it.
_OLD = timedelta(days=31)
_KEPT = timedelta(days=90)
_SECONDS = 30

#: By what became of them: `sent`, `failed`.
Counts = Counter[str]
Step = Callable[[], None]


class Unreachable(Exception):
    """The mail server does not take mail: nobody's address is at fault."""


class Busy(Exception):
    """Another process is sending the digests."""


def at_once() -> Counts:
    """Send what concerns a person directly and has not been mailed; wait for who is at it.

    Raises:
        Unreachable: the server takes no mail.

    """
    counts: Counts = Counter()
    with owning("territoires mail at once", wait=True):
        after = 0
        while rows := _direct(after):
            after = rows[-1][0].id
            # Kept as read: a commit would have each read again.
            model.Session.expunge_all()
            for notice, user, choice in rows:
                _send_notice(notice, user, choice, counts)
    return counts


def digests(now: datetime | None = None, step: Step = lambda: None) -> Counts:
    """Send the digests that are due at this moment (with a time zone), the present by default.

    `step` is called for each person.

    Raises:
        Busy: another process is at it.
        Unreachable: the server takes no mail; the next run goes on from there.

    """
    moment = now or datetime.now(UTC)
    counts: Counts = Counter()
    with owning("territoires mail digests") as connection:
        if connection is None:
            raise Busy
        for user, choice, slot in _due(moment):
            _send_digest(user, choice, slot, counts)
            step()
        _forget_old()
    return counts


def waiting(now: datetime | None = None) -> Iterator[tuple[model.User, int]]:
    """Who would receive a digest at this moment, and of how many things. Nothing is sent."""
    for user, _choice, slot in _due(now or datetime.now(UTC)):
        told = _of(user, slot).told
        if told:
            yield user, len(told)


def _direct(after: int) -> list[tuple[Notice, model.User, MailChoice | None]]:
    """Notices to mail at once, with whom they are for, after this id."""
    query = (
        sa.select(Notice, model.User, MailChoice)
        .join(model.User, model.User.id == Notice.user_id)
        .outerjoin(MailChoice, MailChoice.user_id == Notice.user_id)
        .outerjoin(Delivery, Delivery.key == sa.func.concat("notice:", Notice.id))
        .where(Notice.mailed.is_(None), Notice.seen.is_(None), Notice.reason.in_(DIRECT))
        .where(Notice.id > after, Notice.created > _utc(datetime.now(UTC) - _FRESH))
        .where(*_has_address(), sa.func.coalesce(MailChoice.mentions, sa.true()))
        .where(sa.or_(Delivery.key.is_(None), _may_be_tried_again()))
        .order_by(Notice.id)
        .limit(PAGE)
    )
    return [(notice, user, choice) for notice, user, choice in model.Session.execute(query)]


def _send_notice(notice: Notice, user: model.User, row: MailChoice | None, counts: Counts) -> None:
    told = notice_reading.readable([notice], user)
    if not told:
        return
    mail = mail_texts.at_once(user, told[0], mail_choices.choice_of(row).language)
    if not _deliver(f"notice:{notice.id}", user, mail, counts):
        return
    model.Session.execute(sa.update(Notice).where(Notice.id == notice.id).values(mailed=NOW))
    model.Session.commit()


def _due(moment: datetime) -> Iterator[tuple[model.User, mail_choices.Choice, Slot]]:
    """Whose digest is due and has not been claimed, page by page."""
    local = moment.astimezone(ZoneInfo(str(tk.h.get_display_timezone())))
    slots: dict[tuple[str, int], Slot | None] = {}
    after = ""
    while rows := _candidates(after):
        after = rows[-1][0].id
        # Kept as read: a commit would have each read again.
        model.Session.expunge_all()
        found: dict[str, tuple[model.User, mail_choices.Choice, Slot]] = {}
        for user, row in rows:
            choice = mail_choices.choice_of(row)
            asked = (choice.rhythm, choice.hour)
            if asked not in slots:
                slots[asked] = due(*asked, local, _is_holiday)
            if slot := slots[asked]:
                found[_key(user, slot)] = user, choice, slot
        done = sa.select(Delivery.key).where(Delivery.key.in_(list(found)))
        for key in model.Session.scalars(done.where(sa.not_(_may_be_tried_again()))):
            del found[key]
        yield from found.values()


def _candidates(after: str) -> list[tuple[model.User, MailChoice | None]]:
    """People who want digests and have something to be told, after this id."""
    something = sa.exists().where(
        Notice.user_id == model.User.id, Notice.mailed.is_(None), Notice.seen.is_(None)
    )
    query = (
        sa.select(model.User, MailChoice)
        .outerjoin(MailChoice, MailChoice.user_id == model.User.id)
        .where(model.User.id > after, *_has_address(), something)
        .where(sa.func.coalesce(MailChoice.rhythm, Rhythm.DAILY) != Rhythm.NONE)
        .order_by(model.User.id)
        .limit(PAGE)
    )
    return [(user, row) for user, row in model.Session.execute(query)]


def _send_digest(user: model.User, choice: mail_choices.Choice, slot: Slot, counts: Counts) -> None:
    user_id, until = user.id, _utc(slot.moment)
    found = _of(user, slot)
    if found.told:
        mail = mail_texts.digest(user, found.told, choice.language, more=found.more)
        if not _deliver(_key(user, slot), user, mail, counts):
            return
    if found.some:
        notice_reading.mark_mailed(user_id, until)
        model.Session.commit()


def _of(user: model.User, slot: Slot) -> notice_reading.Unmailed:
    until = _utc(slot.moment)
    return notice_reading.unmailed(user, until - _OLD, until, MOST_NOTICES)


def _key(user: model.User, slot: Slot) -> str:
    return f"digest:{user.id}:{slot.key}"


def _deliver(key: str, user: model.User, mail: Mail, counts: Counts) -> bool:
    """Send a mail unless it has been claimed; tell whether it left. Its end is not committed."""
    user_id = user.id
    if not _claim(key, user_id):
        return False
    try:
        _send(user, mail)
    except Unreachable:
        model.Session.execute(sa.delete(Delivery).where(Delivery.key == key))
        model.Session.commit()
        raise
    except (mailer.MailerException, smtplib.SMTPException, OSError, ValueError) as error:
        log.warning("A mail to the account %s could not be delivered: %s", user_id, error)
        _end(key, state="failed", error=str(error)[:500])
        model.Session.commit()
        counts["failed"] += 1
        return False
    _end(key, state="sent", sent=NOW, error=None)
    counts["sent"] += 1
    return True


def _claim(key: str, user_id: str) -> bool:
    statement = insert(Delivery).values(key=key, user_id=user_id, state="claimed")
    statement = statement.on_conflict_do_update(
        index_elements=["key"],
        set_={"state": "claimed", "attempts": Delivery.attempts + 1, "created": NOW},
        where=_may_be_tried_again(),
    )
    claimed = model.Session.scalar(statement.returning(Delivery.key)) is not None
    model.Session.commit()
    return claimed


def _end(key: str, **values: object) -> None:
    model.Session.execute(sa.update(Delivery).where(Delivery.key == key).values(**values))


def _may_be_tried_again() -> sa.ColumnElement[bool]:
    """After 15 minutes, then half an hour, then an hour."""
    quarter: sa.ColumnElement[timedelta] = sa.literal_column("interval '15 minutes'", sa.Interval)
    pause = quarter * sa.func.power(2, Delivery.attempts - 1)
    return sa.and_(
        Delivery.state == "failed",
        Delivery.attempts < MOST_ATTEMPTS,
        Delivery.created + pause < NOW,
    )


def _send(user: model.User, mail: Mail) -> None:
    try:
        with _patience():
            mailer.mail_user(user, mail.subject, mail.text, mail.html, dict(mail.headers))
    except mailer.MailerException as error:
        if _is_the_servers(error.__context__):
            raise Unreachable(str(error)) from error
        raise
    except smtplib.SMTPServerDisconnected as error:
        # CKAN takes leave of the server whatever happened: raised alone, the mail had been taken.
        if error.__context__ is not None:
            raise


def _is_the_servers(cause: BaseException | None) -> bool:
    """Whether another address would have failed too; without a cause, it is the server's."""
    if isinstance(cause, smtplib.SMTPException):
        return isinstance(
            cause,
            smtplib.SMTPConnectError
            | smtplib.SMTPHeloError
            | smtplib.SMTPAuthenticationError
            | smtplib.SMTPNotSupportedError
            | smtplib.SMTPSenderRefused,
        )
    return True


@contextmanager
def _patience() -> Iterator[None]:
    """CKAN waits for ever for a server that says nothing."""
    former = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_SECONDS)
    try:
        yield
    finally:
        socket.setdefaulttimeout(former)


def _has_address() -> tuple[sa.ColumnElement[bool], ...]:
    return (
        model.User.state == model.State.ACTIVE,
        sa.func.coalesce(model.User.email, "") != "",
    )


@cache
def _holidays(country: str) -> holidays.HolidayBase:
    return holidays.country_holidays(country)


def _is_holiday(day: date) -> bool:
    country = config.mail_holidays()
    return bool(country) and day in _holidays(country)


def _utc(moment: datetime) -> datetime:
    """As the database keeps moments: UTC, without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def _forget_old() -> None:
    before = _utc(datetime.now(UTC) - _KEPT)
    model.Session.execute(sa.delete(Delivery).where(Delivery.created < before))
    model.Session.commit()
