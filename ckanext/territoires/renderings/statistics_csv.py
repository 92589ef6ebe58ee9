"""A table of figures as CSV, a part at a time.

Lines are put together from texts made once for each territory, column, status and source: a figure
costs its own number and no more.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from itertools import chain, repeat

import msgspec
import numpy as np
import numpy.typing as npt

from ckanext.territoires.bridge.statistics_table import Figures, Table, worded
from ckanext.territoires.figures.status import Origin, Status

__all__ = ["LIST", "TABLE", "as_list", "as_table"]

#: A line for each figure, with all that is known of it.
LIST = "list"
#: A line for each territory, as the page shows it.
TABLE = "table"

HEADER = (
    "territory",
    "level",
    "code",
    "name",
    "indicator",
    "label",
    "period",
    "value",
    "unit",
    "status",
    "origin",
    "members",
    "members_known",
    "population_share",
    "reason",
    "part_periods",
    "source",
    "producer",
    "vintage",
    "cog_year",
)
# Territories written at once: large enough for speed, small enough for memory.
PART = 5_000
_VALUE = int(Status.VALUE)
# Below this, each whole number is a float and the other way round.
_EXACT = 2.0**53
_NOTHING = ("",) * len(Status)
_SPECIAL = re.compile(r"[\";,\r\n]")


def as_list(
    table: Table, language: str, *, french: bool = False, header: bool = True
) -> Iterator[str]:
    """One line a figure, in the order of the places, then of the columns.

    Args:
        table: what was read.
        language: of the labels, `fr` or `en`.
        french: semicolons and decimal commas, as a French spreadsheet expects them.
        header: whether the names of the columns come first.

    """
    row = _writer(french)
    if header:
        yield row(HEADER)
    separator = ";" if french else ","
    heads = _heads(table, row, separator)
    middles = [
        separator
        + row((c.indicator.name, worded(c.indicator.label, language), c.period))[:-2]
        + separator
        for c in table.columns
    ]
    tails = [
        _Tails(
            table, figures, worded(column.indicator.unit, language), row, _number(french), separator
        )
        for column, figures in zip(table.columns, table.figures, strict=True)
    ]
    for start in range(0, len(heads), PART):
        part = slice(start, start + PART)
        columns = [
            (middle, values, tail.of(part))
            for middle, values, tail in zip(
                middles, _values(table.figures, part, french), tails, strict=True
            )
        ]
        lines = [
            [
                f"{head}{middle}{value}{tail}"
                for head, value, tail in zip(heads[part], values, tail, strict=True)
            ]
            for middle, values, tail in columns
        ]
        yield "".join(line for group in zip(*lines, strict=True) for line in group)


def as_table(
    table: Table, language: str, *, french: bool = False, header: bool = True
) -> Iterator[str]:
    """One line a territory: for each column its values, then the status where one is no value."""
    row = _writer(french)
    separator = ";" if french else ","
    names = [f"{worded(c.indicator.label, language)} ({c.period})" for c in table.columns]
    titles = [title for name in names for title in (name, f"{name}: status")]
    if header:
        yield row(("territory", "level", "code", "name", *titles))
    heads = _heads(table, row, separator)
    statuses = [f"{separator}{status.key}{separator}" for status in Status]
    # The last of a line has nothing after it.
    last = [separator + status.key for status in Status]
    for start in range(0, len(heads), PART):
        part = slice(start, start + PART)
        columns = [
            *_values(table.figures[:-1], part, french, statuses),
            *_values(table.figures[-1:], part, french, last),
        ]
        after = separator if columns else ""
        lines = zip(heads[part], repeat(after), *columns, repeat("\r\n"), strict=False)
        yield "".join(chain.from_iterable(lines))


class _Tails:
    """What follows the number of a figure: one text for each mix of status, coverage and source."""

    def __init__(
        self,
        table: Table,
        figures: Figures,
        unit: str,
        row: Callable[[Sequence[object]], str],
        number: Callable[[float], str],
        separator: str,
    ) -> None:
        self._table = table
        self._figures = figures
        self._unit = unit
        self._row = row
        self._number = number
        self._separator = separator

    def of(self, part: slice) -> list[str]:
        """The texts of a part of the lines."""
        figures, cells = self._figures, self._figures.cells
        mixes = np.zeros(len(cells.statuses[part]), dtype=np.int64)
        for array, count in (
            (cells.statuses, len(Status)),
            (cells.origins, len(Origin)),
            (figures.reason, len(self._table.reasons)),
            (figures.parts, len(self._table.part_periods)),
            (figures.source, len(self._table.source_sets)),
        ):
            mixes = mixes * count + array[part]
        _found, firsts, ranks = np.unique(mixes, return_index=True, return_inverse=True)
        start = part.start
        alone = [self._text(start + int(line), counted=False) for line in firsts]
        texts: list[str] = np.array(alone, dtype=object)[ranks.reshape(-1)].tolist()
        for line in np.flatnonzero(cells.members[part]).tolist():
            texts[line] = self._text(start + line, counted=True)
        return texts

    def _text(self, line: int, *, counted: bool) -> str:
        figures, cells = self._figures, self._figures.cells
        status = Status(int(cells.statuses[line]))
        share = float(cells.shares[line])
        sets = self._table.source_sets
        infos = [self._table.releases[id] for id in sets[int(figures.source[line])]]
        fields = (
            self._unit,
            status.key,
            Origin(int(cells.origins[line])).key if status is Status.VALUE else "",
            int(cells.members[line]) if counted else "",
            int(cells.known[line]) if counted else "",
            self._number(round(share, 6)) if counted and not np.isnan(share) else "",
            self._table.reasons[int(figures.reason[line])],
            " ".join(self._table.part_periods[int(figures.parts[line])]),
            _safe(" | ".join(info.title for info in infos)),
            _safe(" | ".join(dict.fromkeys(info.producer for info in infos if info.producer))),
            _safe(" | ".join(info.vintage for info in infos)),
            " | ".join(str(info.cog_year or "") for info in infos),
        )
        return self._separator + self._row(fields)


def _heads(table: Table, row: Callable[[Sequence[object]], str], separator: str) -> list[str]:
    """What each line begins with; a name that needs quotes goes by the writer, which is slow."""
    if _SPECIAL.search("".join([p.name for p in table.places])):
        return [
            row((p.id, p.level, p.code, p.name))[:-2]
            if _SPECIAL.search(p.name)
            else f"{p.id}{separator}{p.level}{separator}{p.code}{separator}{p.name}"
            for p in table.places
        ]
    return [
        f"{p.id}{separator}{p.level}{separator}{p.code}{separator}{p.name}" for p in table.places
    ]


def _values(
    figures: Sequence[Figures], part: slice, french: bool, after: Sequence[str] = _NOTHING
) -> list[list[str]]:
    """Each column's numbers as text, none where there is no value, then what follows the status."""
    found: list[list[str]] = []
    for column in figures:
        values, statuses = column.cells.values[part], column.cells.statuses[part]
        texts = _texts(np.where(statuses == _VALUE, values, 0.0), french, after[_VALUE])
        for rank in np.flatnonzero(statuses != _VALUE).tolist():
            texts[rank] = after[int(statuses[rank])]
        found.append(texts)
    return found


