"""A portrait as a text document to rework, in OpenDocument."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from ckan.plugins import toolkit as tk
from odfdo import Document, Element, Frame, Header, Paragraph

from ckanext.territoires import config
from ckanext.territoires.charts.layout import dimensions
from ckanext.territoires.portrait.document import Portrait, Theme
from ckanext.territoires.renderings import words
from ckanext.territoires.renderings.pictures import Picture, pictures
from ckanext.territoires.renderings.words import Cell, Table

_WIDTH, _LABEL = 17.0, 5.6
_STYLES = (
    '<style:style style:name="TerritoiresCell" style:family="table-cell">'
    '<style:table-cell-properties fo:padding="0.08cm" fo:border="none" '
    'fo:border-bottom="0.5pt solid #888888"/></style:style>',
    '<style:style style:name="TerritoiresText" style:family="paragraph" '
    'style:parent-style-name="Standard"><style:text-properties fo:font-size="8pt"/></style:style>',
    '<style:style style:name="TerritoiresNumber" style:family="paragraph" '
    'style:parent-style-name="Standard"><style:paragraph-properties fo:text-align="end"/>'
    '<style:text-properties fo:font-size="8pt"/></style:style>',
    '<style:style style:name="TerritoiresHead" style:family="paragraph" '
    'style:parent-style-name="Standard">'
    '<style:text-properties fo:font-size="8pt" fo:font-weight="bold"/></style:style>',
)


def render(portrait: Portrait, made: date) -> bytes:
    """The bytes of the document: headings, tables with header rows, pictures, sources."""
    out = Document("text")
    out.body.clear()
    said = words.words(portrait, made)
    _set_up(out, portrait, said.title, made)
    _put(out, Header(1, said.title))
    _texts(out, (said.kind, said.date, *said.facts))
    _put(out, Header(1, tk._("The essentials")))
    _texts(out, words.paragraphs(portrait.summary))
    if words.key_rows(portrait):
        _table(out, words.key_table(portrait))
    for theme in portrait.themes:
        _theme(out, portrait, theme)
    _put(out, Header(1, tk._("Sources and methods")))
    _texts(out, words.source_lines(portrait))
    _texts(
        out,
        [
            tk._("{label}: {text}").format(label=label, text=text)
            for label, text in words.notes_on_method(portrait)
        ],
    )
    content = BytesIO()
    out.save(content)
    return content.getvalue()


def _set_up(out: Document, portrait: Portrait, title: str, made: date) -> None:
    for column in range(1, words.COLUMNS + 1):
        width = (_WIDTH - _LABEL) / column
        out.insert_style(_column_style(f"TerritoiresColumn{column}", width), automatic=True)
    out.insert_style(_column_style("TerritoiresLabel", _LABEL), automatic=True)
    for style in _STYLES:
        out.insert_style(style, automatic=True)
    out.meta.title = title
    out.meta.set_creator(config.site_title())
    moment = datetime(made.year, made.month, made.day)  # noqa: DTZ001
    out.meta.creation_date = out.meta.date = moment
    out.set_language({"fr": "fr-FR"}.get(portrait.language, "en-GB"))


def _column_style(name: str, width: float) -> str:
    return (
        f'<style:style style:name="{name}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width:.3f}cm"/></style:style>'
    )


def _theme(out: Document, portrait: Portrait, theme: Theme) -> None:
    _put(out, Header(1, theme.title))
    _texts(out, words.paragraphs(theme.text))
    if comment := theme.comment:
        _put(out, Header(2, tk._("Comment")))
        _texts(out, words.paragraphs(comment.text))
        _texts(out, [words.signature(comment.author, comment.date, portrait.language)])
    if theme.labels:
        _put(out, Header(2, tk._("Programmes and zonings")))
        _texts(out, [words.label_text(portrait, label) for label in theme.labels])
    for number, table in enumerate(
        words.tables(portrait, theme, gathered=True) if theme.rows else ()
    ):
        _table(out, table)
        if number == 0:
            for picture in pictures(portrait, theme):
                _picture(out, picture)


def _picture(out: Document, picture: Picture) -> None:
    address = out.add_file(BytesIO(picture.png))
    width, height = dimensions(picture.specification)
    size = (f"{_WIDTH}cm", f"{_WIDTH * height / width:.2f}cm")
    frame = Frame.image_frame(address, size=size, anchor_type="as-char")
    for tag, text in (("svg:title", picture.title), ("svg:desc", picture.alternative)):
        frame.append(Element.from_tag(f"<{tag}>{escape(text)}</{tag}>"))
    paragraph = Paragraph("")
    paragraph.append(frame)
    _put(out, paragraph)


def _table(out: Document, table: Table) -> None:
    _put(out, Header(2, table.title))
    # As text: a table made cell by cell takes odfdo ten times longer.
    _put(out, Element.from_tag("".join(_table_xml(table))))
    for number, note in enumerate(table.notes, 1):
        _put(out, Paragraph(f"[{number}] {note}", style="TerritoiresText"))


def _table_xml(table: Table) -> Iterator[str]:
    count = len(table.columns)
    yield f"<table:table table:name={quoteattr(table.title)}>"
    yield '<table:table-column table:style-name="TerritoiresLabel"/>'
    yield (
        f'<table:table-column table:style-name="TerritoiresColumn{count}" '
        f'table:number-columns-repeated="{count}"/>'
    )
    yield "<table:table-header-rows><table:table-row>"
    for text in (tk._("Indicator"), *table.columns):
        yield _cell_xml(_paragraph_xml("TerritoiresHead", text))
    yield "</table:table-row></table:table-header-rows>"
    for line in table.lines:
        yield "<table:table-row>"
        yield _cell_xml(
            _paragraph_xml("TerritoiresText", line.label)
            + _paragraph_xml("TerritoiresText", line.about)
        )
        for cell in line.cells:
            yield _figure_xml(cell)
        yield "</table:table-row>"
    yield "</table:table>"


def _figure_xml(cell: Cell) -> str:
    text = _paragraph_xml("TerritoiresNumber", cell.marked)
    if cell.value is None:
        return _cell_xml(text)
    return _cell_xml(text, f'office:value-type="float" office:value="{cell.value!r}"')


def _cell_xml(content: str, value: str = 'office:value-type="string"') -> str:
    return (
        f'<table:table-cell table:style-name="TerritoiresCell" {value}>{content}</table:table-cell>'
    )


def _paragraph_xml(style: str, text: str) -> str:
    return f'<text:p text:style-name="{style}">{escape(text)}</text:p>'


def _texts(out: Document, texts: Any) -> None:
    for text in texts:
        _put(out, Paragraph(text))


def _put(out: Document, element: Any) -> None:
    out.body.append(element)
