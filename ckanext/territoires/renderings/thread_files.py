"""A whole thread for the archives: Markdown, CSV, PDF. The same entries, in the order of time."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

from ckan.plugins import toolkit as tk
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from ckanext.territoires.renderings.pdf_file import print_page

TEMPLATES = Path(__file__).parents[1] / "templates" / "editions"
TYPES: Mapping[str, str] = {
    "md": "text/markdown; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}
# A spreadsheet would run a text that begins so as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry in words. `text` is Markdown, `html` the same; `facts` what happened.

    `gone` says why there is no text; `about`: who is in charge of a task, whether it is done...
    """

    position: int
    moment: str
    kind: str
    author: str
    text: str
    html: Markup
    facts: Sequence[str]
    files: Sequence[str]
    about: Sequence[str]
    gone: str


@dataclass(frozen=True, slots=True)
class Archive:
    """A thread with what tells where it comes from."""

    title: str
    address: str
    publisher: str
    access: str
    entries: Sequence[Entry]


def render(extension: str, archive: Archive, made: date) -> bytes:
    """The bytes of a file of TYPES.

    Raises:
        KeyError: there is no such format.
        MissingLibrary: this machine lacks what the PDF needs (see `pdf_file`).

    """
    match extension:
        case "md":
            return _markdown(archive, made).encode()
        case "csv":
            return _csv(archive.entries)
        case "pdf":
            return print_page(_page(archive, made))
    raise KeyError(extension)


def _markdown(archive: Archive, made: date) -> str:
    lines = [f"# {archive.title}", "", archive.address, "", f"{_made(made)} {archive.access}", ""]
    for entry in archive.entries:
        lines += [f"## {entry.position}. {entry.kind}, {entry.author}, {entry.moment}", ""]
        body = [entry.gone] if entry.gone else [entry.text]
        lines += [*(text for text in body if text), *(f"- {fact}" for fact in entry.facts)]
        lines += [*entry.about, *(f"- {_joined(name)}" for name in entry.files), ""]
    return "\n".join(lines)


def _csv(entries: Iterable[Entry]) -> bytes:
    """UTF-8 with a byte order mark and semicolons."""
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    heads = (tk._("Number"), tk._("Date"), tk._("Kind"), tk._("Author"), tk._("Text"))
    writer.writerow([*heads, tk._("Remark"), tk._("Files joined")])
    for entry in entries:
        said = "\n".join([entry.text, *entry.facts]).strip()
        row = [entry.moment, entry.kind, entry.author, said]
        row += [" ".join([entry.gone, *entry.about]).strip(), ", ".join(entry.files)]
        writer.writerow([entry.position, *map(_plain, row)])
    return text.getvalue().encode("utf-8-sig")


def _page(archive: Archive, made: date) -> str:
    return (
        _environment()
        .get_template("thread.html")
        .render(
            archive=archive,
            made=made.isoformat(),
            said=_made(made),
            language=tk.h.lang(),
            style=(TEMPLATES / "project.css").read_text(encoding="utf-8"),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, extensions=["jinja2.ext.i18n"]
    )
    environment.globals["_"] = tk._
    return environment


def _made(made: date) -> str:
    return tk._("Thread kept on {date}.").format(date=tk.h.render_datetime(_at(made)))


def _at(made: date) -> Any:
    from datetime import datetime

    return datetime(made.year, made.month, made.day)  # noqa: DTZ001


def _joined(name: str) -> str:
    return tk._("File joined: {name}").format(name=name)


def _plain(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value
