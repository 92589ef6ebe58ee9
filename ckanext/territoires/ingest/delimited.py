"""Text files: which separator, which rows."""

from __future__ import annotations

import csv
import io
from collections import Counter

from ckanext.territoires.ingest.findings import Findings
from ckanext.territoires.ingest.table import Grid, PlainGrid, RowsGrid, regular

_SEPARATORS = {";": ";", ",": ",", "\t": "tab", "|": "|"}
_HEAD = 65_536
# A quote that opens and never closes swallows lines; no real cell holds so many.
_LONGEST_CELL_LINES = 200


def read_text(name: str, text: str, findings: Findings) -> Grid | None:
    """Cells of a text file, None (and a blocking problem) when it has no column."""
    if not text.strip():
        findings.problem("empty_file", blocking=True)
        return None
    if "\n" not in text:
        # The lines of the first Macintosh, which some spreadsheets still offer.
        text = text.replace("\r", "\n")
    separator = find_separator(text)
    if separator is None:
        findings.problem("one_column", blocking=True)
        return None
    findings.assume("separator", separator=_SEPARATORS[separator])
    body = text.encode("utf-8", "replace")
    if regular(body, separator):
        return PlainGrid(name, body, separator)
    rows, lines = _rows(text, separator, findings)
    return RowsGrid(name, rows, lines, padded=False)


def find_separator(text: str) -> str | None:
    """The character that cuts the most lines into the same number of cells, at least two."""
    head = text[:_HEAD]
    if len(text) > _HEAD:
        # A first line longer than that is still a line.
        head = head[: head.rfind("\n") + 1] or text.partition("\n")[0]
    best: tuple[float, int, str] | None = None
    for separator in _SEPARATORS:
        widths = Counter(len(row) for row in _head_rows(head, separator) if any(row))
        wide = {width: lines for width, lines in widths.items() if width > 1}
        if wide:
            width, lines = max(wide.items(), key=lambda item: (item[1] * item[0], item[0]))
            score = (lines / sum(widths.values()), width, separator)
            # A separator that cuts nearly as many lines into many more cells is the true one.
            if best is None or score[0] * score[1] > best[0] * best[1]:
                best = score
    return best[2] if best else None


def _head_rows(head: str, separator: str) -> list[list[str]]:
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    try:
        for row in reader:
            rows.append(row)
            if len(rows) >= 100:
                break
    except csv.Error:
        pass
    return rows


def _rows(text: str, separator: str, findings: Findings) -> tuple[list[list[str]], list[int]]:
    """Rows, and the line on which each begins."""
    rows: list[list[str]] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    start = 1
    try:
        for row in reader:
            if reader.line_num - start > _LONGEST_CELL_LINES:
                return _unquoted(text, separator, rows, lines, start, findings)
            rows.append(row)
            lines.append(start)
            start = reader.line_num + 1
    except csv.Error:
        return _unquoted(text, separator, rows, lines, start, findings)
    if rows and reader.line_num > lines[-1] and not _closed(text, separator, lines[-1]):
        return _unquoted(text, separator, rows[:-1], lines[:-1], lines[-1], findings)
    return rows, lines


def _closed(text: str, separator: str, line: int) -> bool:
    """Whether the quotes of the last row, which begins on this line, are closed."""
    row = list(io.StringIO(text, newline=""))[line - 1 :]
    try:
        return bool(list(csv.reader(row, delimiter=separator, strict=True)))
    except csv.Error:
        return False


def _unquoted(
    text: str,
    separator: str,
    rows: list[list[str]],
    lines: list[int],
    start: int,
    findings: Findings,
) -> tuple[list[list[str]], list[int]]:
    """The rows before a stray quote, then the lines that follow, each by itself."""
    findings.problem("stray_quote", start)
    rest = [line.rstrip("\r\n") for line in io.StringIO(text, newline="")][start - 1 :]
    return (
        [*rows, *(_line(line, separator) for line in rest)],
        [*lines, *range(start, start + len(rest))],
    )


def _line(line: str, separator: str) -> list[str]:
    try:
        rows = list(csv.reader([line], delimiter=separator, strict=True))
    except csv.Error:
        return line.split(separator)
    return rows[0] if rows else []
