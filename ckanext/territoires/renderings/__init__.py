"""A portrait in every format that a person takes away: all render the one document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib import import_module

from ckanext.territoires.bridge.language import spoken
from ckanext.territoires.portrait.document import Portrait

__all__ = ["FORMATS", "Format", "render"]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: the module that makes it, its type for the web, whether it takes seconds."""

    name: str
    mimetype: str
    slow: bool = False

    @property
    def _make(self) -> Callable[[Portrait, date], bytes]:
        # Read when asked for: the libraries of the printed page take long to load.
        return import_module(f"{__name__}.{self.name}_file").render

    def render(self, portrait: Portrait, made: date) -> bytes:
        """The bytes of the file, in the language of the portrait."""
        with spoken(portrait.language):
            return self._make(portrait, made)


_OFFICE = "application/vnd.openxmlformats-officedocument"

#: Formats by the end of the names of their files, in the order that a page offers them.
FORMATS = {
    each.name: each
    for each in (
        Format("pdf", "application/pdf", slow=True),
        Format("docx", f"{_OFFICE}.wordprocessingml.document"),
        Format("odt", "application/vnd.oasis.opendocument.text"),
        Format("xlsx", f"{_OFFICE}.spreadsheetml.sheet"),
        Format("csv", "text/csv; charset=utf-8"),
        Format("json", "application/json; charset=utf-8"),
    )
}


def render(portrait: Portrait, form: str, made: date) -> bytes:
    """The bytes of a portrait in one of `FORMATS`, dated `made`.

    Raises:
        KeyError: there is no such format.
        MissingLibrary: this machine lacks what the PDF needs (see `pdf_file`).

    """
    return FORMATS[form].render(portrait, made)
