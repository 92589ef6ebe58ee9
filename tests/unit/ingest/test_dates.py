from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.territoires.ingest.dates import parse_date, parse_dates, parse_year

DAYS = st.dates(date(1930, 1, 1), date(2110, 12, 31))


@given(DAYS)
def test_any_day_comes_back_however_it_is_written(day: date) -> None:
    forms = [
        day.isoformat(),
        day.strftime("%d/%m/%Y"),
        day.strftime("%d-%m-%Y"),
        day.strftime("%Y/%m/%d"),
        f"{day.day}/{day.month}/{day.year}",
        f"{day.isoformat()}T12:30:00",
        f"{day.isoformat()} 00:00:00",
        str((day - date(1899, 12, 30)).days),
    ]
    assert {parse_date(form) for form in forms} == {day}


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_a_time_gives_its_day(moment: datetime) -> None:
    assert parse_date(moment.isoformat()) == moment.date()


@given(st.text(max_size=20))
def test_any_text_is_a_date_or_none(text: str) -> None:
    found = parse_date(text)
    assert found is None or date(1800, 1, 1) <= found <= date(2199, 12, 31)


@pytest.mark.parametrize("text", ["31/02/2020", "12/31/2019", "2021-13-01", "", "demain", "2021"])
def test_what_is_no_day_is_not_guessed(text: str) -> None:
    assert parse_date(text) is None


def test_words_and_short_years() -> None:
    assert parse_date("1er janvier 2020") == date(2020, 1, 1)
    assert parse_date("5 août 2021") == date(2021, 8, 5)
    assert parse_date("1/2/19") == date(2019, 2, 1)


@given(DAYS, st.integers(0, 400))
def test_a_period_has_a_beginning_and_an_end(day: date, length: int) -> None:
    end = day + timedelta(length)
    french = "%d/%m/%Y"
    found = parse_dates([f"{day}/{end}", f"{day:{french}}/{end:{french}}", str(day)])
    assert found.values == [day, day, day]
    assert found.ends == [end, end, None]
    assert not found.failed


@pytest.mark.parametrize(
    ("text", "year"), [("2019", 2019), ("2018.0", 2018), ("12/03/2021", 2021), ("abc", None)]
)
def test_a_year_alone_or_in_a_date(text: str, year: int | None) -> None:
    assert parse_year(text) == year
