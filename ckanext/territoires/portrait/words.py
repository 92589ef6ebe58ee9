"""The words of `words.yaml`, and the phrases made of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ckanext.territoires.portrait.numbers import format_number

_FILE = Path(__file__).with_name("words.yaml")
#: Units that are written with a number inside a sentence; the sentence says the others.
_SHORT_UNITS = ("%", "€")


@cache
def words(language: str) -> dict[str, Any]:
    """Words in a language: French, or English for any other."""
    content = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return content["fr" if language.startswith("fr") else "en"]


def level_name(level: str, count: int, language: str) -> str:
    """Name of a level that agrees with a number."""
    singular, plural, _gender = words(language)["levels"][level]
    return singular if is_singular(count, language) else plural


def is_singular(value: float, language: str) -> bool:
    """Whether a noun after this number is in the singular: below 2 in French, 1 in English."""
    return abs(value) < 2 if language.startswith("fr") else value == 1


def short_unit(unit: str) -> str:
    """The sign of a unit, empty when a sentence has to say it in full."""
    return next((sign for sign in _SHORT_UNITS if unit.startswith(sign)), "")


def period_words(period: str, language: str) -> str:
    """Return "en 2018" or "entre 2013 et 2018"."""
    known = words(language)
    start, _, end = period.partition("/")
    if end:
        return known["between"].format(start=start, end=end)
    return known["period"].format(year=start)


def join(parts: list[str], language: str) -> str:
    """Join with commas and a last "et"."""
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + words(language)["and"] + parts[-1]


def amount(value: float, precision: int, unit: str, language: str) -> str:
    """A number inside a sentence, with the sign of its unit."""
    return format_number(value, precision, short_unit(unit), language)
