"""Columns of a table, typed: numbers with their status, texts, dates, years, numbers of persons."""
# pyright: basic

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from ckanext.territoires.figures.status import Status
from ckanext.territoires.ingest.dates import parse_dates, parse_year
from ckanext.territoires.ingest.findings import Findings
from ckanext.territoires.ingest.identifiers import parse_siret
from ckanext.territoires.ingest.numbers import parse_numbers
from ckanext.territoires.ingest.recognition import Bound
from ckanext.territoires.ingest.table import Table

# No mark of secrecy or absence is longer.
_LONGEST_MARK = 30
_CENT = Decimal("0.01")


def number_column(table: Table, bound: Bound, findings: Findings) -> tuple[np.ndarray, np.ndarray]:
    """Values (floats, NaN where there is none) and statuses of a column of numbers.

    A cell that is no number is a problem, and not available.
    """
    column = bound.column
    values = table.numbers(bound.position)
    if values is not None:
        empty = column.marks[""]
        return values, np.where(np.isnan(values), empty, Status.VALUE).astype(np.int8)
    cells = table.text(bound.position)
    marks = column.marks
    lacking = [marks.get(text.lower()) if len(text) < _LONGEST_MARK else None for text in cells]
    written = ["" if mark is not None else text for text, mark in zip(cells, lacking, strict=True)]
    numbers = parse_numbers(written, kind=column.type)
    for row in np.flatnonzero(numbers.failed):
        findings.problem("not_a_number", table.lines[row], bound.header, cells[row])
    if numbers.ambiguous is not None and not numbers.settled:
        findings.assume(
            "thousands_mark" if numbers.thousands else "decimal_mark",
            column=bound.header,
            value=numbers.ambiguous,
        )
    statuses = np.where(np.isnan(numbers.values), Status.NOT_AVAILABLE, Status.VALUE)
    marked = [(row, mark) for row, mark in enumerate(lacking) if mark is not None]
    if marked:
        rows, found = zip(*marked, strict=True)
        statuses[list(rows)] = found
    return numbers.values, statuses.astype(np.int8)


def record_column(table: Table, bound: Bound, findings: Findings) -> list[Any]:
    """Values of a column of records, None where there is none: text, Decimal, date, int, float.

    A cell that is not what its type says is a problem and is left out; a legal person's number
    that is wrong is a problem and stays as written.
    """
    column = bound.column
    if column.numeric:
        values, _ = number_column(table, bound, findings)
        return [_number(value, column.type) for value in values.tolist()]
    marks = column.marks
    cells = ["" if text.lower() in marks else text for text in table.text(bound.position)]
    if column.type == "date":
        return list(_dates(table, bound, cells, findings)[0])
    if column.type == "year":
        return _parsed(table, bound, cells, parse_year, "not_a_year", findings)
    if column.type == "siret":
        return _persons(table, bound, cells, findings)
    values = [text or None for text in cells]
    if column.values is None:
        return values
    folded = {key.strip().lower(): value for key, value in column.values.items()}
    return [None if text is None else folded.get(text.lower(), text) or None for text in values]


def year_column(table: Table, position: int, wanted: np.ndarray, findings: Findings) -> np.ndarray:
    """Years of a column as texts, empty where there is none; said of the rows `wanted`."""
    cells = table.text(position)
    read = {text: parse_year(text) for text in set(cells)}
    for row in np.flatnonzero(wanted):
        if read[cells[row]] is None:
            findings.problem("not_a_year", table.lines[row], table.header[position], cells[row])
    return np.array([str(read[text] or "") for text in cells], dtype=object)


def end_column(table: Table, bound: Bound) -> list[date | None]:
    """The last days of the periods (`date/date`) of a column of dates."""
    return parse_dates(table.text(bound.position)).ends


def _number(value: float, kind: str) -> Any:
    if value != value:
        return None
    if kind == "amount":
        return Decimal(repr(value)).quantize(_CENT)
    return int(value) if kind != "coordinate" and value.is_integer() else value


def _dates(
    table: Table, bound: Bound, cells: list[str], findings: Findings
) -> tuple[list[date | None], list[date | None]]:
    dates = parse_dates(cells)
    for row in dates.failed:
        findings.problem("not_a_date", table.lines[row], bound.header, cells[row])
    if dates.serials:
        findings.assume("day_numbers", column=bound.header, count=dates.serials)
    return dates.values, dates.ends


def _parsed(
    table: Table, bound: Bound, cells: list[str], parse: Any, code: str, findings: Findings
) -> list[Any]:
    values = [parse(text) if text else None for text in cells]
    for row, (text, value) in enumerate(zip(cells, values, strict=True)):
        if text and value is None:
            findings.problem(code, table.lines[row], bound.header, text)
    return values


def _persons(table: Table, bound: Bound, cells: list[str], findings: Findings) -> list[str | None]:
    values: list[str | None] = []
    for row, text in enumerate(cells):
        value, right = parse_siret(text)
        if not right:
            findings.problem("wrong_siret", table.lines[row], bound.header, text)
        values.append(value)
    return values
