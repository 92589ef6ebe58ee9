"""A portrait as a text document to rework, in Word's format."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from typing import Any

from ckan.plugins import toolkit as tk
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from ckanext.territoires import config
from ckanext.territoires.portrait.document import Portrait, Theme
from ckanext.territoires.renderings import words
from ckanext.territoires.renderings.pictures import pictures
from ckanext.territoires.renderings.words import Table

_WIDTH, _LABEL = 17.0, 5.6


def render(portrait: Portrait, made: date) -> bytes:
    """The bytes of the document: headings, tables with header rows, pictures, sources."""
    out: Any = Document()
    said = words.words(portrait, made)
    _set_up(out, portrait, said.title, made)
    out.add_heading(said.title, 0)
    for text in (said.kind, said.date, *said.facts):
        out.add_paragraph(text)
    out.add_heading(tk._("The essentials"), 1)
    for text in words.paragraphs(portrait.summary):
        out.add_paragraph(text)
    if words.key_rows(portrait):
        _table(out, words.key_table(portrait))
    for theme in portrait.themes:
        _theme(out, portrait, theme)
    _sources(out, portrait)
    content = BytesIO()
    out.save(content)
    return content.getvalue()


def _set_up(out: Any, portrait: Portrait, title: str, made: date) -> None:
    section = out.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    out.styles["Normal"].font.name = "Liberation Sans"
    out.styles["Normal"].font.size = Pt(10)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), {"fr": "fr-FR"}.get(portrait.language, portrait.language))
    out.styles["Normal"].element.get_or_add_rPr().append(language)
    properties = out.core_properties
    properties.title, properties.language = title, portrait.language
    properties.author = config.site_title()
    moment = datetime(made.year, made.month, made.day)  # noqa: DTZ001
    properties.created = properties.modified = moment


def _theme(out: Any, portrait: Portrait, theme: Theme) -> None:
    out.add_heading(theme.title, 1)
    for text in words.paragraphs(theme.text):
        out.add_paragraph(text)
    if comment := theme.comment:
        out.add_heading(tk._("Comment"), 2)
        for text in words.paragraphs(comment.text):
            out.add_paragraph(text, style="Intense Quote")
        out.add_paragraph(words.signature(comment.author, comment.date, portrait.language))
    if theme.labels:
        out.add_heading(tk._("Programmes and zonings"), 2)
    for label in theme.labels:
        out.add_paragraph(words.label_text(portrait, label), style="List Bullet")
    for number, table in enumerate(
        words.tables(portrait, theme, gathered=True) if theme.rows else ()
    ):
        _table(out, table)
        if number == 0:
            _pictures(out, portrait, theme)


def _pictures(out: Any, portrait: Portrait, theme: Theme) -> None:
    for picture in pictures(portrait, theme):
        shape = out.add_picture(BytesIO(picture.png), width=Cm(_WIDTH))
        shape._inline.docPr.set("descr", picture.alternative)
        shape._inline.docPr.set("title", picture.title)


def _table(out: Any, table: Table) -> None:
    out.add_heading(table.title, 2)
    columns = 1 + len(table.columns)
    drawn = out.add_table(rows=1, cols=columns)
    drawn.style = "Light Grid Accent 1"
    drawn.autofit = False
    # One width a column: the layout is fixed, so cells need none of their own.
    for number, column in enumerate(drawn.columns):
        column.width = Cm(_LABEL if number == 0 else (_WIDTH - _LABEL) / (columns - 1))
    head = drawn.rows[0]
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    head._tr.get_or_add_trPr().append(repeated)
    for cell, text in zip(head.cells, (tk._("Indicator"), *table.columns), strict=True):
        _write(cell, text)
    for line in table.lines:
        cells = drawn.add_row().cells
        _write(cells[0], line.label)
        about = cells[0].add_paragraph(line.about)
        for run in about.runs:
            run.font.size = Pt(7)
        for cell, figure in zip(cells[1:], line.cells, strict=False):
            _write(cell, figure.marked, right=True)
    for number, note in enumerate(table.notes, 1):
        out.add_paragraph(f"[{number}] {note}").runs[0].font.size = Pt(8)


def _write(cell: Any, text: str, *, right: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.add_run(text).font.size = Pt(8)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _sources(out: Any, portrait: Portrait) -> None:
    out.add_heading(tk._("Sources and methods"), 1)
    for text in words.source_lines(portrait):
        out.add_paragraph(text)
    for label, text in words.notes_on_method(portrait):
        paragraph = out.add_paragraph()
        paragraph.add_run(tk._("{label}: {text}").format(label=label, text=text))
