"""Territories that are not made of the same communes as in the year of a file."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

from ckanext.territoires.territory.reference import Reference

LEVELS = ("epci", "arrondissement", "departement")


@lru_cache(maxsize=16)
def changed(reference: Reference, cog_year: int | None) -> frozenset[str]:
    """Identifiers of today's EPCI, arrondissements and départements that had other communes.

    What was published for one of these then is not a count of what it is today. Nothing is known
    without a year; before the first COG at hand, the changes since that one are.
    """
    if cog_year is None or cog_year >= reference.year:
        return frozenset()
    first = min((state.first for state in reference.history.past), default=reference.year)
    state = reference.in_year(max(cog_year, first))
    then: dict[str, set[str]] = defaultdict(set)
    for commune in state.communes.values():
        id = f"{reference.country}:commune:{commune.code}"
        today = reference.territories.get(id)
        if today is None or (today.since or state.year) > state.year:
            found = reference.resolve(commune.code, state.year, "commune").territories
            ids = {target for target, _ in found}
        else:
            ids = {id}
        for level in LEVELS:
            code = getattr(commune, level)
            if code:
                then[f"{reference.country}:{level}:{code}"] |= ids
    now: dict[str, set[str]] = defaultdict(set)
    for territory in reference.territories.values():
        if territory.level == "commune":
            for parent in territory.parents:
                now[parent].add(territory.id)
    return frozenset(id for id, communes in then.items() if id in now and now[id] != communes)
