"""A table of figures as CSV, a part at a time.

Lines are put together from texts made once for each territory, column, status and source: a figure
costs its own number and no more.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from io import StringIO

import numpy as np

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
    number = _number(french)
    heads = [row((p.id, p.level, p.code, p.name))[:-2] for p in table.places]
    separator = ";" if french else ","
    middles = [
        separator
        + row((c.indicator.name, worded(c.indicator.label, language), c.period))[:-2]
        + separator
        for c in table.columns
    ]
    tails = [
        _Tails(table, figures, worded(column.indicator.unit, language), row, number, separator)
        for column, figures in zip(table.columns, table.figures, strict=True)
    ]
    for start in range(0, len(heads), PART):
        part = slice(start, start + PART)
        columns = [
            (middle, values, tail.of(part))
            for middle, values, tail in zip(
                middles, _values(table.figures, part, number), tails, strict=True
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
    number = _number(french)
    separator = ";" if french else ","
    names = [f"{worded(c.indicator.label, language)} ({c.period})" for c in table.columns]
    titles = [title for name in names for title in (name, f"{name}: status")]
    if header:
        yield row(("territory", "level", "code", "name", *titles))
    heads = [row((p.id, p.level, p.code, p.name))[:-2] for p in table.places]
    keys = np.array([status.key for status in Status], dtype=object)
    for start in range(0, len(heads), PART):
        part = slice(start, start + PART)
        columns: list[Sequence[str]] = [heads[part]]
        for figures, values in zip(
            table.figures, _values(table.figures, part, number), strict=True
        ):
            columns += [values, list(keys[figures.cells.statuses[part]])]
        yield "".join(f"{separator.join(line)}\r\n" for line in zip(*columns, strict=True))


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
        self._made: dict[tuple[float, ...], str] = {}

    def of(self, part: slice) -> list[str]:
        """The texts of a part of the lines."""
        figures, cells = self._figures, self._figures.cells
        mixes = zip(
            cells.statuses[part].tolist(),
            cells.origins[part].tolist(),
            cells.members[part].tolist(),
            cells.known[part].tolist(),
            # A NaN is never equal to itself: it would be made anew each time.
            np.nan_to_num(cells.shares[part], nan=-1.0).tolist(),
            figures.reason[part].tolist(),
            figures.parts[part].tolist(),
            figures.source[part].tolist(),
            strict=True,
        )
        made = self._made
        texts: list[str] = []
        for mix in mixes:
            text = made.get(mix)
            if text is None:
                text = made[mix] = self._text(*mix)
            texts.append(text)
        return texts

    def _text(
        self,
        status: int,
        origin: int,
        members: int,
        known: int,
        share: float,
        reason: int,
        parts: int,
        source: int,
    ) -> str:
        infos = [self._table.releases[id] for id in self._table.source_sets[source]]
        fields = (
            self._unit,
            Status(status).key,
            Origin(origin).key if status == _VALUE else "",
            members or "",
            known if members else "",
            self._number(round(share, 6)) if share >= 0 else "",
            self._table.reasons[reason],
            " ".join(self._table.part_periods[parts]),
            " | ".join(info.title for info in infos),
            " | ".join(dict.fromkeys(info.producer for info in infos if info.producer)),
            " | ".join(info.vintage for info in infos),
            " | ".join(str(info.cog_year or "") for info in infos),
        )
        return self._separator + self._row(fields)


def _values(
    figures: Sequence[Figures], part: slice, number: Callable[[float], str]
) -> list[list[str]]:
    """Each column's numbers as text, empty where there is no value."""
    found: list[list[str]] = []
    for column in figures:
        values, statuses = column.cells.values[part], column.cells.statuses[part]
        texts = list(map(number, values.tolist()))
        for rank in np.flatnonzero(statuses != _VALUE):
            texts[rank] = ""
        found.append(texts)
    return found


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
