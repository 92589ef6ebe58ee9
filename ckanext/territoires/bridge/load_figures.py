"""The figures of a file written where they differ from what was there.

A change in one commune changes its own figures, those of all that contains it, and the ranks of
their peers. The rest of the file is neither computed nor written again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import ckan.model as model
import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.dialects.postgresql import ARRAY

from ckanext.territoires.bridge import digests
from ckanext.territoires.bridge.digests import Digests, Marks
from ckanext.territoires.bridge.reference import LEVELS, parse, reference
from ckanext.territoires.figures.frame import DISTRIBUTION
from ckanext.territoires.figures.indicator import Indicator, load_indicators
from ckanext.territoires.figures.levels import Levelled
from ckanext.territoires.figures.peers import groups_of
from ckanext.territoires.ingest.ingest import Ingested
from ckanext.territoires.model import Distribution, Observation, Release
from ckanext.territoires.model.copying import copy_distributions, copy_observations

# Beyond this part of its territories, a changed file is written whole.
_FEW = 0.2
_TEXTS = ARRAY(sa.Text)


@dataclass(frozen=True, slots=True)
class Plan:
    """What of a file is to be computed and written.

    `indicators`: those to compute, None for all; `territories`: those of today whose rows are to
    be replaced, None for all. `before` and `after` are the digests of the file, former and new;
    without a former state that this one can be compared with, `before` is None. `rows` are those
    to compute from, `formulas` what to make of them besides.
    """

    before: Digests | None
    after: Digests
    rows: pd.DataFrame
    formulas: Mapping[str, Indicator]
    indicators: frozenset[str] | None = None
    territories: frozenset[str] | None = None


def plan(before: Digests | None, found: Ingested) -> Plan:
    """Compare a file with its former state, read with the same profile and reference."""
    territories, indicators = digests.of_observations(found.observations)
    after = Digests(territories, indicators, Marks([], np.zeros(0, dtype=np.uint64)))
    whole = Plan(before, after, found.observations, load_indicators())
    if before is None:
        return whole
    change = digests.change(before.territories, territories)
    touched = change.written | change.removed
    if not touched:
        none = frozenset[str]()
        return replace(whole, rows=found.observations.iloc[:0], indicators=none, territories=none)
    if len(touched) > max(1, _FEW * len(territories.names)):
        return replace(whole, before=None)
    if found.shape == "records":
        return replace(whole, territories=touched)
    whole = replace(whole, territories=_concerned_by(touched, found.cog_year))
    changed = digests.change(before.indicators, indicators)
    if not (change.same_names and changed.same_names):
        return whole
    formulas = _made_with(changed.written)
    parts = {part.name for one in formulas.values() if one.compiled for part in one.compiled.parts}
    wanted = (changed.written | parts) & frozenset(indicators.names)
    # How far a file goes up is decided by all the communes it speaks of.
    rows = _of(found.observations, "indicator", wanted)
    if _count(rows["territory"]) < len(territories.names):
        return whole
    return replace(whole, rows=rows, formulas=formulas, indicators=wanted)


def write(release: Release, levelled: Levelled, plan: Plan) -> dict[str, int]:
    """Replace the rows that a plan names, in the session's transaction; count what changed."""
    rows = levelled.observations
    if plan.territories is not None:
        rows = _of(rows, "territory", plan.territories)
    removed = _remove(release.id, plan)
    copy_observations(release.id, rows)
    distributions = _write_distributions(release, levelled, plan)
    if plan.indicators is None:
        release.indicators = _in_use(levelled.observations["indicator"])
        release.periods = _in_use(levelled.observations["period"])
        release.levels = levels_of(_in_use(levelled.observations["territory"]))
        release.rows = len(levelled.observations)
    else:
        release.rows += len(rows) - removed
    return {
        "observations": len(rows),
        "territories": _count(rows["territory"]),
        "distributions": distributions,
    }


def delete(table: Any, *conditions: sa.ColumnElement[bool]) -> int:
    """Delete rows, none of which is an object of the session; return how many."""
    query = sa.delete(table).where(*conditions)
    done: Any = model.Session.execute(query, execution_options={"synchronize_session": False})
    return done.rowcount


