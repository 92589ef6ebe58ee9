"""A portrait as a workbook: a summary, a sheet a theme, every figure, the sources."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter
from ckan.plugins import toolkit as tk

from ckanext.territoires.portrait.document import Portrait, Theme
from ckanext.territoires.renderings import long_table, words
from ckanext.territoires.renderings.words import Cell, Table

_LABEL_WIDTH = 46
_NARROW, _WIDE = 12, 24
# What a spreadsheet does not take in the name of a sheet, and how long it may be.
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_LONGEST = 31


def render(portrait: Portrait, made: date) -> bytes:
    """The bytes of the workbook: numbers are numbers, statuses are words."""
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        said = words.words(portrait, made)
        book.set_properties({"title": said.title, "comments": said.date})
        sheets = _Sheets(book)
        _summary(sheets, portrait, made)
        for theme in portrait.themes:
            _theme(sheets, portrait, theme)
        _all_figures(sheets, portrait)
        _sources(sheets, portrait)
    return out.getvalue()


class _Sheets:
    """Sheets with names of their own, and the formats that they share."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book = book
        self._names: set[str] = set()
        self._formats: dict[str, Any] = {}
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.strong = book.add_format({"bold": True, "font_size": 12})
        self.head = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#EEEEEE"}
        )
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.word = book.add_format({"italic": True, "align": "right", "valign": "top"})

    def add(self, name: str) -> Any:
        """Add a sheet; two themes of one name are numbered."""
        plain = _FORBIDDEN.sub(" ", name)[:_LONGEST].strip() or "-"
        chosen, number = plain, 2
        while chosen.lower() in self._names:
            chosen = f"{plain[: _LONGEST - 4]} ({number})"
            number += 1
        self._names.add(chosen.lower())
        return self.book.add_worksheet(chosen)

    def number(self, cell: Cell) -> Any:
        """The format of a number: its decimals, and the words around it."""
        digits = "#,##0" + ("." + "0" * cell.precision if cell.precision else "")
        before, _number, after = cell.frame.partition("{number}")
        code = "".join((_quoted(before), digits, _quoted(after)))
        if code not in self._formats:
            self._formats[code] = self.book.add_format({"num_format": code, "valign": "top"})
        return self._formats[code]


def _summary(sheets: _Sheets, portrait: Portrait, made: date) -> None:
    said = words.words(portrait, made)
    sheet = sheets.add(tk._("Summary"))
    sheet.set_column(0, 0, _LABEL_WIDTH)
    sheet.set_column(1, 2, _NARROW)
    sheet.set_column(3, 3 + words.COLUMNS, _WIDE)
    sheet.write_string(0, 0, said.title, sheets.title)
    row = 1
    for text in (said.kind, said.date, *said.facts, *words.paragraphs(portrait.summary)):
        sheet.write_string(row, 0, text)
        row += 1
    if words.key_rows(portrait):
        _table(sheets, sheet, row + 1, words.key_table(portrait))


def _theme(sheets: _Sheets, portrait: Portrait, theme: Theme) -> None:
    sheet = sheets.add(theme.title)
    sheet.set_column(0, 0, _LABEL_WIDTH)
    sheet.set_column(1, 2, _NARROW)
    sheet.set_column(3, 3 + words.COLUMNS, _WIDE)
    row = 0
    for number, table in enumerate(words.tables(portrait, theme)):
        row = _table(sheets, sheet, row, table, first=number == 0)
    for text in words.paragraphs(theme.text):
        sheet.write_string(row, 0, text)
        row += 1
    for label in theme.labels:
        sheet.write_string(row, 0, words.label_text(portrait, label))
        row += 1
    if comment := theme.comment:
        row += 1
        for text in words.paragraphs(comment.text):
            sheet.write_string(row, 0, text)
            row += 1
        signed = words.signature(comment.author, comment.date, portrait.language)
        sheet.write_string(row, 0, signed)


def _table(sheets: _Sheets, sheet: Any, row: int, table: Table, *, first: bool = False) -> int:
    """Write a table from a row; return the row where what follows it starts.

    The first of a sheet has its header frozen at the top, without a title.
    """
    if not first:
        sheet.write_string(row, 0, table.title, sheets.strong)
        row += 1
    head = (tk._("Indicator"), tk._("Unit"), tk._("Period"), *table.columns, tk._("Sources"))
    for column, text in enumerate(head):
        sheet.write_string(row, column, text, sheets.head)
    if first:
        sheet.freeze_panes(row + 1, 1)
    for line in table.lines:
        row += 1
        for column, text in enumerate((line.label, line.unit, line.period)):
            sheet.write_string(row, column, text, sheets.text)
        for column, cell in enumerate(line.cells, 3):
            _cell(sheets, sheet, row, column, cell)
        sheet.write_string(row, 3 + len(table.columns), line.sources, sheets.text)
    for number, note in enumerate(table.notes, 1):
        row += 1
        sheet.write_string(row, 0, f"[{number}] {note}")
    return row + 2


def _cell(sheets: _Sheets, sheet: Any, row: int, column: int, cell: Cell) -> None:
    if cell.value is None:
        sheet.write_string(row, column, cell.marked, sheets.word)
        return
    mark = f" [{cell.note}]" if cell.note else ""
    framed = Cell(cell.text, cell.value, cell.precision, cell.frame + mark)
    sheet.write_number(row, column, cell.value, sheets.number(framed))


def _all_figures(sheets: _Sheets, portrait: Portrait) -> None:
    sheet = sheets.add(tk._("All figures"))
    sheet.set_column(0, len(long_table.COLUMNS), 16)
    for column, name in enumerate(long_table.COLUMNS):
        sheet.write_string(0, column, name, sheets.head)
    count = 0
    for count, line in enumerate(long_table.lines(portrait), 1):
        for column, value in enumerate(line):
            if isinstance(value, str):
                sheet.write_string(count, column, value)
            elif value is not None:
                sheet.write_number(count, column, value)
    sheet.freeze_panes(1, 0)
    if count:
        sheet.autofilter(0, 0, count, len(long_table.COLUMNS) - 1)


def _sources(sheets: _Sheets, portrait: Portrait) -> None:
    sheet = sheets.add(tk._("Sources and methods"))
    sheet.set_column(0, 0, _LABEL_WIDTH)
    sheet.set_column(1, 1, 100)
    row = 0
    for text in words.source_lines(portrait):
        sheet.write_string(row, 0, text)
        row += 1
    for label, text in words.notes_on_method(portrait):
        row += 1
        sheet.write_string(row, 0, label, sheets.text)
        sheet.write_string(row, 1, text, sheets.text)


def _quoted(text: str) -> str:
    # A quote cannot be written between quotes.
    return f'"{text.replace(chr(34), chr(39))}"' if text else ""
