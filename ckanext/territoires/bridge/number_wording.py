"""Numbers and figures as a reader of the page's language writes them."""

from __future__ import annotations

import flask
from ckan.plugins import toolkit as tk

from ckanext.territoires.portrait.document import Figure, Row
from ckanext.territoires.portrait.numbers import format_number

__all__ = ["figure_text", "number", "reader_language", "status_text"]


def reader_language() -> str:
    """Language of the page, or that of the site where there is none: a job, a command."""
    said = tk.h.lang() if flask.has_request_context() else None
    return said or str(tk.config.get("ckan.locale_default") or "en")


def number(
    value: float | None, precision: int = 0, unit: str = "", language: str | None = None
) -> str:
    """A number with its unit, by the typography of a language, the page's unless told.

    An empty text for None.
    """
    if value is None:
        return ""
    return format_number(value, precision, unit, language or reader_language())


def status_text(status: str) -> str:
    """What is written in the place of a value: `secret`, `not_available`, `not_applicable`."""
    match status:
        case "secret":
            return tk._("statistical secrecy")
        case "not_available":
            return tk._("not available")
        case "not_applicable":
            return tk._("not applicable")
    return ""


def figure_text(
    figure: Figure, row: Row, *, unit: bool = False, language: str | None = None
) -> str:
    """A figure whatever its status, on its own: “at least 1 234”, “12,5 (estimate)”.

    `unit` adds the unit of the row, for a place that does not say it beside; the typography is
    that of `language`, the page's unless told.
    """
    if figure.value is None or figure.status != "value":
        return status_text(figure.status)
    text = number(figure.value, row.precision, row.unit if unit else "", language)
    if figure.floor:
        return tk._("at least {number}").format(number=text)
    if figure.origin == "estimated":
        return tk._("{number} (estimate)").format(number=text)
    return text
