"""From the values of a file to those of every territory of today.

Former communes are carried to today's, communes are summed to the levels above by the rule of each
indicator, and the values of peers are sorted for their ranks.

Where amounts belong to a territory and not to its communes (the grant of an EPCI), these rules do
not apply: what lies in a territory is found by the lineage of each record.
"""
# pyright: basic, reportArgumentType=false, reportCallIssue=false

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ckanext.territoires.figures.geography import SUMMED, Level, geography
from ckanext.territoires.figures.indicator import Indicator
from ckanext.territoires.figures.passage import Carried, Passage, passage
from ckanext.territoires.figures.peers import Column, distributions
from ckanext.territoires.figures.perimeter import changed
from ckanext.territoires.figures.rows import Rows, level_of, read
from ckanext.territoires.figures.status import Origin, Status
from ckanext.territoires.figures.sums import Block, Tally
from ckanext.territoires.territory.reference import Reference

#: Levels that a file of a few communes is not summed to: half of their communes at least are asked
#: for, or the file of a région would give a France.
_WIDE = ("region", "country-subset", "country")


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was decided: `code` names it, `params` fill its sentence.

    `merged`, `estimated` (communes of today made of former ones; `count`, `territories`),
    `districts` (left out, their commune is there), `unknown` (never were communes),
    `not_current` (an EPCI or the like that is no more: kept as published), `perimeter` (published
    for other communes than today's: counts are kept apart, under a dated identifier).
    """

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Levelled:
    """What a file gives.

    `observations`: columns `frame.OBSERVATION`; territory, indicator and period are categorical;
    `members` and `members_known` nullable integers; `population_share` NaN when there is none.
    `distributions`: one mapping of `frame.DISTRIBUTION` each, `values` an ascending float array.
    """

    observations: pd.DataFrame
    distributions: list[dict[str, Any]]
    notes: tuple[Note, ...] = ()


def with_levels(
    observations: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    reference: Reference,
    *,
    cog_year: int | None,
    only: Collection[str] | None = None,
) -> Levelled:
    """Values of a file, in the geography of `cog_year`, for every territory of today.

    `observations`: `territory` (identifier of any level), `indicator`, `period`, `value`,
    `status`; the first of two rows for one thing is kept. Categorical columns are faster.

    Additive indicators are summed to each level of which the file holds a commune; to a région,
    to metropolitan France and to the nation when it holds half of their communes. A commune that
    the file lacks counts as not available. A row that the file gives for a territory wins over
    what its members sum to. What is not additive is left as published.
    """
    columns, communes, above = read(observations)
    levels = geography(reference)
    moves = passage(communes.ids, reference, cog_year)
    additive = np.array([_additive(indicators, column) for column in columns], dtype=bool)
    above, dated = _set_apart(above, additive, reference, cog_year)
    ranks, block = _today(communes, moves, levels["commune"], additive)
    blocks = {"commune": (ranks, block)}
    published = _published(above, levels)
    blocks.update(_sums(ranks, block, additive, levels))
    for level, rows in published.items():
        blocks[level] = _overlay(blocks.get(level), rows, levels[level])
    parts = [
        ([levels[level].ids[rank] for rank in ranks], block)
        for level, (ranks, block) in blocks.items()
    ]
    former = [rank for rank, _ in moves.former]
    parts.append(([id for _, id in moves.former], _take(communes.block, former)))
    strangers = [rank for rank, id in enumerate(above.ids) if id not in reference.territories]
    parts.append(([above.ids[rank] for rank in strangers], _take(above.block, strangers)))
    parts.append(([f"{id}@{cog_year}-01-01" for id in dated.ids], dated.block))
    if only is not None:
        parts = [_among(only, *part) for part in parts]
    return Levelled(
        _frame(parts, columns),
        distributions(blocks, columns, indicators, reference, only),
        tuple(_notes(moves, [above.ids[rank] for rank in strangers], dated.ids)),
    )


def aggregate_members(
    rows: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    reference: Reference,
    communes: Iterable[str],
    territory: str,
) -> pd.DataFrame:
    """Sum today's communes to a territory that is none of the reference's, by the same rules.

    `rows`: observations of these communes (columns `frame.OBSERVATION`, coverage included), one at
    most for each indicator and period. Returns observations of `territory`, of the additive
    indicators; the others cannot be aggregated.
    """
    wanted = {id: None for id in communes if level_of(id) == "commune"}
    columns, held, _ = read(rows[rows["territory"].isin(list(wanted))])
    level = geography(reference)["commune"]
    population = {id: level.populations[level.rank[id]] for id in wanted if id in level.rank}
    people = np.array([population.get(id, 0.0) for id in held.ids], dtype=np.float64)
    additive = np.array([_additive(indicators, column) for column in columns], dtype=bool)
    tally = Tally.of(held.block, people).by(np.zeros(len(held.ids), dtype=np.int32), 1)
    block = tally.settle(
        np.array([len(wanted)], dtype=np.int32),
        np.array([sum(population.values())], dtype=np.float64),
        Origin.COMPUTED,
    )
    block.present[:, ~additive] = False
    return _frame([([territory], block)], columns)


def _additive(indicators: Mapping[str, Indicator], column: Column) -> bool:
    indicator = indicators.get(column[0])
    return indicator is not None and indicator.additive


def _today(
    communes: Rows, moves: Passage, level: Level, additive: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int32], Block]:
    """The communes of today that the file tells of: ranks in the reference, in order, and cells."""
    same = np.array([level.rank[communes.ids[row]] for row in moves.same], dtype=np.int32)
    made = np.array([level.rank[carried.id] for carried in moves.carried], dtype=np.int32)
    ranks = np.concatenate([same, made])
    order = np.argsort(ranks, kind="stable")
    block = _take(communes.block, [*moves.same, *([0] * len(made))])
    for row, carried in enumerate(moves.carried, start=len(same)):
        _carry(block, row, communes.block, carried, additive)
    return ranks[order], _take(block, order)


def _carry(
    block: Block, row: int, source: Block, carried: Carried, additive: npt.NDArray[np.bool_]
) -> None:
    """Write a commune that is made of others."""
    if carried.single:
        _put(block, row, _take(source, [carried.sources[0].row]))
        return
    held = [part for part in carried.sources if part.row is not None]
    rows = _take(source, [part.row for part in held])
    present = rows.present.any(axis=0)
    rows.values *= np.array([part.share for part in held])[:, None]
    people = np.array([(part.population or 0) * part.share for part in held], dtype=np.float64)
    everyone = sum((part.population or 0) * part.share for part in carried.sources)
    if not all(part.population for part in carried.sources):
        everyone = np.nan
    tally = Tally.of(rows, people).by(np.zeros(len(held), dtype=np.int32), 1)
    members = np.array([len(carried.sources)], dtype=np.int32)
    found = tally.settle(members, np.array([everyone], dtype=np.float64), carried.origin)
    found.present[:] = present
    # A median of several communes cannot be told from theirs, nor that of a part.
    other = ~additive
    found.values[:, other] = np.nan
    found.statuses[:, other] = Status.NOT_AVAILABLE
    found.origins[:, other] = Origin.PUBLISHED
    found.members[:, other] = found.known[:, other] = 0
    found.shares[:, other] = np.nan
    if len(carried.sources) == 1:
        found.members[:] = found.known[:] = 0
        found.shares[:] = np.nan
    _put(block, row, found)


def _sums(
    ranks: npt.NDArray[np.int32],
    block: Block,
    additive: npt.NDArray[np.bool_],
    levels: Mapping[str, Level],
) -> Iterable[tuple[str, tuple[npt.NDArray[np.int32], Block]]]:
    """The levels above the commune: ranks in the reference, and cells."""
    if not len(ranks) or not additive.any():
        return
    columns = np.flatnonzero(additive)
    part = _pick(block, columns)
    tallies = {"commune": Tally.of(part, levels["commune"].populations[ranks])}
    held = {"commune": np.zeros(len(levels["commune"].ids), dtype=np.int64)}
    held["commune"][ranks] = 1
    for name, below in SUMMED:
        level = levels[name]
        groups = levels[below].inside[name]
        inside = groups >= 0
        held[name] = np.bincount(
            groups[inside], held[below][inside], minlength=len(level.ids)
        ).astype(np.int64)
        rows = groups[ranks] if below == "commune" else groups
        tallies[name] = tallies[below].by(rows, len(level.ids))
        kept = held[name] >= 1
        if name in _WIDE:
            kept = held[name] * 2 >= np.maximum(level.communes, 1)
        found = np.flatnonzero(kept).astype(np.int32)
        if len(found):
            whole = tallies[name].settle(level.communes, level.populations, Origin.COMPUTED)
            wide = Block.empty(len(found), len(additive))
            _spread(wide, columns, _take(whole, found))
            yield name, (found, wide)


def _set_apart(
    above: Rows, additive: npt.NDArray[np.bool_], reference: Reference, cog_year: int | None
) -> tuple[Rows, Rows]:
    """Take out the counts published for territories that had other communes than today."""
    if not above.ids:
        return above, above
    others = changed(reference, cog_year)
    rows = [row for row, id in enumerate(above.ids) if id in others]
    dated = _take(above.block, rows)
    dated.present &= additive
    if rows:
        above.block.present[np.ix_(rows, np.flatnonzero(additive))] = False
    told = np.flatnonzero(dated.present.any(axis=1))
    ids = tuple(above.ids[rows[row]] for row in told)
    return above, Rows(ids, _take(dated, told))


def _published(above: Rows, levels: Mapping[str, Level]) -> dict[str, Rows]:
    """Rows of the file above the commune, by level; those of no territory of today left out."""
    found: dict[str, Rows] = {}
    for level, known in levels.items():
        rows = [rank for rank, id in enumerate(above.ids) if id in known.rank]
        if level != "commune" and rows:
            found[level] = Rows(tuple(above.ids[row] for row in rows), _take(above.block, rows))
    return found


def _overlay(
    computed: tuple[npt.NDArray[np.int32], Block] | None, rows: Rows, level: Level
) -> tuple[npt.NDArray[np.int32], Block]:
    """Put what is published in the place of what is computed."""
    given = np.array([level.rank[id] for id in rows.ids], dtype=np.int32)
    columns = rows.block.values.shape[1]
    ranks = np.union1d(given, computed[0]) if computed else np.unique(given)
    block = Block.empty(len(ranks), columns)
    if computed:
        _put(block, np.searchsorted(ranks, computed[0]), computed[1])
    at = np.searchsorted(ranks, given)
    for name in Block.__slots__:
        target, source = getattr(block, name), getattr(rows.block, name)
        merged = np.where(rows.block.present, source, target[at])
        target[at] = merged
    return ranks.astype(np.int32), block


def _among(only: Collection[str], ids: Sequence[str], block: Block) -> tuple[list[str], Block]:
    rows = [row for row, id in enumerate(ids) if id in only]
    return [ids[row] for row in rows], _take(block, rows)


def _take(block: Block, rows: Sequence[int | None] | npt.NDArray[Any]) -> Block:
    return block.rows(np.asarray(rows, dtype=np.int64))


def _pick(block: Block, columns: npt.NDArray[Any]) -> Block:
    if len(columns) == block.values.shape[1]:
        return block
    return Block(*(getattr(block, name)[:, columns] for name in Block.__slots__))


def _put(block: Block, rows: Any, source: Block) -> None:
    for name in Block.__slots__:
        getattr(block, name)[rows] = getattr(source, name)


def _spread(block: Block, columns: npt.NDArray[Any], source: Block) -> None:
    for name in Block.__slots__:
        getattr(block, name)[:, columns] = getattr(source, name)


def _frame(parts: Sequence[tuple[Sequence[str], Block]], columns: Sequence[Column]) -> pd.DataFrame:
    """Observations of territories and their cells."""
    territories = [id for ids, _ in parts for id in ids]
    names = sorted({name for name, _ in columns})
    periods = sorted({period for _, period in columns})
    name_of = np.array([names.index(name) for name, _ in columns], dtype=np.int16)
    period_of = np.array([periods.index(period) for _, period in columns], dtype=np.int16)
    rows: list[npt.NDArray[Any]] = []
    cols: list[npt.NDArray[Any]] = []
    fields: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in Block.__slots__}
    first = 0
    for ids, block in parts:
        row, col = np.nonzero(block.present)
        rows.append((row + first).astype(np.int32))
        cols.append(col.astype(np.int16))
        for name, found in fields.items():
            found.append(getattr(block, name)[block.present])
        first += len(ids)
    col = np.concatenate(cols)
    joined = {name: np.concatenate(found) for name, found in fields.items() if name != "present"}
    alone = joined["members"] == 0
    return pd.DataFrame(
        {
            "territory": pd.Categorical.from_codes(np.concatenate(rows), territories),  # type: ignore[arg-type]
            "indicator": pd.Categorical.from_codes(name_of[col], names),  # type: ignore[arg-type]
            "period": pd.Categorical.from_codes(period_of[col], periods),  # type: ignore[arg-type]
            "value": joined["values"],
            "status": joined["statuses"],
            "origin": joined["origins"],
            "members": pd.arrays.IntegerArray(joined["members"], alone),
            "members_known": pd.arrays.IntegerArray(joined["known"], alone.copy()),
            "population_share": joined["shares"],
        },
        copy=False,
    )


def _notes(moves: Passage, strangers: Sequence[str], dated: Sequence[str]) -> Iterable[Note]:
    merged = [c.id for c in moves.carried if c.origin is not Origin.ESTIMATED]
    estimated = [c.id for c in moves.carried if c.origin is Origin.ESTIMATED]
    for code, ids in (
        ("merged", merged),
        ("estimated", estimated),
        ("districts", moves.dropped),
        ("unknown", moves.unknown),
        ("not_current", strangers),
        ("perimeter", dated),
    ):
        if ids:
            yield Note(code, {"count": len(ids), "territories": tuple(ids)})