def levels_of(ids: Iterable[str]) -> list[str]:
    """Levels of territories, the most specific first."""
    # One identifier for each beginning tells the level of all.
    found = {parse(id).level for id in {id.rpartition(":")[0]: id for id in ids}.values()}
    return [level for level in LEVELS if level in found]


def _concerned_by(ids: Iterable[str], cog_year: int | None) -> frozenset[str]:
    """Territories whose figures a change in these can change: what they became, and all above."""
    known, found = reference(), set[str]()
    for id in ids:
        # What a code stood for in its year, where it stands for something else today, is dated.
        today = {id, f"{id}@{cog_year}-01-01"}
        for year in {cog_year, None}:
            today |= {other for other, _share in known.resolve(id, year).territories}
        found |= today
        for other in today:
            found |= set(known.lineage(other))
    return frozenset(found)


def _made_with(names: Collection[str]) -> dict[str, Indicator]:
    """These indicators and the formulas they take part in, the others hidden: they have no rank."""
    found: dict[str, Indicator] = {}
    for name, one in load_indicators().items():
        if one.compiled is None:
            found[name] = one if name in names else replace(one, hidden=True)
        elif any(part.name in names for part in one.compiled.parts):
            found[name] = one
    return found


def _of(rows: pd.DataFrame, column: str, names: Collection[str]) -> pd.DataFrame:
    words = digests.words(rows[column])
    wanted = words.categories.isin(list(names))
    kept: Any = rows.loc[wanted[words.codes.to_numpy()]]
    return kept


def _remove(release_id: int, plan: Plan) -> int:
    conditions = [Observation.release_id == release_id]
    for column, chosen in (
        (Observation.territory, plan.territories),
        (Observation.indicator, plan.indicators),
    ):
        if chosen is not None:
            conditions.append(column == sa.any_(sa.literal(sorted(chosen), _TEXTS)))
    return delete(Observation, *conditions)


def _write_distributions(release: Release, levelled: Levelled, plan: Plan) -> int:
    after = digests.of_distributions(levelled.distributions)
    if plan.before is None:
        delete(Distribution, Distribution.release_id == release.id)
        copy_distributions(release.id, levelled.distributions)
        release.digests = _kept(plan, after)
        return len(levelled.distributions)
    former = plan.before.distributions
    if plan.indicators is not None:
        # Nothing is known here of those that were not computed.
        touched = {name for name, one in plan.formulas.items() if not one.hidden}
        groups = groups_of(plan.territories or (), reference())
        rows: list[int] = []
        for row, key in enumerate(former.names):
            group, level, indicator, _ = digests.parts_of(key)
            if indicator in touched and (group, level) in groups:
                rows.append(row)
        names = [former.names[row] for row in rows]
        former = Marks(names, former.numbers[np.array(rows, dtype=np.int64)])
    moved = digests.change(former, after)
    _remove_distributions(release.id, moved.removed)
    kept = [one for one in levelled.distributions if digests.distribution_key(one) in moved.written]
    copy_distributions(release.id, kept)
    all_former = plan.before.distributions.to_dict()
    others = {key: number for key, number in all_former.items() if key not in moved.removed}
    release.digests = _kept(plan, digests.merged(others, after))
    return len(kept)


def _kept(plan: Plan, distributions: Marks) -> bytes:
    return Digests(plan.after.territories, plan.after.indicators, distributions).to_bytes()


def _remove_distributions(release_id: int, keys: Iterable[str]) -> None:
    wanted = sorted(keys)
    if not wanted:
        return
    columns = zip(*(digests.parts_of(key) for key in wanted), strict=True)
    rows = sa.func.unnest(*(sa.literal(list(column), _TEXTS) for column in columns))
    given = rows.table_valued(*DISTRIBUTION[:-1], name="given").render_derived()
    same = [getattr(Distribution, name) == given.c[name] for name in DISTRIBUTION[:-1]]
    delete(Distribution, Distribution.release_id == release_id, *same)


def _in_use(column: Any) -> list[str]:
    words = digests.words(column)
    return sorted(map(str, words.categories[_seen(words)]))


def _count(column: Any) -> int:
    return int(_seen(digests.words(column)).sum())


def _seen(words: Any) -> NDArray[np.bool_]:
    return np.bincount(words.codes.to_numpy(), minlength=len(words.categories)) > 0
