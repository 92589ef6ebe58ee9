"""A portrait as a PDF to print and hand over: A4, tagged, with a cover and a table of contents."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from ckan.plugins import toolkit as tk
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from ckanext.territoires import config
from ckanext.territoires.bridge import number_wording
from ckanext.territoires.portrait.document import Portrait, Theme
from ckanext.territoires.renderings import words
from ckanext.territoires.renderings.pictures import pictures
from ckanext.territoires.renderings.words import Table

TEMPLATES = Path(__file__).parents[1] / "templates" / "editions"
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


class MissingLibrary(RuntimeError):
    """This machine lacks the libraries that set the pages; the message says which."""


def render(portrait: Portrait, made: date) -> bytes:
    """The bytes of the PDF.

    Raises:
        MissingLibrary: Pango is not on this machine.

    """
    return print_page(page(portrait, made))


def page(portrait: Portrait, made: date) -> str:
    """The page that is printed, in HTML; it holds its style and its drawings."""
    environment = _environment()

    def table(one: Table) -> Markup:
        own = bool(one.columns) and one.columns[0] == portrait.territory.name
        return Markup(environment.get_template("table.html").render(table=one, own=own))

    return environment.get_template("portrait.html").render(
        portrait=portrait,
        said=words.words(portrait, made),
        made=made.isoformat(),
        publisher=config.site_title(),
        compared=portrait.comparators,
        summary=words.paragraphs(portrait.summary),
        keys=words.key_table(portrait) if words.key_rows(portrait) else None,
        themes=[_theme(portrait, theme) for theme in portrait.themes],
        sources=words.source_lines(portrait),
        method=words.notes_on_method(portrait),
        secret=_capital(number_wording.status_text("secret")),
        not_available=_capital(number_wording.status_text("not_available")),
        not_applicable=_capital(number_wording.status_text("not_applicable")),
        style=(TEMPLATES / "portrait.css").read_text(encoding="utf-8"),
        table=table,
    )


def print_page(html: str) -> bytes:
    """A page in HTML as a tagged PDF; it fetches nothing.

    Raises:
        MissingLibrary: Pango is not on this machine.

    """
    return _document(html).write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True) or b""


def page_count(html: str) -> int:
    """How many pages a page in HTML takes.

    Raises:
        MissingLibrary: Pango is not on this machine.

    """
    return len(_document(html).render().pages)


def _document(html: str) -> Any:
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except OSError as error:
        message = tk._("The PDF needs libraries that this server lacks: {packages}")
        raise MissingLibrary(message.format(packages=PACKAGES)) from error
    return HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=("data",)))


def _theme(portrait: Portrait, theme: Theme) -> dict[str, Any]:
    comment = theme.comment
    return {
        "title": theme.title,
        "paragraphs": words.paragraphs(theme.text),
        "tables": words.tables(portrait, theme, gathered=True) if theme.rows else [],
        "pictures": pictures(portrait, theme),
        "labels": [words.label_text(portrait, label) for label in theme.labels],
        "comment": comment
        and {
            "paragraphs": words.paragraphs(comment.text),
            "signature": words.signature(comment.author, comment.date, portrait.language),
        },
    }


@cache
def _environment() -> Environment:
    # Not CKAN's: a job and a command print pages too, and a theme of the site does not reach paper.
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, extensions=["jinja2.ext.i18n"]
    )
    environment.globals["_"] = tk._
    return environment


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
