"""Sums of grants in a table: what was read of each file gives way to what the records add up to."""
# pyright: basic

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ckanext.territoires.bridge import grants
from ckanext.territoires.bridge.releases import ReleaseInfo
from ckanext.territoires.bridge.statistics_reading import NO_MEMBERS, Observations
from ckanext.territoires.bridge.statistics_sums import Sum
from ckanext.territoires.bridge.statistics_table import Place

__all__ = ["WithGrants", "with_grants"]

Base = tuple[str, str]


@dataclass(frozen=True, slots=True)
class WithGrants:
    """Observations, and what `statistics_columns.Maker` is to know of them."""

    observations: Observations
    together: Mapping[int, tuple[int, ...]]
    counted: Mapping[str, Mapping[Base, Sum]]


def with_grants(
    observations: Observations,
    places: Sequence[Place],
    ids: Sequence[str],
    base: Sequence[Base],
    releases: Iterable[ReleaseInfo],
) -> WithGrants:
    """Count the records once where several files hold them: one query at most.

    The arguments are those of `statistics_columns.Maker`.
    """
    infos = tuple(releases)
    asked = {one: rank for rank, one in enumerate(base) if one[0] in grants.NAMES}
    custom = {place.id: place.members for place in places if place.members}
    several = grants.periods_of(infos, at_least=1 if custom else 2)
    several &= {period for _name, period in asked}
    if not several:
        return WithGrants(observations, {}, {})
    ranks = {id: rank for rank, id in enumerate(ids)}
    rows = grants.read({id: (id,) for id in ids} | custom, infos, several)
    numbers: dict[tuple[int, ...], int] = {}
    counted: dict[str, dict[Base, Sum]] = defaultdict(dict)
    added = []
    for id, name, period, value, status, origin, members, known, _share, _first, sources in rows:
        column = asked.get((name, period))
        if column is None:
            continue
        if id in custom:
            lines = (members or 0, known or 0, float("nan"))
            counted[id][name, period] = Sum(value, status, origin, *lines, sources)
            continue
        number = numbers.setdefault(sources, -1 - len(numbers))
        lines = (NO_MEMBERS, NO_MEMBERS) if members is None else (members, known)
        added.append((ranks[id], column, number, value, status, origin, *lines, np.nan))
    columns = [rank for (_name, period), rank in asked.items() if period in several]
    own = np.isin(observations["column"], columns)
    own &= np.isin(observations["release"], list(grants.files(infos)))
    made = np.array(added, dtype=observations.dtype)
    return WithGrants(
        np.concatenate([observations[~own], made]),
        {number: sources for sources, number in numbers.items()},
        counted,
    )
