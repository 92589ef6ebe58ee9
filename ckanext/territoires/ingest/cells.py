"""Columns of a table, typed: numbers with their status, texts, dates, years, numbers of persons."""
# pyright: basic

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from ckanext.territoires.figures.status import Status
from ckanext.territoires.ingest.dates import parse_dates, parse_year
from ckanext.territoires.ingest.findings import Findings
from ckanext.territoires.ingest.identifiers import parse_siret
from ckanext.territoires.ingest.numbers import parse_numbers
from ckanext.territoires.ingest.recognition import Bound
from ckanext.territoires.ingest.table import Table

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
    lacking = cells.str.lower().map(column.marks)
    marked = lacking.notna().to_numpy()
    numbers = parse_numbers(cells.mask(marked, ""), kind=column.type)
    for row in np.flatnonzero(numbers.failed):
        findings.problem("not_a_number", table.lines[row], bound.header, cells.iloc[row])
    if numbers.ambiguous is not None:
        findings.assume(
            "thousands_mark" if numbers.thousands else "decimal_mark",
            column=bound.header,
            value=numbers.ambiguous,
        )
    statuses = np.where(np.isnan(numbers.values), Status.NOT_AVAILABLE, Status.VALUE)
    statuses[marked] = lacking[marked].astype(int)
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
    cells = table.text(bound.position)
    lower = cells.str.lower()
    cells = cells.mask(lower.isin(list(column.marks)), "")
    if column.type == "date":
        return list(_dates(table, bound, cells, findings)[0])
    if column.type == "year":
        return _parsed(table, bound, cells, parse_year, "not_a_year", findings)
    if column.type == "siret":
        return _persons(table, bound, cells, findings)
    values = [text or None for text in cells.tolist()]
    if column.values is None:
        return values
    folded = {key.strip().lower(): value for key, value in column.values.items()}
    return [None if text is None else folded.get(text.lower(), text) or None for text in values]


def year_column(table: Table, position: int, wanted: np.ndarray, findings: Findings) -> np.ndarray:
    """Years of a column as texts, empty where there is none; said of the rows `wanted`."""
    cells = table.text(position).tolist()
    read = {text: parse_year(text) for text in set(cells)}
    for row in np.flatnonzero(wanted):
        if read[cells[row]] is None:
            findings.problem("not_a_year", table.lines[row], table.header[position], cells[row])
    return np.array([str(read[text] or "") for text in cells], dtype=object)


def end_column(table: Table, bound: Bound) -> list[date | None]:
    """The last days of the periods (`date/date`) of a column of dates."""
    return parse_dates(table.text(bound.position).tolist()).ends


def _number(value: float, kind: str) -> Any:
    if value != value:
        return None
    if kind == "amount":
        return Decimal(repr(value)).quantize(_CENT)
    return int(value) if kind != "coordinate" and value.is_integer() else value


def _dates(
    table: Table, bound: Bound, cells: pd.Series, findings: Findings
) -> tuple[list[date | None], list[date | None]]:
    texts = cells.tolist()
    dates = parse_dates(texts)
    for row in dates.failed:
        findings.problem("not_a_date", table.lines[row], bound.header, texts[row])
    if dates.serials:
        findings.assume("day_numbers", column=bound.header, count=dates.serials)
    return dates.values, dates.ends


def _parsed(
    table: Table, bound: Bound, cells: pd.Series, parse: Any, code: str, findings: Findings
) -> list[Any]:
    texts = cells.tolist()
    values = [parse(text) if text else None for text in texts]
    for row, (text, value) in enumerate(zip(texts, values, strict=True)):
        if text and value is None:
            findings.problem(code, table.lines[row], bound.header, text)
    return values


def _persons(table: Table, bound: Bound, cells: pd.Series, findings: Findings) -> list[str | None]:
    values: list[str | None] = []
    for row, text in enumerate(cells.tolist()):
        value, right = parse_siret(text)
        if not right:
            findings.problem("wrong_siret", table.lines[row], bound.header, text)
        values.append(value)
    return values
