"""A grid of cells as a file gives it, and the table it is once its header row is chosen."""
# pyright: basic

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd

from ckanext.territoires.ingest.findings import Findings

PREVIEW = 40
_YEAR = re.compile(r"(19|20)\d\d")

Row = list[str]


class Table(Protocol):
    """Rows under a header.

    `header` is made of distinct names, trimmed; `lines` holds the line of each row, from 1.
    """

    header: tuple[str, ...]
    header_line: int
    lines: np.ndarray
    findings: Findings
    refused: int

    def prepare(self, numeric: Iterable[int]) -> None:
        """Say which columns will be asked as numbers, before any is asked."""
        ...

    def text(self, position: int) -> list[str]:
        """Cells of a column as written, trimmed; empty strings where there is nothing."""
        ...

    def numbers(self, position: int) -> np.ndarray | None:
        """Floats when each cell of a column is plainly a number or empty (NaN), else None."""
        ...

    def sample(self, count: int = 50) -> list[Row]:
        """The first rows."""
        ...


class Grid(Protocol):
    """The cells of a sheet or of a text file, before its header row is known.

    `preview` holds the first rows that are not blank, each with its line.
    """

    name: str
    preview: list[tuple[int, Row]]
    findings: Findings

    def table(self, row: int) -> Table:
        """The table whose header is the row of this index in `preview`."""
        ...


def likely_header(preview: Sequence[tuple[int, Row]]) -> int:
    """Index of the row that looks most like a header: wide enough, and made of words."""
    filled = [sum(1 for cell in row if cell.strip()) for _, row in preview]
    widest = max(filled, default=0)
    for index, (_, row) in enumerate(preview):
        words = sum(1 for cell in row if cell.strip() and not _number_like(cell))
        if filled[index] >= max(1, 0.6 * widest) and words > filled[index] / 2:
            return index
    return 0


def lacks_header(row: Sequence[str]) -> bool:
    """Whether a row holds values rather than names; years are names, as in a table by year."""
    said = [cell for cell in row if cell.strip()]
    values = [cell for cell in said if _number_like(cell) and not _YEAR.fullmatch(cell.strip())]
    return len(values) > len(said) / 2


def _number_like(text: str) -> bool:
    return text.strip().replace(",", "").replace(".", "").replace(" ", "").lstrip("-").isdigit()


def distinct_names(row: Sequence[str], line: int, findings: Findings) -> tuple[str, ...]:
    """Trimmed names; a name that is repeated gets a number, and an empty one a name."""
    names: list[str] = []
    seen: Counter[str] = Counter()
    for position, cell in enumerate(row, start=1):
        name = " ".join(cell.split()) or f"({position})"
        seen[name] += 1
        if seen[name] > 1:
            findings.problem("duplicated_column", line, name)
            name = f"{name} ({seen[name]})"
        names.append(name)
    return tuple(names)


def trimmed(row: Sequence[str]) -> Row:
    """A header row without its empty last cells."""
    cells = list(row)
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


class RowsTable:
    """A table from rows already read as text."""

    def __init__(
        self, header: tuple[str, ...], header_line: int, rows: list[Row], lines: list[int]
    ) -> None:
        """Take rows that are as wide as the header, and the line of each."""
        self.header = header
        self.header_line = header_line
        self.lines = np.array(lines, dtype=int)
        self.findings = Findings()
        self.refused = 0
        self._rows = rows

    def prepare(self, numeric: Iterable[int]) -> None:
        """Nothing to prepare: the cells are at hand."""

    def text(self, position: int) -> list[str]:
        """See Table."""
        return [row[position].strip() for row in self._rows]

    def numbers(self, position: int) -> np.ndarray | None:
        """Leave it to the careful parser."""
        return None

    def sample(self, count: int = 50) -> list[Row]:
        """See Table."""
        return self._rows[:count]


class RowsGrid:
    """A grid whose rows are in memory: a sheet, a small or irregular text file, objects."""

    def __init__(self, name: str, rows: list[Row], lines: Sequence[int], *, padded: bool) -> None:
        """`padded` when a short row is only a row whose last cells are empty (spreadsheets)."""
        self.name = name
        self.findings = Findings()
        self._padded = padded
        kept = [(line, row) for line, row in zip(lines, rows, strict=True) if any(map(_said, row))]
        self._lines = [line for line, _ in kept]
        self._rows = [row for _, row in kept]
        self.preview = kept[:PREVIEW]

    def table(self, row: int) -> RowsTable:
        """See Grid; a row that is too long or too short is refused, with its line."""
        line, first = self.preview[row]
        findings = Findings()
        names = distinct_names(trimmed(first), line, findings)
        width, refused = len(names), 0
        rows: list[Row] = []
        lines: list[int] = []
        for number, cells in zip(self._lines[row + 1 :], self._rows[row + 1 :], strict=True):
            if len(cells) != width:
                long = len(cells) > width and any(map(_said, cells[width:]))
                if long or (len(cells) < width and not self._padded):
                    findings.problem("ragged_row", number, None, len(cells), expected=width)
                    refused += 1
                    continue
                cells = (cells + [""] * width)[:width]
            rows.append(cells)
            lines.append(number)
        table = RowsTable(names, line, rows, lines)
        table.findings, table.refused = findings, refused
        return table


