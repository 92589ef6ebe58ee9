"""Spreadsheets: XLSX, ODS, XLS."""
# pyright: basic

from __future__ import annotations

import io
import re
import zipfile
import zlib
from datetime import date, datetime, time
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from ckanext.territoires.ingest.findings import Findings
from ckanext.territoires.ingest.table import RowsGrid

MOST_CELLS = 60_000_000
_MOST_SHEETS = 30
_REFERENCE = re.compile(rb'<c [^>]{0,40}?r="([A-Z]{1,3})(\d{1,7})"')
_REPEATED = re.compile(rb'number-(columns|rows)-repeated="(\d+)"')


def read_sheets(name: str, data: bytes, findings: Findings) -> list[RowsGrid]:
    """Cells of each sheet that has some; none (and a blocking problem) when it is no workbook."""
    if _too_wide(data):
        findings.problem("too_large", blocking=True)
        return []
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        grids = [
            _grid(f"{name} / {sheet}", workbook.get_sheet_by_name(sheet))
            for sheet in workbook.sheet_names[:_MOST_SHEETS]
        ]
    except PasswordError:
        findings.problem("password", blocking=True)
        return []
    except (CalamineError, OSError, ValueError, OverflowError):
        findings.problem("broken_workbook", blocking=True)
        return []
    except BaseException as error:
        # What the reader, which is not Python, raises on a file broken in a way it does not expect.
        if type(error).__name__ != "PanicException":
            raise
        findings.problem("broken_workbook", blocking=True)
        return []
    grids = [grid for grid in grids if grid.preview]
    if not grids:
        findings.problem("empty_file", blocking=True)
    return grids


def _grid(name: str, sheet: Any) -> RowsGrid:
    rows = [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    return RowsGrid(name, rows, range(1, len(rows) + 1), padded=True)


def _text(cell: object) -> str:
    match cell:
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case datetime():
            return (cell.date() if cell.time() == time() else cell).isoformat()
        case date():
            return cell.isoformat()
        case _:
            return str(cell).replace("\0", "")


def _too_wide(data: bytes) -> bool:
    """Whether a sheet claims more cells than a reader should make room for.

    A cell in the last row and column of an XLSX, or a repetition in an ODS, makes a small file
    huge once it is a grid.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            sheets = [
                info
                for info in archive.infolist()
                if info.filename.startswith("xl/worksheets/") or info.filename == "content.xml"
            ]
            counts = (
                _ods_cells(archive.read(info))
                if info.filename == "content.xml"
                else _xlsx_cells(archive.read(info))
                for info in sheets
            )
            return any(count > MOST_CELLS for count in counts)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, EOFError):
        return False
    except ValueError:
        return False


def _xlsx_cells(xml: bytes) -> int:
    """Cells of the rectangle from the first to the last that a sheet writes."""
    rows = columns = 0
    for match in _REFERENCE.finditer(xml):
        rows = max(rows, int(match.group(2)))
        column = 0
        for letter in match.group(1):
            column = column * 26 + letter - 64
        columns = max(columns, column)
    return rows * columns


def _ods_cells(xml: bytes) -> int:
    """Cells of the rows that hold a value, repetitions counted, up to the last value of each.

    What is left of a sheet is one repeated empty cell or row: it costs nothing.
    """
    total = 0
    for row in xml.split(b"<table:table-row")[1:]:
        last = row.rfind(b"value-type")
        if last < 0:
            continue
        cells = row[: row.find(b">", last)]
        repeated = {b"rows": 1, b"columns": 0}
        for kind, count in _REPEATED.findall(cells):
            repeated[kind] += int(count[:9])
        total += repeated[b"rows"] * (repeated[b"columns"] + cells.count(b"<table:table-cell"))
    return total
