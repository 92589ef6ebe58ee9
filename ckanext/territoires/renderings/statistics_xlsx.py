"""A table of figures as a workbook: the figures, what is not plain, definitions and sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xlsxwriter
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge.number_wording import status_text
from ckanext.territoires.bridge.statistics_table import Table, worded
from ckanext.territoires.bridge.statistics_wording import remark
from ckanext.territoires.bridge.wording import level_label
from ckanext.territoires.figures.status import Origin, Status

__all__ = ["write_xlsx"]

# A sheet holds this many lines, the header among them.
LINES = 1_048_576
_VALUE = int(Status.VALUE)


def write_xlsx(table: Table, path: Path, language: str, address: str) -> None:
    """Write a workbook to `path`, a line at a time.

    Numbers are numbers; a figure that has no value has its status in words in its place. The second
    sheet lists each figure that is not a plain published value, and why.

    Args:
        table: what was read.
        path: of the file to write.
        language: of the labels, `fr` or `en`.
        address: of the page that asks the same, written beside the sources.

    """
    # A text that begins like a formula or an address stays a text.
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        _figures(book, table, language, bold)
        _remarks(book, table, language, bold)
        _definitions(book, table, language, bold, wrapped)
        _sources(book, table, address, bold, wrapped)


def _figures(book: Any, table: Table, language: str, bold: Any) -> None:
    sheet = book.add_worksheet(tk._("Figures"))
    titles = [
        _title(
            worded(column.indicator.label, language),
            worded(column.indicator.unit, language),
            column.period,
        )
        for column in table.columns
    ]
    sheet.freeze_panes(1, _FIXED)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 2, 14)
    sheet.set_column(_FIXED - 1, _FIXED - 1, 32)
    sheet.set_column(_FIXED, _FIXED + max(len(titles) - 1, 0), 18)
    sheet.write_row(0, 0, [*_place_titles(), *titles], bold)
    formats = [
        book.add_format({"num_format": _pattern(column.indicator.precision)})
        for column in table.columns
    ]
    words = {int(status): status_text(status.key) for status in Status}
    for line, place in enumerate(table.places):
        sheet.write_row(line + 1, 0, _place(place))
        for rank, figures in enumerate(table.figures):
            status = int(figures.cells.statuses[line])
            if status == _VALUE:
                sheet.write_number(
                    line + 1, _FIXED + rank, float(figures.cells.values[line]), formats[rank]
                )
            else:
                sheet.write_string(line + 1, _FIXED + rank, words[status])
    if table.places:
        sheet.autofilter(0, 0, len(table.places), _FIXED + len(titles) - 1)


def _remarks(book: Any, table: Table, language: str, bold: Any) -> None:
    sheet = book.add_worksheet(tk._("Remarks"))
    titles = [tk._("Indicator"), tk._("Period"), tk._("Value"), tk._("Remark")]
    sheet.freeze_panes(1, _FIXED)
    sheet.set_column(0, _FIXED + 1, 22)
    sheet.set_column(_FIXED + 3, _FIXED + 3, 60)
    sheet.write_row(0, 0, [*_place_titles(), *titles], bold)
    for line, (place, rank, text) in enumerate(_told(table), start=1):
        if line == LINES - 1:
            sheet.write_string(line, 0, tk._("The sheet is full: ask for fewer figures to read on"))
            break
        column, cells = table.columns[rank], table.figures[rank].cells
        sheet.write_row(line, 0, _place(table.places[place]))
        sheet.write_row(line, _FIXED, [worded(column.indicator.label, language), column.period])
        if cells.statuses[place] == _VALUE:
            sheet.write_number(line, _FIXED + 2, float(cells.values[place]))
        sheet.write_string(line, _FIXED + 3, text)


def _told(table: Table) -> Iterator[tuple[int, int, str]]:
    """Line, column and remark of each figure that has one."""
    for rank, figures in enumerate(table.figures):
        cells = figures.cells
        plain = (cells.statuses == _VALUE) & (cells.known >= cells.members)
        plain &= (cells.origins <= int(Origin.COMPUTED)) & (figures.parts == 0)
        for line in np.flatnonzero(~plain).tolist():
            text = remark(table, line, rank)
            if text:
                yield line, rank, text


def _definitions(book: Any, table: Table, language: str, bold: Any, wrapped: Any) -> None:
    sheet = book.add_worksheet(tk._("Definitions"))
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, 2, 18)
    sheet.set_column(3, 6, 48)
    titles = [
        tk._("Indicator"),
        tk._("Name in the API"),
        tk._("Unit"),
        tk._("Definition"),
        tk._("Universe"),
        tk._("Formula"),
        tk._("Source"),
    ]
    sheet.write_row(0, 0, titles, bold)
    indicators = {column.indicator.name: column.indicator for column in table.columns}
    for line, one in enumerate(indicators.values(), start=1):
        fields = [
            worded(one.label, language),
            one.name,
            worded(one.unit, language),
            worded(one.definition, language),
            worded(one.universe, language),
            one.formula or "",
            worded(one.source, language),
        ]
        sheet.write_row(line, 0, fields, wrapped)


def _sources(book: Any, table: Table, address: str, bold: Any, wrapped: Any) -> None:
    sheet = book.add_worksheet(tk._("Sources"))
    sheet.set_column(0, 1, 48)
    sheet.set_column(2, 3, 24)
    titles = [
        tk._("Dataset"),
        tk._("Producer"),
        tk._("Vintage"),
        tk._("Geography of the file"),
        tk._("Loaded on"),
    ]
    sheet.write_row(0, 0, titles, bold)
    line = 1
    for line, info in enumerate(table.sources, start=1):
        year = str(info.cog_year) if info.cog_year else ""
        loaded = info.loaded.date().isoformat()
        sheet.write_row(line, 0, [info.title, info.producer, info.vintage, year, loaded], wrapped)
    sheet.write_row(line + 2, 0, [tk._("The same query on the site"), address], wrapped)


_FIXED = 4


def _place_titles() -> list[str]:
    return [tk._("Identifier"), tk._("Level"), tk._("Code"), tk._("Territory")]


def _place(place: Any) -> Sequence[str]:
    return (place.id, level_label(place.level), place.code, place.name)


def _title(label: str, unit: str, period: str) -> str:
    return f"{label}, {period} ({unit})" if unit else f"{label}, {period}"


def _pattern(precision: int) -> str:
    return "#,##0" + ("." + "0" * precision if precision > 0 else "")
