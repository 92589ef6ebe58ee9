"""Dates as files write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ].*)?")
_FRENCH = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?:[T ].*)?")
_COMPACT = re.compile(r"(?:19|20)\d{6}")
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
_YEAR = re.compile(r"((?:18|19|20)\d{2})(?:\.0+)?")
_MONTHS = [
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
]
_WORDS = re.compile(r"(\d{1,2})(?:er)? ([a-zéûà]+)\.? (\d{4})", re.IGNORECASE)
_ACCENTS = str.maketrans("éûà", "eua")
# Day 0 of spreadsheets, whose calendar has a 29 February 1900 that never was.
_EPOCH = date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 80_000
_FIRST_YEAR, _LAST_YEAR = 1800, 2199


@dataclass(frozen=True, slots=True)
class Dates:
    """A column read as dates.

    `values` and `ends` (of a period, `date/date`) hold None where there is none; `failed` are the
    positions of the cells that are not dates; `serials` counts the day numbers of spreadsheets.
    """

    values: list[date | None]
    ends: list[date | None]
    failed: list[int]
    serials: int


def parse_dates(cells: Iterable[str]) -> Dates:
    """Read ISO dates and times, day/month/year, day numbers of spreadsheets, and periods."""
    values: list[date | None] = []
    ends: list[date | None] = []
    failed: list[int] = []
    serials = 0
    for index, text in enumerate(cells):
        begin, end = text.strip(), ""
        if "/" in begin and (begin.count("/") == 1 or begin.count("/") == 5):
            begin, end = _halves(begin)
        found = parse_date(begin)
        last = parse_date(end) if end else None
        if (begin and found is None) or (end and last is None):
            failed.append(index)
            found = last = None
        serials += found is not None and _SERIAL.fullmatch(begin) is not None
        values.append(found)
        ends.append(last)
    return Dates(values, ends, failed, serials)


def _halves(text: str) -> tuple[str, str]:
    cut = text.split("/")
    middle = len(cut) // 2
    return "/".join(cut[:middle]).strip(), "/".join(cut[middle:]).strip()


def parse_date(text: str) -> date | None:
    """Read one date, None when it is not one; the day comes before the month."""
    text = text.strip()
    if match := _ISO.fullmatch(text):
        year, month, day = map(int, match.groups())
        return _date(year, month, day)
    if match := _FRENCH.fullmatch(text):
        day, month, year = map(int, match.groups())
        return _date(year if year > 99 else 2000 + year if year < 70 else 1900 + year, month, day)
    if _COMPACT.fullmatch(text):
        return _date(int(text[:4]), int(text[4:6]), int(text[6:]))
    if _SERIAL.fullmatch(text):
        days = int(text[:5])
        return _EPOCH + timedelta(days) if _FIRST_SERIAL <= days <= _LAST_SERIAL else None
    if match := _WORDS.fullmatch(text):
        name = match.group(2).lower().translate(_ACCENTS)
        if name in _MONTHS:
            return _date(int(match.group(3)), _MONTHS.index(name) + 1, int(match.group(1)))
    return None


def parse_year(text: str) -> int | None:
    """Read a year, alone or in a date."""
    text = text.strip()
    if match := _YEAR.fullmatch(text):
        return int(match.group(1))
    found = parse_date(text)
    return found.year if found else None


def _date(year: int, month: int, day: int) -> date | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
