"""Figures asked of many territories at once: a table, in columns of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ckanext.territoires.bridge.releases import ReleaseInfo
from ckanext.territoires.figures.indicators import Indicator
from ckanext.territoires.figures.status import Origin, Status

__all__ = ["Cells", "Column", "Place", "Table"]

Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.integer[Any]]
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the table. `members` are the communes of a custom territory."""

    id: str
    level: str
    code: str
    name: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """An indicator at a period."""

    indicator: Indicator
    period: str

    @property
    def key(self) -> str:
        """`population 2018`: its name in a file, and what a page sorts by."""
        return f"{self.indicator.name} {self.period}"


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The figures of a column, one for each place, in their order.

    `value` is NaN where there is none; `status` and `origin` are those of `figures.status`;
    `members` and `known` are UNKNOWN, `share` NaN where nothing was added up; `source` is a rank in
    the table's `source_sets`, UNKNOWN for none; `reason` a rank in its `reasons`, 0 for none.
    """

    value: Numbers
    status: Codes
    origin: Codes
    members: Codes
    known: Codes
    share: Numbers
    source: Codes
    reason: Codes


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Places in lines, indicators at periods in columns.

    `reasons` are keys (`cannot_be_aggregated`...), the first of them empty.
    """

    places: tuple[Place, ...]
    columns: tuple[Column, ...]
    cells: tuple[Cells, ...]
    reasons: tuple[str, ...]
    source_sets: tuple[tuple[int, ...], ...]
    releases: Mapping[int, ReleaseInfo]

    @property
    def sources(self) -> list[ReleaseInfo]:
        """The loaded files that gave a figure, the first loaded first."""
        ranks = {rank for cells in self.cells for rank in np.unique(cells.source) if rank >= 0}
        used = {id for rank in ranks for id in self.source_sets[rank]}
        return [info for id, info in self.releases.items() if id in used]

    def figure(self, line: int, column: int) -> dict[str, Any]:
        """A figure as the API gives it, less its territory; see `docs/statistics.md`."""
        asked, cells = self.columns[column], self.cells[column]
        status = Status(int(cells.status[line]))
        has_value = status is Status.VALUE
        members = int(cells.members[line])
        source = int(cells.source[line])
        return {
            "indicator": asked.indicator.name,
            "period": asked.period,
            "value": float(cells.value[line]) if has_value else None,
            "unit": asked.indicator.unit,
            "status": status.key,
            "origin": Origin(int(cells.origin[line])).key if has_value else None,
            "members": members if members >= 0 else None,
            "members_known": int(cells.known[line]) if members >= 0 else None,
            "population_share": _number(cells.share[line]),
            "reason": self.reasons[int(cells.reason[line])],
            "sources": list(self.source_sets[source]) if source >= 0 else [],
        }

    def figures(self, lines: Sequence[int]) -> Iterator[tuple[Place, list[dict[str, Any]]]]:
        """Each of these lines with its figures, in the order of the columns."""
        for line in lines:
            yield (
                self.places[line],
                [self.figure(line, column) for column in range(len(self.columns))],
            )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)
