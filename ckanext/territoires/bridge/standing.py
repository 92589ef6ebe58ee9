"""Where a territory stands: what it is compared with, among which peers it is ranked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.territory.reference import Reference, Territory

#: Comparators of each level, nearest first; `metropole` is the nation's mainland.
_ABOVE = {
    "commune": ("epci", "departement", "region"),
    "custom": ("departement", "region"),
    "epci": ("departement", "region"),
    "arrondissement": ("departement", "region"),
    "departement": ("region",),
}
#: The peers of a level are those of the same group.
_GROUP = {
    "commune": "departement",
    "epci": "region",
    "arrondissement": "region",
    "departement": "region",
    "region": "country",
}


def comparators(territory: Territory) -> tuple[tuple[str, Territory], ...]:
    """What a territory is compared with unless told: role and territory, nearest first."""
    known = reference()
    found: list[tuple[str, Territory]] = []
    for level in _ABOVE.get(territory.level, ()):
        parent = main_parent(territory, level)
        if parent:
            found.append((level, parent))
    metropole = known.get(f"country-subset:{known.country}:metro")
    country = known.get(f"country:{known.country}")
    if metropole and territory.level not in ("country", "country-subset"):
        found.append(("metropole", metropole))
    if country and territory.level != "country":
        found.append(("country", country))
    return tuple(found)


def group_of(territory: Territory) -> Territory | None:
    """The territory whose members of the same level are its peers; None where there are none."""
    level = _GROUP.get(territory.level)
    return main_parent(territory, level) if level else None


def main_parent(territory: Territory, level: str) -> Territory | None:
    """The parent of a level; of several, the one where most of the population lives."""
    known = reference()
    found = [p for id in territory.parents if (p := known.get(id)) and p.level == level]
    if len(found) < 2:
        return found[0] if found else None
    if territory.level == "custom":
        return found[0]
    return known.get(_most_populous(known, territory.id, level))


def by_population(communes: Iterable[Territory], level: str) -> Sequence[str]:
    """Parents of a level of some communes, the one where most of their population lives first."""
    counted: Counter[str] = Counter()
    mark = f":{level}:"
    for commune in communes:
        for id in commune.parents:
            if mark in id or (level == "country" and id.startswith("country:")):
                counted[id] += commune.population or 0
    return [id for id, _ in sorted(counted.items(), key=lambda item: (-item[1], item[0]))]


@lru_cache(maxsize=4096)
def _most_populous(known: Reference, id: str, level: str) -> str:
    return by_population(known.members(id, "commune"), level)[0]
