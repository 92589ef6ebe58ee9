"""When a digest is due."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.territoires.discussion.rhythm import Rhythm, due

PARIS = ZoneInfo("Europe/Paris")
FRANCE = holidays.country_holidays("FR")


def is_holiday(day: date) -> bool:
    return day in FRANCE


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("rhythm", "moment", "key"),
    [
        ("daily", "2026-11-25T06:59", None),
        ("daily", "2026-11-25T07:00", "2026-11-25"),
        ("daily", "2026-11-25T23:10", "2026-11-25"),
        ("daily", "2026-11-28T09:00", None),
        # Armistice, a Wednesday.
        ("daily", "2026-11-11T09:00", None),
        ("weekly", "2026-11-23T07:30", "2026-W48"),
        ("weekly", "2026-11-23T06:30", None),
        # Late, it still leaves.
        ("weekly", "2026-11-26T06:00", "2026-W48"),
        # Whit Monday: the week begins on Tuesday.
        ("weekly", "2026-05-25T09:00", None),
        ("weekly", "2026-05-26T09:00", "2026-W22"),
        # The first days of January are of the last week of December.
        ("weekly", "2027-01-02T09:00", "2026-W53"),
        ("none", "2026-11-25T09:00", None),
    ],
)
def test_due(rhythm: str, moment: str, key: str | None) -> None:
    slot = due(rhythm, 7, at(moment), is_holiday)
    assert (slot.key if slot else None) == key


@given(
    st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 1, 1)),
    st.times(),
    st.integers(0, 23),
    st.sampled_from([Rhythm.DAILY, Rhythm.WEEKLY]),
)
def test_a_slot_tells_of_the_past_and_keeps_its_key(
    day: date, moment: time, hour: int, rhythm: Rhythm
) -> None:
    now = datetime.combine(day, moment, tzinfo=PARIS)
    slot = due(rhythm, hour, now, is_holiday)
    if slot is None:
        return
    assert slot.moment <= now
    assert now - slot.moment < timedelta(days=7, hours=1)
    assert slot.moment.weekday() < 5
    assert not is_holiday(slot.moment.date())
    assert due(rhythm, hour, slot.moment, is_holiday) == slot
