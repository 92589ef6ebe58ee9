"""Grants, plans, decrees... as CSV and XLSX: the same lines, columns and values."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter
from ckan.plugins import toolkit as tk

Line = Mapping[str, Any]
_AMOUNTS = ("cost", "asked", "granted", "paid")
_WIDTHS = {"title": 60, "beneficiary": 36, "theme": 36, "dataset": 40, "place": 28}
# A spreadsheet would run a text that begins so as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render(extension: str, name: str, lines: Sequence[Line], sources: Iterable[Line]) -> bytes:
    """The bytes of a file, `csv` or `xlsx`; `name` is that of the territory."""
    if extension == "csv":
        return _csv(lines)
    return _xlsx(name, lines, sources)


def columns() -> dict[str, str]:
    """The columns of a file and their headings in the reader's language."""
    return {
        "year": tk._("Year"),
        "date": tk._("Date"),
        "scheme": tk._("Scheme"),
        "theme": tk._("Theme"),
        "beneficiary": tk._("Beneficiary"),
        "beneficiary_id": tk._("Identifier of the beneficiary"),
        "place": tk._("Place"),
        "place_id": tk._("Identifier of the place"),
        "title": tk._("Title"),
        "state": tk._("State"),
        "cost": tk._("Total cost, in euros"),
        "asked": tk._("Amount asked, in euros"),
        "granted": tk._("Amount granted, in euros"),
        "paid": tk._("Amount paid, in euros"),
        "share": tk._("Part of the amounts that counts here (estimate)"),
        "dataset": tk._("Dataset"),
        "also_in": tk._("Also published in"),
    }


def _values(line: Line) -> list[Any]:
    places = line["places"]
    found = dict(line) | {
        "place": ", ".join(place["name"] for place in places),
        "place_id": ", ".join(place["id"] for place in places),
        "state": line["state_label"],
        "dataset": line["dataset"]["title"],
        "also_in": ", ".join(each["title"] for each in line["also_in"]),
    }
    return [found[name] for name in columns()]


def _csv(lines: Iterable[Line]) -> bytes:
    """UTF-8 with a byte order mark and semicolons; amounts with a decimal point."""
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns().values())
    for line in lines:
        writer.writerow([_plain(value) for value in _values(line)])
    return text.getvalue().encode("utf-8-sig")


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def _xlsx(name: str, lines: Iterable[Line], sources: Iterable[Line]) -> bytes:
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": tk._("Action of the State: {name}").format(name=name)})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        euros = book.add_format({"num_format": "#,##0.00"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet(tk._("Lines"))
        named = columns()
        for column, (key, label) in enumerate(named.items()):
            width = _WIDTHS.get(key, 16)
            sheet.set_column(column, column, width, euros if key in _AMOUNTS else None)
            sheet.write_string(0, column, label, head)
        sheet.freeze_panes(1, 0)
        last = 0
        for last, line in enumerate(lines, 1):
            for column, (key, value) in enumerate(zip(named, _values(line), strict=True)):
                if value is None:
                    continue
                if key == "date":
                    sheet.write_datetime(last, column, datetime.fromisoformat(value), day)
                elif isinstance(value, int | float):
                    sheet.write_number(last, column, value)
                else:
                    sheet.write_string(last, column, str(value))
        sheet.autofilter(0, 0, last, len(named) - 1)
        _sources(book, head, sources)
    return out.getvalue()


def _sources(book: xlsxwriter.Workbook, head: Any, sources: Iterable[Line]) -> None:
    sheet = book.add_worksheet(tk._("Sources"))
    labels = {
        "title": tk._("Dataset"),
        "producer": tk._("Service"),
        "resource_name": tk._("File"),
        "vintage": tk._("Vintage"),
        "loaded": tk._("Loaded on"),
    }
    sheet.set_column(0, len(labels) - 1, 36)
    for column, label in enumerate(labels.values()):
        sheet.write_string(0, column, label, head)
    for row, source in enumerate(sources, 1):
        for column, key in enumerate(labels):
            sheet.write_string(row, column, str(source[key] or ""))
