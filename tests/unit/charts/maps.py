"""Maps made by hand over the real outlines."""

from __future__ import annotations

from collections.abc import Callable

from ckanext.territoires.charts.areas import Area, Areas
from ckanext.territoires.portrait.document import Figure, Place
from ckanext.territoires.territory.reference import Territory, load_reference
from tests.unit.charts.portraits import figure

STATUSES = ("secret", "not_available", "not_applicable")


def mixed(rank: int, _member: Territory) -> Figure:
    """One of each status, a zero, then values."""
    if rank < len(STATUSES):
        return figure(STATUSES[rank])
    return figure(0.0 if rank == len(STATUSES) else 2.0 + rank * 0.37 % 9)


def areas(
    within: str = "fr:epci:244400404",
    level: str = "commune",
    *,
    additive: bool = False,
    value: Callable[[int, Territory], Figure] = mixed,
) -> Areas:
    """Return the members of a level in a territory, with figures."""
    reference = load_reference()
    found: list[Area] = []
    for rank, one in enumerate(reference.members(within, level)):
        outline = reference.outline(one.id)
        if outline:
            place = Place(one.id, level, one.code, one.name, one.population)
            found.append(Area(place, value(rank, one), outline))
    whole = reference.get(within)
    return Areas(tuple(found), additive, whole.name if whole else "")
