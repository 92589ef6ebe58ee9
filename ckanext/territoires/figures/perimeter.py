"""Territories that are not made of the same communes as in the year of a file."""

from __future__ import annotations

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
    found: set[str] = set()
    for commune in state.communes.values():
        id = f"{reference.country}:commune:{commune.code}"
        today = reference.territories.get(id)
        if today is None or (today.since or state.year) > state.year:
            resolved = reference.resolve(commune.code, state.year, "commune").territories
            successors = [reference.territories[target] for target, _ in resolved]
        else:
            successors = [today]
        then = {
            f"{reference.country}:{level}:{code}"
            for level in LEVELS
            if (code := getattr(commune, level))
        }
        for successor in successors:
            now = {parent for parent in successor.parents if parent.split(":")[1] in LEVELS}
            # What it left, and what it came to.
            found |= then ^ now
    return frozenset(found & reference.territories.keys())
