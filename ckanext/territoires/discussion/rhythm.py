"""When a person's digest is due: on working days at the hour they chose, or once a week."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

#: Days of a week that may be worked, from Monday.
_WORKED = 5


class Rhythm(StrEnum):
    """How often a person wants the digest."""

    DAILY = "daily"
    WEEKLY = "weekly"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Slot:
    """A digest to send: `key` names its day or its week, `moment` is until when it tells."""

    key: str
    moment: datetime


def due(rhythm: str, hour: int, now: datetime, is_holiday: Callable[[date], bool]) -> Slot | None:
    """The digest that is due now, late or not; None when there is none.

    Daily: each working day from `hour`. Weekly: from `hour` of the first working day of the week.
    It tells what came before that moment, so that what comes after waits for the next.

    Args:
        rhythm: a Rhythm.
        hour: local, 0 to 23.
        now: local, with its time zone.
        is_holiday: whether a day is a public holiday.

    """
    today = now.date()
    match Rhythm(rhythm):
        case Rhythm.NONE:
            return None
        case Rhythm.DAILY:
            day = today if _is_worked(today, is_holiday) else None
            key = today.isoformat()
        case Rhythm.WEEKLY:
            monday = today - timedelta(days=today.weekday())
            week = (monday + timedelta(days=each) for each in range(_WORKED))
            day = next((each for each in week if not is_holiday(each)), None)
            year, number, _weekday = today.isocalendar()
            key = f"{year}-W{number:02}"
    if day is None:
        return None
    moment = datetime.combine(day, time(hour), tzinfo=now.tzinfo)
    return Slot(key, moment) if now >= moment else None


def _is_worked(day: date, is_holiday: Callable[[date], bool]) -> bool:
    return day.weekday() < _WORKED and not is_holiday(day)
