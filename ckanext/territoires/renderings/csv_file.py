"""A portrait as CSV: every figure, one a line."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO

from ckanext.territoires.portrait.document import Portrait
from ckanext.territoires.renderings import long_table


def render(portrait: Portrait, _made: date) -> bytes:
    """UTF-8 with a byte order mark and semicolons, as spreadsheets in French open it.

    Numbers have a decimal point and all their digits; `status` says why a value is empty.
    """
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(long_table.COLUMNS)
    writer.writerows(map(_line, long_table.lines(portrait)))
    return text.getvalue().encode("utf-8-sig")


def _line(values: tuple[object, ...]) -> list[object]:
    return [_plain(value) for value in values]


def _plain(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        # A spreadsheet would run it as a formula.
        return f"'{value}"
    return "" if value is None else value
