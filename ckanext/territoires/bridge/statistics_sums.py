"""Custom territories, added up from what was read of their communes."""
# pyright: basic

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.bridge.statistics_reading import NO_MEMBERS, Observations
from ckanext.territoires.bridge.statistics_table import Place
from ckanext.territoires.figures.indicator import load_indicators
from ckanext.territoires.figures.levels import aggregate_members

__all__ = ["Sum", "sums"]


class Sum(NamedTuple):
    """A figure of a custom territory; `members` is 0, `share` NaN where nothing was counted."""

    value: float
    status: int
    origin: int
    members: int
    known: int
    share: float
    releases: tuple[int, ...]


def sums(
    place: Place,
    base: Sequence[tuple[str, str]],
    observations: Observations,
    winners: npt.NDArray[np.int64],
) -> Mapping[tuple[str, str], Sum]:
    """Figures of a custom territory, of the indicators that may be added.

    Args:
        place: the territory.
        base: indicators at periods that were read.
        observations: what was read.
        winners: the row of each of `base` (lines) for each member of the place (columns), -1 for
            none.

    """
    columns, members = np.nonzero(winners >= 0)
    if not len(columns):
        return {}
    rows = observations[winners[columns, members]]
    counted = rows["members"] != NO_MEMBERS
    frame = pd.DataFrame(
        {
            "territory": [place.members[rank] for rank in members.tolist()],
            "indicator": [base[rank][0] for rank in columns.tolist()],
            "period": [base[rank][1] for rank in columns.tolist()],
            "value": rows["value"],
            "status": rows["status"],
            "origin": rows["origin"],
            "members": pd.arrays.IntegerArray(rows["members"], ~counted),
            "members_known": pd.arrays.IntegerArray(rows["known"], ~counted),
            "population_share": rows["share"],
        }
    )
    found = aggregate_members(frame, load_indicators(), reference(), place.members, place.id)
    releases = {
        one: tuple(sorted({int(id) for id in rows["release"][columns == rank]}))
        for rank, one in enumerate(base)
    }
    lines: list[Any] = list(found.itertuples(index=False))
    return {
        (line.indicator, line.period): _sum(line, releases[line.indicator, line.period])
        for line in lines
    }


def _sum(line: Any, releases: tuple[int, ...]) -> Sum:
    counted = not pd.isna(line.members)
    return Sum(
        float(line.value),
        int(line.status),
        int(line.origin),
        int(line.members) if counted else 0,
        int(line.members_known) if counted else 0,
        float(line.population_share) if counted else float("nan"),
        releases,
    )
