"""Figures asked of many territories at once: a table, in columns of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ckanext.territoires.bridge.releases import ReleaseInfo
from ckanext.territoires.figures.cell import Cells
from ckanext.territoires.figures.indicator import Indicator, Words
from ckanext.territoires.figures.status import Origin, Status

__all__ = ["Column", "Figures", "Place", "Ranks", "Table", "worded"]

Ranks = npt.NDArray[np.int32]

_ARRAYS = ("values", "statuses", "origins", "members", "known", "shares")


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
class Figures:
    """The figures of a column, one for each place, in their order.

    `source`, `reason` and `parts` are ranks in the lists of the table: what each comes from, why
    there is no value, and the periods of the parts of a formula where they are not the column's.
    """

    cells: Cells
    source: Ranks
    reason: Ranks
    parts: Ranks


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Places in lines, indicators at periods in columns.

    `reasons` are keys (`cannot_be_aggregated`...); the first of each list is empty.
    """

    places: tuple[Place, ...]
    columns: tuple[Column, ...]
    figures: tuple[Figures, ...]
    reasons: tuple[str, ...]
    source_sets: tuple[tuple[int, ...], ...]
    part_periods: tuple[tuple[str, ...], ...]
    releases: Mapping[int, ReleaseInfo]

    @property
    def sources(self) -> list[ReleaseInfo]:
        """The loaded files that gave a figure, the first loaded first."""
        ranks = {int(rank) for column in self.figures for rank in np.unique(column.source)}
        used = {id for rank in ranks for id in self.source_sets[rank]}
        return [info for id, info in self.releases.items() if id in used]

    def figure(self, line: int, rank: int, language: str) -> dict[str, Any]:
        """A figure as the API gives it, less its territory; see `docs/statistics.md`."""
        column, figures = self.columns[rank], self.figures[rank]
        cell = figures.cells.cell(line)
        has_value = cell.status is Status.VALUE
        share = cell.coverage.population_share if cell.coverage else None
        return {
            "indicator": column.indicator.name,
            "period": column.period,
            "value": cell.value,
            "unit": worded(column.indicator.unit, language),
            "status": cell.status.key,
            "origin": cell.origin.key if has_value else None,
            "members": cell.coverage.members if cell.coverage else None,
            "members_known": cell.coverage.known if cell.coverage else None,
            "population_share": None if share is None else round(share, 6),
            "floor": self.is_floor(line, rank),
            "reason": self.reasons[int(figures.reason[line])],
            "part_periods": list(self.part_periods[int(figures.parts[line])]),
            "sources": list(self.source_sets[int(figures.source[line])]),
        }

    def is_floor(self, line: int, rank: int) -> bool:
        """Whether a value is a sum that lacks a part."""
        cells = self.figures[rank].cells
        return bool(
            self.columns[rank].indicator.additive
            and cells.statuses[line] == Status.VALUE
            and cells.known[line] < cells.members[line]
        )

    def is_plain(self, line: int, rank: int) -> bool:
        """Whether a value is given as its source publishes it, or whole."""
        cells = self.figures[rank].cells
        return bool(
            cells.statuses[line] == Status.VALUE
            and cells.known[line] >= cells.members[line]
            and cells.origins[line] in (Origin.PUBLISHED, Origin.COMPUTED)
        )

    def taken(self, lines: Sequence[int]) -> Table:
        """The table of some of its lines, in this order."""
        kept = np.asarray(lines, dtype=np.intp)
        figures = tuple(
            Figures(
                Cells(
                    *(getattr(f.cells, name)[kept] for name in _ARRAYS),
                ),
                f.source[kept],
                f.reason[kept],
                f.parts[kept],
            )
            for f in self.figures
        )
        return replace(self, places=tuple(self.places[line] for line in lines), figures=figures)

    def lines(
        self, lines: Sequence[int], language: str
    ) -> Iterator[tuple[Place, list[dict[str, Any]]]]:
        """Each of these lines with its figures, in the order of the columns."""
        ranks = range(len(self.columns))
        for line in lines:
            yield self.places[line], [self.figure(line, rank, language) for rank in ranks]


def worded(words: Words, language: str) -> str:
    """Words in a language, English for want of it."""
    return words.get(language.partition("_")[0]) or words["en"]
