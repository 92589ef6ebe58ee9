"""The sum of members: what it is worth when some are secret or lacking."""
# pyright: basic

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ckanext.territoires.figures.cell import Cells
from ckanext.territoires.figures.status import Origin, Status

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


@dataclass(slots=True)
class Block:
    """Cells of some territories (rows) for some indicators and periods (columns).

    All arrays are of the same two dimensions. `present`: what there is a row for. `members` is 0
    for what was not made from members; `shares` goes from 0 to 1, NaN when not known.
    """

    values: Floats
    statuses: npt.NDArray[np.int8]
    origins: npt.NDArray[np.int8]
    members: Ints
    known: Ints
    shares: npt.NDArray[np.float32]
    present: npt.NDArray[np.bool_]

    @classmethod
    def empty(cls, rows: int, columns: int) -> Self:
        """Nothing known of anything."""
        shape = (rows, columns)
        return cls(
            np.full(shape, np.nan),
            np.full(shape, Status.NOT_AVAILABLE, dtype=np.int8),
            np.zeros(shape, dtype=np.int8),
            np.zeros(shape, dtype=np.int32),
            np.zeros(shape, dtype=np.int32),
            np.full(shape, np.nan, dtype=np.float32),
            np.zeros(shape, dtype=bool),
        )

    def rows(self, index: npt.NDArray[Any]) -> Self:
        """Some rows, given by their ranks."""
        return type(self)(*(getattr(self, name)[index] for name in self.__slots__))

    @property
    def complete(self) -> npt.NDArray[np.bool_]:
        """Where the whole of the territory is covered."""
        return self.known >= self.members

    def column(self, column: int) -> Cells:
        """The cells of one indicator and period."""
        return Cells(
            self.values[:, column],
            self.statuses[:, column],
            self.origins[:, column],
            self.members[:, column],
            self.known[:, column],
            self.shares[:, column].astype(np.float64),
        )


@dataclass(slots=True)
class Tally:
    """What a sum needs to know of its members; it can itself be summed.

    `total` of the values; how many members are `known` (value of the whole member, or not
    applicable), `secret`, have `some` value, are `inapplicable`; `population` of those known.
    """

    total: Floats
    known: Ints
    secret: Ints
    some: Ints
    inapplicable: Ints
    population: Floats

    @classmethod
    def of(cls, block: Block, populations: Floats) -> Self:
        """Count each row of a block as one member; `populations` has one a row."""
        valued = block.statuses == Status.VALUE
        inapplicable = block.statuses == Status.NOT_APPLICABLE
        known = (valued & block.complete) | inapplicable
        return cls(
            np.where(valued, block.values, 0.0),
            known.astype(np.int32),
            (block.statuses == Status.SECRET).astype(np.int32),
            valued.astype(np.int32),
            inapplicable.astype(np.int32),
            known * populations[:, None],
        )

    def by(self, groups: npt.NDArray[Any], count: int) -> Self:
        """Sum by group, given the group of each row (-1 for none) and the number of groups.

        Rows are added in their order within a group.
        """
        order = np.argsort(groups, kind="stable")
        order = order[np.searchsorted(groups[order], 0) :]
        ordered = groups[order]
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(order) else order
        filled = ordered[starts]

        def add(field: npt.NDArray[Any]) -> npt.NDArray[Any]:
            result = np.zeros((count, field.shape[1]), dtype=field.dtype)
            if len(order):
                result[filled] = np.add.reduceat(field[order], starts, axis=0)
            return result

        return type(self)(
            add(self.total),
            add(self.known),
            add(self.secret),
            add(self.some),
            add(self.inapplicable),
            add(self.population),
        )

    def settle(self, members: Ints, populations: Floats, origin: Origin) -> Block:
        """Value and status of each sum; `members` and `populations` have one a row.

        All known: the value. Exactly one secret: secret, so that it cannot be deduced. No value
        at all: secret when some member is, else not available. Else a floor, with its coverage.
        """
        expected = np.broadcast_to(members[:, None], self.known.shape).astype(np.int32)
        whole = self.known == expected
        statuses = np.full(self.known.shape, Status.VALUE, dtype=np.int8)
        nothing = ~whole & (self.some == 0)
        statuses[nothing] = Status.NOT_AVAILABLE
        statuses[(nothing & (self.secret > 0)) | (self.secret == 1)] = Status.SECRET
        statuses[whole & (self.inapplicable == expected)] = Status.NOT_APPLICABLE
        with np.errstate(all="ignore"):
            shares = self.population / populations[:, None]
        shares = np.where(whole, 1.0, shares).astype(np.float32)
        return Block(
            np.where(statuses == Status.VALUE, self.total, np.nan),
            statuses,
            np.full(self.known.shape, origin, dtype=np.int8),
            expected,
            self.known,
            shares,
            np.ones(self.known.shape, dtype=bool),
        )
