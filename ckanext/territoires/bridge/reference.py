"""The territory reference that the site is configured with, custom territories included."""

from __future__ import annotations

from ckanext.territoires import config
from ckanext.territoires.territory.identifier import LEVELS, InvalidTerritoryId, parse
from ckanext.territoires.territory.reference import Reference, Territory, load_reference

__all__ = [
    "LEVELS",
    "UnknownTerritory",
    "current_ids",
    "identifier_of",
    "lineage",
    "parse",
    "reference",
    "territory",
]


class UnknownTerritory(ValueError):
    """No territory of today answers to this identifier."""


def reference() -> Reference:
    """The reference named by the configuration, read once a process."""
    return load_reference(config.reference_folder())


def current_ids(identifier: str) -> tuple[str, ...]:
    """Today's identifiers for an identifier of any time.

    One for most; several for a territory that was split, the most populous first; a custom
    territory's own.

    Raises:
        UnknownTerritory: it is malformed, or nothing answers to it.

    """
    try:
        parsed = parse(identifier)
    except InvalidTerritoryId as error:
        raise UnknownTerritory(identifier) from error
    known = str(parsed)
    if parsed.level == "custom" or reference().get(known):
        return (known,)
    found = reference().resolve(known).territories
    if found:
        return tuple(id for id, _share in found)
    raise UnknownTerritory(identifier)


def lineage(identifier: str) -> tuple[str, ...]:
    """Everything above a territory of today, nearest first; nothing above a custom one."""
    return reference().lineage(identifier) if reference().get(identifier) else ()


def territory(identifier: str) -> Territory | None:
    """A territory of the reference as it is today."""
    return reference().get(identifier)


def identifier_of(level: str, code: str) -> str:
    """Identifier of the territory at an address.

    Raises:
        InvalidTerritoryId: no territory has such a level or code.

    """
    if level in ("country", "custom"):
        return str(parse(f"{level}:{code}"))
    country = parse(config.home_territory()).country
    if level == "country-subset":
        return str(parse(f"country-subset:{country}:{code}"))
    return str(parse(f"{country}:{level}:{code}"))
