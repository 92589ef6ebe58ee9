"""Long rows of values laid out as a table of territories by (indicator, period)."""
# pyright: basic, reportArgumentType=false, reportCallIssue=false

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ckanext.territoires.figures.status import Status
from ckanext.territoires.figures.sums import Block

#: Indicator and period.
Column = tuple[str, str]


class Rows(NamedTuple):
    """Identifiers, and their cells in the same order."""

    ids: tuple[str, ...]
    block: Block


def level_of(id: str) -> str:
    """Level in an identifier: `commune` in `fr:commune:44109`, `country` in `country:fr`."""
    head, _, rest = id.partition(":")
    if head in ("country", "country-subset", "custom"):
        return head
    return rest.partition(":")[0]


def read(frame: pd.DataFrame) -> tuple[tuple[Column, ...], Rows, Rows]:
    """Columns, then the rows of communes and those of other levels."""
    territory, ids = _codes(frame["territory"])
    indicator, names = _codes(frame["indicator"])
    period, periods = _codes(frame["period"])
    pair = indicator.astype(np.int64) * max(len(periods), 1) + period
    pairs = np.zeros(max(len(names) * len(periods), 1), dtype=bool)
    pairs[pair] = True
    rank = np.cumsum(pairs) - 1
    columns = tuple(
        (names[index // len(periods)], periods[index % len(periods)])
        for index in np.flatnonzero(pairs)
        if len(frame)
    )
    communes = np.array([":commune:" in id for id in ids], dtype=bool)
    column = rank[pair]
    seen = np.zeros(len(ids), dtype=bool)
    seen[territory] = True
    found = [
        _layout(frame, ids, territory, column, len(columns), kind & seen)
        for kind in (communes, ~communes)
    ]
    return columns, found[0], found[1]


def _codes(series: pd.Series) -> tuple[npt.NDArray[Any], Sequence[str]]:
    """Rank of each value among the values; missing ones are not accepted."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        codes, values = series.cat.codes.to_numpy(), series.cat.categories
    else:
        codes, values = pd.factorize(series)
    if len(codes) and codes.min() < 0:
        raise ValueError(f"a row has no {series.name}")
    return codes, list(map(str, values.tolist()))


def _layout(
    frame: pd.DataFrame,
    ids: Sequence[str],
    territory: npt.NDArray[Any],
    column: npt.NDArray[Any],
    columns: int,
    kept: npt.NDArray[np.bool_],
) -> Rows:
    rows = np.flatnonzero(kept)
    rank = np.cumsum(kept) - 1
    mine = kept[territory]
    block = Block.empty(len(rows), columns)
    # Backwards, so that the first of two rows for one thing is the one that stays.
    at = (rank[territory[mine]][::-1], column[mine][::-1])

    def put(target: npt.NDArray[Any], name: str, lacking: Any) -> None:
        given: Any = frame[name]
        if given.isna().any():
            given = given.fillna(lacking)
        target[at] = given.to_numpy(dtype=target.dtype)[mine][::-1]

    values = frame["value"].to_numpy(dtype=np.float64, na_value=np.nan)[mine][::-1]
    block.values[at] = values
    put(block.statuses, "status", Status.NOT_AVAILABLE)
    # A value that is none is not one, whatever its status says.
    block.statuses[(block.statuses == Status.VALUE) & ~np.isfinite(block.values)] = (
        Status.NOT_AVAILABLE
    )
    block.values[block.statuses != Status.VALUE] = np.nan
    for name, target in (
        ("origin", block.origins),
        ("members", block.members),
        ("members_known", block.known),
        ("population_share", block.shares),
    ):
        if name in frame:
            put(target, name, np.nan if name == "population_share" else 0)
    block.present[at] = True
    return Rows(tuple(ids[row] for row in rows), block)
