"""The territories that a table of figures is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import custom
from ckanext.territoires.bridge.reference import UnknownTerritory, current_ids, parse, reference
from ckanext.territoires.bridge.statistics_table import Place
from ckanext.territoires.territory.reference import Territory


class WrongPlace(ValueError):
    """A territory that cannot be answered for; its text is a sentence for the person."""


def named(identifiers: Iterable[str], *, as_published: bool) -> tuple[Place, ...]:
    """The places of these identifiers, each once, in their order.

    A former commune is today's, or itself when figures are asked as they were published.

    Raises:
        WrongPlace: unknown, split into several, or a custom territory that is not shared.

    """
    found: dict[str, Place] = {}
    for identifier in identifiers:
        place = _named(identifier, as_published=as_published)
        found.setdefault(place.id, place)
    return tuple(found.values())


def inside(identifier: str, level: str, *, as_published: bool) -> tuple[Place, ...]:
    """The territories of a level that lie in another, by name.

    Former communes come with today's when figures are asked as they were published.

    Raises:
        WrongPlace: nothing answers to the identifier, or the person may not see it.

    """
    whole = _named(identifier, as_published=False)
    known = reference()
    if whole.level == "custom":
        listed = [known.get(id) for id in whole.members] if level == "commune" else []
        members: Sequence[Territory] = [one for one in listed if one]
    elif whole.level == level:
        members = [one for one in [known.get(whole.id)] if one]
    else:
        places = _members(known.version, whole.id, level)
        return _with_former(places, level) if as_published else places
    places = tuple(_place(member) for member in members)
    return _with_former(places, level) if as_published else places


@lru_cache(maxsize=32)
def _members(_version: str, identifier: str, level: str) -> tuple[Place, ...]:
    """Members of a territory; kept, for there may be tens of thousands of them."""
    return tuple(_place(member) for member in reference().members(identifier, level))


def _with_former(places: Sequence[Place], level: str) -> tuple[Place, ...]:
    if level != "commune":
        return tuple(places)
    folded = reference().folded
    everyone = [*places, *_former({place.id for place in places})]
    everyone.sort(key=lambda place: (folded.get(place.id, place.name.lower()), place.id))
    return tuple(everyone)


def _named(identifier: str, *, as_published: bool) -> Place:
    former = _as_it_was(identifier) if as_published else None
    if former:
        return former
    try:
        today, *others = current_ids(identifier)
    except UnknownTerritory as error:
        raise WrongPlace(tk._("No territory answers to “{id}”").format(id=identifier)) from error
    if others:
        ids = ", ".join([today, *others])
        message = tk._("“{id}” was split: choose one of {ids}")
        raise WrongPlace(message.format(id=identifier, ids=ids))
    found = reference().get(today)
    if found:
        return _place(found)
    record = custom.find(today)
    if record is None or not custom.readable(today):
        raise WrongPlace(tk._("No territory answers to “{id}”").format(id=identifier))
    return Place(record.identifier, "custom", record.slug, record.name, tuple(record.communes))


def _as_it_was(identifier: str) -> Place | None:
    """A commune that is no more."""
    try:
        parsed = parse(identifier)
    except ValueError:
        return None
    if parsed.level != "commune" or reference().get(str(parsed)):
        return None
    resolution = reference().resolve(str(parsed))
    if not resolution.territories:
        return None
    return Place(str(parsed), "commune", parsed.code, resolution.former_name or parsed.code)


def _former(today: set[str]) -> list[Place]:
    """Communes of the COG years at hand that are no more, and now lie among these."""
    known = reference()
    found: dict[str, Place] = {}
    for state in known.history.past:
        identifier = f"{known.country}:{state.level}:{state.code}"
        if state.level != "commune" or identifier in found or known.get(identifier):
            continue
        if any(id in today for id, _share in known.resolve(identifier).territories):
            found[identifier] = Place(identifier, "commune", state.code, state.name)
    return list(found.values())


def _place(territory: Territory) -> Place:
    return Place(territory.id, territory.level, territory.code, territory.name)
