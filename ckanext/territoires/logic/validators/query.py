"""Validators of questions: lists, days, amounts, and nothing that nobody reads."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from typing import Any

from ckan.plugins import toolkit as tk
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey, Validator

_SPACES = str.maketrans("", "", " \u00a0\u202f")


def territoires_texts(value: Any) -> tuple[str, ...]:
    """One text or a list of them; blank ones are left out."""
    return tuple(text for each in _listed(value) if (text := str(each).strip()))


def territoires_codes(allowed: Iterable[str], *, signed: bool = False) -> Validator:
    """Words among those allowed, in a list or separated by commas.

    `signed`: a minus sign may go before a word.
    """
    known = tuple(allowed)

    def validator(value: Any) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(_separated(value)))
        unknown = [
            word for word in found if (word.removeprefix("-") if signed else word) not in known
        ]
        if unknown:
            message = tk._("“{value}” is not one of {allowed}")
            raise tk.Invalid(message.format(value=unknown[0], allowed=", ".join(known)))
        return found

    return validator


def territoires_years(value: Any) -> tuple[int, ...]:
    """Years, in a list or separated by commas."""
    return tuple(territoires_year(word) for word in _separated(value))


def territoires_year(value: Any) -> int:
    """A year of four digits."""
    text = str(value).strip()
    if len(text) == 4 and text.isascii() and text.isdigit():
        return int(text)
    raise tk.Invalid(tk._("“{value}” is not a year").format(value=text))


def territoires_day(value: Any) -> date:
    """A day, as an ISO date."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError as error:
        message = tk._("“{value}” is not a date: 2024-12-31 is one").format(value=value)
        raise tk.Invalid(message) from error


def territoires_amount(value: Any) -> float:
    """An amount of euros, with a comma or a point before the cents."""
    text = str(value).translate(_SPACES).replace(",", ".").removesuffix("€")
    try:
        amount = float(text)
    except ValueError:
        amount = math.nan
    if not math.isfinite(amount) or abs(amount) >= 1e14:
        raise tk.Invalid(tk._("“{value}” is not an amount").format(value=value))
    return amount


def territoires_nothing_else(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
) -> None:
    """Refuse a field that nobody reads: a filter that is misspelt would filter nothing."""
    for name in data.pop(key, None) or ():
        errors[(name,)] = [tk._("Unknown field")]


def _listed(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return list(value)
    return [value]


def _separated(value: Any) -> list[str]:
    words = (word.strip() for each in _listed(value) for word in str(each).split(","))
    return [word for word in words if word]
