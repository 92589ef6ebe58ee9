"""What tells a territory from its namesakes: its level, and where it is."""

from __future__ import annotations

from dataclasses import dataclass

from ckanext.territoires.territory.names import of
from ckanext.territoires.territory.reference import Match, Reference, Territory


@dataclass(frozen=True, slots=True)
class Description:
    """Parts of "commune, Loire-Atlantique (44)", for the door to put in words.

    ``places``: name and code of each département a territory lies in, of its régions when it is a
    département, none above. ``former``: for a match by a former name, that name, its kind and the
    French complement of today's ("d'Orée d'Anjou").
    """

    level: str
    kind: str
    places: tuple[tuple[str, str], ...]
    former: tuple[str, str, str] | None = None


def describe(reference: Reference, found: Territory | Match) -> Description:
    """Describe a territory, or an answer of the search."""
    territory = found.territory if isinstance(found, Match) else found
    level = "region" if territory.level == "departement" else "departement"
    above = [reference.get(parent) for parent in territory.parents]
    places = tuple((t.name, t.code) for t in above if t and t.level == level)
    former = None
    if isinstance(found, Match) and found.former_kind:
        former = (found.matched, found.former_kind, of(territory.name, territory.liaison))
    return Description(territory.level, territory.kind, places, former)