def _texts(values: npt.NDArray[np.float64], french: bool, after: str) -> list[str]:
    """Numbers in the fewest digits that give them back (`12.0` is written 12), and what follows."""
    numbers: list[int] | list[float] = values.tolist()
    if (np.abs(values) < _EXACT).all() and (values == np.trunc(values)).all():
        numbers = values.astype(np.int64).tolist()
    # One text for all, so that its changes cost one call; a float is written so ten times faster
    # than by `repr`.
    joined = msgspec.json.encode(numbers)[1:-1].decode().replace(",", " ") + " "
    joined = joined.replace(".0 ", " ")
    if french:
        joined = joined.replace(".", ",")
    return joined.replace(" ", f"{after} ").split()


def _safe(text: str) -> str:
    """A text that a person wrote elsewhere: a spreadsheet would run what begins so."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _number(french: bool) -> Callable[[float], str]:
    return _comma if french else _point


def _point(value: float) -> str:
    text = repr(value)
    return text[:-2] if text.endswith(".0") else text


def _comma(value: float) -> str:
    return _point(value).replace(".", ",")


def _writer(french: bool) -> Callable[[Sequence[object]], str]:
    """Quote what must be; a line ends with CR LF, as RFC 4180 has it."""

    def row(fields: Sequence[object]) -> str:
        out = StringIO()
        csv.writer(out, delimiter=";" if french else ",").writerow(fields)
        return out.getvalue()

    return row
