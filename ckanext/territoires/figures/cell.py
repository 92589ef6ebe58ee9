"""A figure of one territory, and the figures of many: the same thing, once and by the array."""
# pyright: basic

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ckanext.territoires.figures.status import Origin, Status


class Coverage(NamedTuple):
    """How much of a territory a value covers: members, those known, and their share (0 to 1)."""

    members: int
    known: int
    population_share: float | None = None

    @property
    def complete(self) -> bool:
        """Whether every member is known."""
        return self.known >= self.members


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, or what stands in its place (`value` is then None).

    `coverage` is None for what was not made from members. A value whose coverage is not complete
    is a floor if it is a sum, and is that of the known members if it is a ratio. `periods` are
    those of the parts of a formula where they differ from the figure's. `sources` are the releases
    it comes from.
    """

    value: float | None
    status: Status = Status.VALUE
    origin: Origin = Origin.PUBLISHED
    coverage: Coverage | None = None
    periods: tuple[str, ...] = ()
    sources: tuple[int, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether it covers the whole of its territory."""
        return self.coverage is None or self.coverage.complete


MISSING = Cell(None, Status.NOT_AVAILABLE)


@dataclass(frozen=True, slots=True)
class Cells:
    """Figures of many territories: arrays of one length.

    `values`: float, NaN where there is none. `statuses`, `origins`: Status, Origin. `members` and
    `known`: int, 0 where not made from members. `shares`: float, NaN where none. `periods`: see
    Cell; they are the same for all.
    """

    values: npt.NDArray[np.float64]
    statuses: npt.NDArray[np.int8]
    origins: npt.NDArray[np.int8]
    members: npt.NDArray[np.int32]
    known: npt.NDArray[np.int32]
    shares: npt.NDArray[np.float64]
    periods: tuple[str, ...] = ()

    @property
    def complete(self) -> npt.NDArray[np.bool_]:
        """Where the whole of the territory is covered."""
        return self.known >= self.members

    def cell(self, index: int) -> Cell:
        """One of them."""
        members = int(self.members[index])
        share = float(self.shares[index])
        coverage = (
            Coverage(members, int(self.known[index]), None if np.isnan(share) else share)
            if members
            else None
        )
        status = Status(int(self.statuses[index]))
        return Cell(
            float(self.values[index]) if status is Status.VALUE else None,
            status,
            Origin(int(self.origins[index])),
            coverage,
            self.periods,
        )
