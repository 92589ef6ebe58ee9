"""Numbers as French and other files write them."""
# pyright: basic

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

#: Spaces that stand between thousands: plain, no-break, narrow no-break, thin, figure.
_SPACES = " \u00a0\u202f\u2009\u2007"
_SIGNS = str.maketrans({"\u2212": "-", "\u2013": "-"})
_UNITS = re.compile(r"(?:€|%|eur|euros?|k€)$", re.IGNORECASE)
# From how many cells on it is worth reading a column at once first.
_LONG = 500
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_SPACED = re.compile(rf"[+-]?\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?:[.,]\d*)?")
_ONE = re.compile(r"([+-]?)(\d*)([.,])(\d*)")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([.,'])\d{3})(?:\1\d{3})*(?:(?!\1)[.,]\d*)?")
_EXPONENT = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d{1,3}")


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column read as numbers.

    `values` are floats, NaN where there is none; `failed` marks the cells that are not numbers.
    `ambiguous` is the first cell that could be read in two ways (1.234), None when no cell could;
    `thousands` says whether its mark was taken for that of thousands, `settled` whether other
    cells of the column decided.
    """

    values: np.ndarray
    failed: np.ndarray
    ambiguous: str | None = None
    thousands: bool = False
    settled: bool = False


def parse_numbers(cells: Sequence[str], *, kind: str = "number") -> Numbers:
    """Read a column of strings; empty ones give NaN and do not fail.

    `kind` settles what the column itself does not: a mark before exactly three digits is that of
    thousands in an `integer` or in an `amount` of money (two decimals at most), a decimal mark in a
    `number`.
    """
    values, left = _plain(cells)
    failed = np.zeros(len(cells), dtype=bool)
    doubtful: list[tuple[int, str, str]] = []
    marks: dict[str, set[str]] = {"decimal": set(), "thousands": set()}
    if np.any(values != np.floor(values), where=~np.isnan(values)):
        marks["decimal"].add(".")
    seen: dict[str, float | None] = {}
    for index in left:
        text = cells[index]
        if not text:
            continue
        if text in seen:
            number = seen[text]
        else:
            number, doubt = _read(text, marks)
            if doubt:
                doubtful.append((index, text, doubt))
                continue
            seen[text] = number
        if number is None:
            failed[index] = True
        else:
            values[index] = number
    if not doubtful:
        return Numbers(values, failed)
    settled = {mark: _settle(mark, marks, kind) for mark in {mark for _, _, mark in doubtful}}
    for index, text, mark in doubtful:
        clean = _bare(text)
        plain = clean.replace(mark, "" if settled[mark][0] else ".")
        values[index] = float(plain)
    first = doubtful[0]
    return Numbers(values, failed, first[1], *settled[first[2]])


def _plain(cells: Sequence[str]) -> tuple[np.ndarray, Iterable[int]]:
    """What is plainly a number in a long column, and the positions of the other cells.

    Cells that may hold a mark of thousands (1.234) are left, and so are those of short columns.
    """
    if len(cells) < _LONG:
        return np.full(len(cells), np.nan), range(len(cells))
    column: Any = pd.to_numeric(pd.Series(cells, dtype=object), errors="coerce")
    values: np.ndarray = column.to_numpy(dtype=float, copy=True)
    with np.errstate(invalid="ignore"):
        small = (np.abs(values) < 1000) & (values != np.floor(values))
        values[~np.isfinite(values) | (small & (np.round(values, 3) == values))] = np.nan
    return values, np.flatnonzero(np.isnan(values)).tolist()


def parse_number(text: str) -> float | None:
    """Read one number on its own, None when it is not one; 1.234 is read as a decimal."""
    number, mark = _read(text, {"decimal": set(), "thousands": set()})
    return float(_bare(text).replace(mark, ".")) if mark else number


def _settle(mark: str, marks: dict[str, set[str]], kind: str) -> tuple[bool, bool]:
    """Whether a mark is that of thousands, and whether the column itself says so."""
    other = "," if mark == "." else "."
    if mark in marks["decimal"]:
        return False, True
    if mark in marks["thousands"] or other in marks["decimal"]:
        return True, True
    return kind in ("integer", "amount"), False


def _bare(text: str) -> str:
    text = text.strip(_SPACES + "\t").translate(_SIGNS)
    if text.startswith("(") and text.endswith(")"):
        text = "-" + text[1:-1].strip(_SPACES)
    text = _UNITS.sub("", text).strip(_SPACES)
    return text.replace("- ", "-", 1) if text.startswith("- ") else text


def _read(text: str, marks: dict[str, set[str]]) -> tuple[float | None, str]:
    """The number of a cell, or the mark that makes it doubtful; notes what each mark is."""
    if text[-2:].lower() == "k€":
        return None, ""
    text = _bare(text)
    one = _ONE.fullmatch(text)
    if one and (one.group(2) or one.group(4)):
        _, whole, mark, part = one.groups()
        if len(part) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0"):
            return None, mark
        marks["decimal"].add(mark)
        return _finite(text.replace(",", ".")), ""
    if _PLAIN.fullmatch(text) and text.isascii():
        return _finite(text), ""
    if _SPACED.fullmatch(text):
        text = text.translate({ord(space): None for space in _SPACES})
        if "," in text or "." in text:
            marks["decimal"].add("," if "," in text else ".")
        return _finite(text.replace(",", ".")), ""
    grouped = _GROUPED.fullmatch(text)
    if grouped:
        thousands = grouped.group(1)
        marks["thousands"].add(thousands)
        text = text.replace(thousands, "")
        if "," in text or "." in text:
            marks["decimal"].add("," if "," in text else ".")
        return _finite(text.replace(",", ".")), ""
    if _EXPONENT.fullmatch(text):
        return _finite(text.replace(",", ".")), ""
    return None, ""


def _finite(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) else None
