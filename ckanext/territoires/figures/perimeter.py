"""Territories that are not made of the same communes as in the year of a file."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from ckanext.territoires.figures.passage import changed_communes
from ckanext.territoires.territory.reference import Reference

LEVELS = ("epci", "arrondissement", "departement")


def dated(id: str, cog_year: int) -> str:
    """Identifier under which the values of a former perimeter are kept: code still in force."""
    return f"{id}@{cog_year}-01-01"


def undated(id: str) -> str:
    """The territory that a dated identifier speaks of; any other is itself."""
    return id.partition("@")[0]


def as_published(
    ids: Iterable[str], cog_years: Iterable[int | None], reference: Reference
) -> dict[str, str]:
    """Dated identifiers under which files of these years may hold these territories.

    The switch “as published” reads them beside the territories: each is given with its territory.
    """
    years = sorted({year for year in cog_years if year is not None and year < reference.year})
    kept = tuple(ids)
    found: dict[str, str] = {}
    for year in years:
        others = former(reference, year)
        found |= {dated(id, year): id for id in kept if id in others}
    return found


@lru_cache(maxsize=16)
def former(reference: Reference, cog_year: int | None) -> frozenset[str]:
    """Identifiers of today's territories, communes too, that were not the same in a year.

    What a file of that year publishes for one of these is of its perimeter of then.
    """
    if cog_year is None or cog_year >= reference.year:
        return frozenset()
    return changed(reference, cog_year) | changed_communes(reference, cog_year)


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
