"""Classes of a map: as many territories in each as may be, named by what they really hold."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ckanext.territoires.charts import palette

MOST = 5
#: With this many territories at least, so many classes.
_ENOUGH = ((30, 5), (12, 4), (4, 3), (2, 2))


@dataclass(frozen=True, slots=True)
class Class:
    """From the lowest to the highest value that it holds, both as they are written."""

    low: float
    high: float
    colour: str


@dataclass(frozen=True, slots=True)
class Classes:
    """In ascending order; each value that they were made from lies in one of them."""

    classes: tuple[Class, ...]
    precision: int

    def colour(self, value: float) -> str:
        """Colour of a value. Raises ValueError for one that lies in no class."""
        written = round(value, self.precision)
        rank = bisect_left([one.high for one in self.classes], written)
        if rank == len(self.classes) or written < self.classes[rank].low:
            raise ValueError(value)
        return self.classes[rank].colour


def classify(values: Sequence[float], precision: int) -> Classes:
    """Cut values by their quantiles; what decreases and what increases are never in one class.

    Equal values, as written with so many decimals, are in the same class.
    """
    written = sorted(round(value, precision) + 0.0 for value in values)
    most = next((count for enough, count in _ENOUGH if len(written) >= enough), 1)
    less = [value for value in written if value < 0]
    more = [value for value in written if value >= 0]
    if not less or not more:
        cut = _quantiles(written, most)
        colours = palette.SEQUENTIAL[len(cut)] if cut else ()
    else:
        below = min(3, max(1, round(most * len(less) / len(written))), max(1, most - 1))
        lows = _quantiles(less, below)
        highs = _quantiles(more, min(4, max(1, most - below)))
        cut = lows + highs
        # The steepest decrease is the lightest: in grey, the order is kept.
        colours = palette.DECREASE[len(lows)] + palette.INCREASE[len(highs)]
    made = tuple(
        Class(group[0], group[-1], colour) for group, colour in zip(cut, colours, strict=True)
    )
    return Classes(made, precision)


def _quantiles(values: list[float], count: int) -> list[list[float]]:
    """Groups of ascending values, none empty, `count` at most."""
    if not values:
        return []
    edges = np.quantile(values, np.linspace(0, 1, count + 1))[1:-1]
    ranks = np.searchsorted(edges, values, side="left")
    groups: dict[int, list[float]] = {}
    for value, rank in zip(values, ranks, strict=True):
        groups.setdefault(int(rank), []).append(value)
    return list(groups.values())
