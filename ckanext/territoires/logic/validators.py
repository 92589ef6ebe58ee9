"""Validators of territories."""

from __future__ import annotations

import json
import re
from typing import Any

from ckan.plugins import toolkit as tk
from ckan.types import Validator

from ckanext.territoires.bridge.reference import UnknownTerritory, current_ids, reference

SEPARATORS = re.compile(r"[\s,;|]+")
# A message that lists thousands of codes helps nobody.
SHOWN = 10


def territoires_territory_id(value: str) -> str:
    """Identifier of one territory; a former commune's passes to today's."""
    try:
        found = current_ids(value)
    except UnknownTerritory as error:
        raise tk.Invalid(tk._("No territory answers to “{id}”").format(id=value)) from error
    if len(found) > 1:
        raise tk.Invalid(
            tk._("“{id}” was split: choose one of {ids}").format(id=value, ids=", ".join(found))
        )
    return found[0]


def territoires_at_most(limit: int) -> Validator:
    """Refuse a number above a limit: an answer is never cut in silence."""

    def validator(value: int) -> int:
        if value > limit:
            raise tk.Invalid(tk._("At most {limit}").format(limit=limit))
        return value

    return validator


def territoires_communes(limit: int) -> Validator:
    """Communes as identifiers or codes, in a list or in text of any separator.

    Gives identifiers of today, each once; codes of former communes pass to today's.
    """

    def validator(value: Any) -> list[str]:
        found: dict[str, None] = {}
        unknown: list[str] = []
        for item in as_items(value):
            ids = _communes_of(item)
            if ids:
                found |= dict.fromkeys(ids)
            else:
                unknown.append(item)
        if unknown:
            raise tk.Invalid(unknown_message(unknown))
        if len(found) > limit:
            raise tk.Invalid(
                tk._("{count} communes, {limit} at most").format(count=len(found), limit=limit)
            )
        return list(found)

    return validator


def _communes_of(item: str) -> tuple[str, ...]:
    code = item.rpartition(":")[2]
    return tuple(id for id, _ in reference().resolve(code, level="commune").territories)


def as_items(value: Any) -> list[str]:
    """Items of a list, of JSON text, or of text pasted from a spreadsheet.

    Raises:
        Invalid: the value is neither, or JSON that does not hold a list of texts.

    """
    if isinstance(value, str):
        if not value.lstrip().startswith(("[", "{")):
            return [item for item in SEPARATORS.split(value) if item]
        try:
            value = json.loads(value)
        except ValueError as error:
            raise tk.Invalid(tk._("This is not valid JSON: {error}").format(error=error)) from error
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise tk.Invalid(tk._("A list of identifiers of territories is expected"))
    return [item.strip() for item in value if item.strip()]


def unknown_message(unknown: list[str]) -> str:
    """One message for codes that nothing answers to, however many."""
    shown = ", ".join(f"“{item}”" for item in unknown[:SHOWN])
    more = len(unknown) - SHOWN
    if more > 0:
        return tk._("No territory answers to {shown} and {more} more").format(
            shown=shown, more=more
        )
    return tk._("No territory answers to {shown}").format(shown=shown)
