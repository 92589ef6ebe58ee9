"""The values of peers, sorted once, so that a rank is a search."""
# pyright: basic

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ckanext.territoires.figures.cell import Cells
from ckanext.territoires.figures.formula import periods_of, plan
from ckanext.territoires.figures.geography import PEERS, geography
from ckanext.territoires.figures.indicator import Indicator
from ckanext.territoires.figures.rows import Column, level_of
from ckanext.territoires.figures.status import Status
from ckanext.territoires.figures.sums import Block
from ckanext.territoires.territory.reference import Reference


def distributions(
    blocks: Mapping[str, tuple[npt.NDArray[np.int32], Block]],
    columns: Sequence[Column],
    indicators: Mapping[str, Indicator],
    reference: Reference,
    only: Collection[str] | None = None,
) -> list[dict[str, Any]]:
    """Known values of each group of peers, for all that is shown and can be computed from these.

    `blocks`: for each level, ranks of its territories in the reference and their cells. A floor
    is not known and has no rank; an EPCI over two régions is in both. `only`: leave out the groups
    that hold none of these territories.
    """
    wanted = None if only is None else groups_of(only, reference)
    at_hand: dict[str, list[str]] = defaultdict(list)
    for name, period in columns:
        at_hand[name].append(period)
    plans = [
        ready
        for indicator in indicators.values()
        if not indicator.hidden
        for period in periods_of(indicator, at_hand)
        if (ready := plan(indicator, period, at_hand))
    ]
    where = {column: rank for rank, column in enumerate(columns)}
    found: list[dict[str, Any]] = []
    for level, larger in PEERS:
        if level not in blocks or not plans:
            continue
        block, groups = _grouped(level, larger, *blocks[level], reference, wanted)
        table = np.full((len(block.values), len(plans)), np.nan)
        columns_of: dict[Column, Cells] = {}

        def get(name: str, period: str, cache: dict[Column, Cells] = columns_of) -> Cells | None:
            key = (name, period)
            if key not in cache and key in where:
                cache[key] = block.column(where[key])  # noqa: B023
            return cache.get(key)

        for index, ready in enumerate(plans):
            cells = ready.cells(get)
            if cells is not None:
                known = (cells.statuses == Status.VALUE) & cells.complete
                table[:, index] = np.where(known, cells.values, np.nan)
        for group, rows in groups:
            part = np.sort(table[rows], axis=0)
            counts = np.count_nonzero(~np.isnan(part), axis=0)
            found.extend(
                {
                    "group_id": group,
                    "level": level,
                    "indicator": ready.indicator,
                    "period": ready.period,
                    "values": part[:count, index].copy(),
                }
                for index, (ready, count) in enumerate(zip(plans, counts, strict=True))
                if count
            )
    return found


def _grouped(
    level: str,
    larger: str,
    ranks: npt.NDArray[np.int32],
    block: Block,
    reference: Reference,
    wanted: Collection[tuple[str, str]] | None,
) -> tuple[Block, list[tuple[str, npt.NDArray[Any]]]]:
    """The groups wanted with the rows of their territories, in a block that holds no other."""
    groups = _groups(level, larger, ranks, reference)
    if wanted is None:
        return block, groups
    groups = [(group, rows) for group, rows in groups if (group, level) in wanted]
    kept = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *(rows for _, rows in groups)]))
    return block.rows(kept), [(group, np.searchsorted(kept, rows)) for group, rows in groups]


def groups_of(ids: Iterable[str], reference: Reference) -> frozenset[tuple[str, str]]:
    """Groups of peers that hold one of these territories: the group and the level of its peers."""
    larger = dict(PEERS)
    return frozenset(
        (parent, level)
        for id in ids
        if (level := level_of(id)) in larger
        for parent in reference.lineage(id)
        if level_of(parent) == larger[level]
    )


def _groups(
    level: str, larger: str, ranks: npt.NDArray[np.int32], reference: Reference
) -> list[tuple[str, npt.NDArray[Any]]]:
    """Each group and the rows of its territories."""
    levels = geography(reference)
    if level != "epci":
        inside = levels[level].inside[larger][ranks]
        order = np.argsort(inside, kind="stable")
        bounds = np.searchsorted(inside[order], np.arange(len(levels[larger].ids) + 1))
        pairs = zip(bounds, bounds[1:], strict=False)
        return [
            (levels[larger].ids[rank], order[start:end])
            for rank, (start, end) in enumerate(pairs)
            if end > start
        ]
    rows: dict[str, list[int]] = defaultdict(list)
    for row, rank in enumerate(ranks):
        for parent in reference.lineage(levels[level].ids[rank]):
            if parent in levels[larger].rank:
                rows[parent].append(row)
    return [(group, np.array(members)) for group, members in rows.items()]