def _said(cell: str) -> bool:
    return bool(cell) and not cell.isspace()


class PlainTable:
    """A text file as regular as can be (no quote, as many cells in each line), read by pandas."""

    def __init__(self, header: tuple[str, ...], header_line: int, body: bytes, sep: str) -> None:
        """Keep the lines under the header, UTF-8."""
        self.header = header
        self.header_line = header_line
        self.findings = Findings()
        self.refused = 0
        self._body = body
        self._sep = sep
        self._numeric: frozenset[int] = frozenset()
        self._frame: pd.DataFrame | None = None
        self._texts: dict[int, list[str]] = {}
        self._count = body.count(b"\n") + (not body.endswith(b"\n") and bool(body))
        self.lines = np.arange(self._count) + header_line + 1

    def prepare(self, numeric: Iterable[int]) -> None:
        """Let pandas type these columns while it reads, once."""
        self._numeric = frozenset(numeric)

    def text(self, position: int) -> list[str]:
        """See Table."""
        if position not in self._texts:
            numeric = position in self._numeric
            frame = self._parse([position], str) if numeric else self._read()
            self._texts[position] = [text.strip() for text in frame[position].tolist()]
        return self._texts[position]

    def numbers(self, position: int) -> np.ndarray | None:
        """See Table; a column that could be read in two ways is left to the careful parser."""
        column = self._read()[position]
        if position not in self._numeric or not pd.api.types.is_numeric_dtype(column.dtype):
            return None
        if column.dtype == bool:
            return None
        values = column.to_numpy(dtype=float)
        return None if np.isinf(values).any() or _ambiguous(values) else values

    def sample(self, count: int = 50) -> list[Row]:
        """See Table."""
        lines = self._body.split(b"\n", count)[:count]
        return [line.decode().rstrip("\r").split(self._sep) for line in lines if line.strip()]

    def _read(self) -> pd.DataFrame:
        if self._frame is None:
            self._frame = self._parse(None, None)
        return self._frame

    def _parse(self, columns: list[int] | None, kind: type | None) -> pd.DataFrame:
        positions = range(len(self.header))
        texts = {i: str for i in positions if kind or i not in self._numeric}
        if not self._body.strip():
            return pd.DataFrame({i: pd.Series([], dtype=str) for i in positions})
        options: Any = {"dtype": texts}
        return pd.read_csv(
            io.BytesIO(self._body),
            sep=self._sep,
            header=None,
            names=list(positions),
            usecols=columns,
            **options,
            keep_default_na=False,
            na_values={i: [""] for i in positions if i not in texts},
            quoting=csv.QUOTE_NONE,
            skip_blank_lines=False,
            low_memory=False,
        )


def _ambiguous(values: np.ndarray) -> bool:
    """Whether each decimal part is of three digits, which may be thousands: 1.234."""
    broken = values[np.isfinite(values) & (values != np.floor(values)) & (np.abs(values) < 1000)]
    if not broken.size:
        return False
    thousands = broken * 1000
    return bool(np.all(np.abs(thousands - np.round(thousands)) < 1e-6))


class PlainGrid:
    """A regular text file; see PlainTable."""

    def __init__(self, name: str, body: bytes, sep: str) -> None:
        """Take the whole file, UTF-8, without a byte order mark."""
        self.name = name
        self.findings = Findings()
        self._body = body
        self._sep = sep
        lines = body.split(b"\n", PREVIEW)[:PREVIEW]
        self.preview = [
            (number, line.decode().rstrip("\r").split(sep))
            for number, line in enumerate(lines, start=1)
            if line.strip()
        ]

    def table(self, row: int) -> PlainTable:
        """See Grid."""
        line, first = self.preview[row]
        findings = Findings()
        names = distinct_names(first, line, findings)
        start = 0
        for _ in range(line):
            start = self._body.find(b"\n", start) + 1 or len(self._body)
        table = PlainTable(names, line, self._body[start:], self._sep)
        table.findings = findings
        return table


def regular(body: bytes, sep: str) -> bool:
    """Whether each line has as many separators, none is quoted or blank, and lines end alike."""
    if b'"' in body or not body:
        return False
    returns = body.count(b"\r")
    if returns and returns != body.count(b"\r\n"):
        return False
    cells = np.frombuffer(body, dtype=np.uint8)
    ends = np.flatnonzero(cells == 10)
    if returns and returns != len(ends):
        return False
    separators = np.flatnonzero(cells == ord(sep))
    if not body.endswith(b"\n"):
        ends = np.append(ends, len(cells))
    counts = np.diff(np.searchsorted(separators, ends), prepend=0)
    return bool(counts.size > 1 and counts[0] > 0 and (counts == counts[0]).all())
