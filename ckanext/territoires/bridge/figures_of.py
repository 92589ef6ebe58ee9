"""Figures of a few territories, whatever the number of files: one query, then formulas."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import ckan.model as model

from ckanext.territoires.bridge import grants
from ckanext.territoires.bridge.kept_figures import Kept
from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.bridge.releases import ReleaseInfo
from ckanext.territoires.figures import perimeter
from ckanext.territoires.figures.indicator import load_indicators
from ckanext.territoires.figures.status import Origin, Status
from ckanext.territoires.portrait.observed import (
    COLUMNS,
    Observed,
    at_hand,
    chosen,
    from_release,
)

__all__ = ["Observed", "at_hand", "figures_of", "from_release"]

_QUERY = f"""
    SELECT {", ".join(COLUMNS)}
      FROM territoires_observation
     WHERE release_id = ANY(%(releases)s) AND territory = ANY(%(territories)s)
"""


def figures_of(
    territories: Sequence[str],
    releases: Sequence[ReleaseInfo],
    *,
    indicators: Collection[str] = (),
    as_published: bool = False,
    only: tuple[int, Collection[str]] | None = None,
    communes: Collection[str] = (),
    kept: Mapping[str, Kept] | None = None,
) -> Observed:
    """Read what these releases hold of these territories, the first the main one: one query.

    `indicators`: the loaded ones to read, all by default; `communes`: members of the main one when
    it is custom, of which it is the sum (one more query); `kept`, what was read before of some of
    them, is not read again; the rest as `Observed` takes it. Grants that several files hold cost
    one more query.
    """
    shelf = kept or {}
    held = {id: one.rows for id, one in shelf.items() if one.rows is not None}
    rows: list[Sequence[Any]] = []
    if releases:
        wanted = [id for id in territories if id not in held]
        if as_published:
            years = [info.cog_year for info in releases]
            wanted += perimeter.as_published(wanted, years, reference())
        ids = {
            "releases": [info.id for info in releases],
            "territories": wanted,
            "indicators": list(indicators),
        }
        query = f"{_QUERY} AND indicator = ANY(%(indicators)s)" if indicators else _QUERY
        connection = model.Session.connection()
        rows = list(connection.exec_driver_sql(query, ids).fetchall())
        if communes:
            ids["territories"] = list(communes)
            members = connection.exec_driver_sql(query, ids).fetchall()
            rows += summed(members, releases, communes, territories[0])
        if not only and not (indicators and grants.NAMES.isdisjoint(indicators)):
            here = [id for id in territories if id not in held]
            rows = _with_grants(rows, here, releases, communes)
    observed = Observed(
        rows, releases, territories[0], as_published=as_published, only=only, kept=held
    )
    for id, one in shelf.items():
        one.rows = observed.rows(id)
    return observed


def _with_grants(
    rows: Iterable[Sequence[Any]],
    territories: Sequence[str],
    releases: Sequence[ReleaseInfo],
    communes: Collection[str],
) -> list[Sequence[Any]]:
    """The same rows, with the sums of the records in place of those of each file."""
    files = grants.files(releases)
    several = grants.periods_of(releases, at_least=1 if communes else 2)
    if not several:
        return list(rows)
    places: dict[str, tuple[str, ...]] = {id: (id,) for id in territories}
    if communes:
        places[territories[0]] = tuple(communes)
    return [
        *(
            row
            for row in rows
            if not (row[1] in grants.NAMES and row[2] in several and row[9] in files)
        ),
        *grants.read(places, releases, several),
    ]


def summed(
    rows: Iterable[Sequence[Any]],
    releases: Sequence[ReleaseInfo],
    communes: Collection[str],
    territory: str,
) -> list[Sequence[Any]]:
    """Rows of a territory that is the sum of communes, by the rule of each indicator.

    What is not additive is not available: said for each indicator that a commune has.
    """
    # Slow to import, and seldom wanted here.
    import pandas as pd

    from ckanext.territoires.figures.levels import aggregate_members

    kept = [row for own in chosen(rows, releases, False, None).values() for row in own.values()]
    if not kept:
        return []
    held: dict[tuple[str, str], int] = {}
    for row in kept:
        held[row[1], row[2]] = max(row[9], held.get((row[1], row[2]), 0))
    frame = pd.DataFrame([tuple(row) for row in kept], columns=list(COLUMNS))
    sums: Any = aggregate_members(frame, load_indicators(), reference(), communes, territory)
    found = [
        (
            territory,
            str(one.indicator),
            str(one.period),
            None if one.status else float(one.value),
            int(one.status),
            int(one.origin),
            None if pd.isna(one.members) else int(one.members),
            None if pd.isna(one.members_known) else int(one.members_known),
            None if pd.isna(one.population_share) else float(one.population_share),
            held[str(one.indicator), str(one.period)],
        )
        for one in sums.itertuples(index=False)
    ]
    told = {(row[1], row[2]) for row in found}
    lacking = (Status.NOT_AVAILABLE, Origin.COMPUTED)
    return [
        *found,
        *(
            (territory, name, period, None, *lacking, None, None, None, release)
            for (name, period), release in held.items()
            if (name, period) not in told
        ),
    ]
