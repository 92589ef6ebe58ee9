"""The coverage of a record: its zones as identifiers of today's territories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ckanext.territoires.territory.identifier import InvalidTerritoryId, parse
from ckanext.territoires.territory.reference import Reference
from ckanext.territoires.udata.remarks import Reason, Remark
from ckanext.territoires.udata.vocabulary import vocabulary

ZONES = "spatial.zones"
_KEPT_LEVELS = frozenset(
    {"commune", "epci", "arrondissement", "departement", "region", "country", "country-subset"}
)


class Coverage(NamedTuple):
    """Identifiers of today and what was said on the way to them."""

    territories: tuple[str, ...]
    remarks: tuple[Remark, ...]


def map_coverage(
    spatial: Mapping[str, Any] | None, organization_territory: str | None, reference: Reference
) -> Coverage:
    """Territories covered: those of the zones, else that of the organisation when it is known.

    Zones that name only foreign or unknown places give no territory: the organisation's would be
    untrue.
    """
    spatial = spatial or {}
    zones = [zone for zone in spatial.get("zones") or () if isinstance(zone, str)]
    if zones:
        return _joined(map_zone(zone, reference) for zone in zones)
    outline = _outline_remarks(spatial)
    if organization_territory:
        own = map_zone(organization_territory, reference)
        remark = Remark(ZONES, "", Reason.TERRITORY_OF_ORGANIZATION, " ".join(own.territories))
        return Coverage(own.territories, (*outline, *own.remarks, remark))
    return Coverage((), (*outline, Remark(ZONES, "", Reason.NO_TERRITORY)))


def map_zone(zone: str, reference: Reference) -> Coverage:
    """Today's territories for a zone such as `fr:commune:44109@1943-01-01`."""
    name = zone.partition("@")[0]
    if name.count(":") == 1 and name.partition(":")[0] == "country" and name != "country:fr":
        return Coverage((), (Remark(ZONES, zone, Reason.LEVEL_NOT_KEPT),))
    if declared := vocabulary().zones.get(name):
        reason = Reason.FORMER_TERRITORY if declared.exact else Reason.CLOSEST_TERRITORY
        taken = declared.territories
        return Coverage(taken, (Remark(ZONES, zone, reason, " ".join(taken)),))
    return _from_reference(zone, name, reference)


def _from_reference(zone: str, name: str, reference: Reference) -> Coverage:
    try:
        identifier = parse(name)
    except InvalidTerritoryId:
        return Coverage((), (Remark(ZONES, zone, _reason_of_malformed(name)),))
    if reference.get(str(identifier)):
        return Coverage((str(identifier),), ())
    if identifier.level == "commune":
        return _former_commune(zone, identifier.code, reference)
    reason = Reason.TERRITORY_GONE if identifier.level == "epci" else Reason.UNKNOWN_TERRITORY
    return Coverage((), (Remark(ZONES, zone, reason),))


def _reason_of_malformed(name: str) -> Reason:
    level = name.split(":")[1] if name.count(":") > 1 else name.partition(":")[0]
    return Reason.UNKNOWN_TERRITORY if level in _KEPT_LEVELS else Reason.LEVEL_NOT_KEPT


def _former_commune(zone: str, code: str, reference: Reference) -> Coverage:
    today = tuple(id for id, _share in reference.resolve(code, level="commune").territories)
    if not today:
        return Coverage((), (Remark(ZONES, zone, Reason.UNKNOWN_TERRITORY),))
    return Coverage(today, (Remark(ZONES, zone, Reason.FORMER_TERRITORY, " ".join(today)),))


def _joined(parts: Iterable[Coverage]) -> Coverage:
    coverages = list(parts)
    territories = dict.fromkeys(id for part in coverages for id in part.territories)
    remarks = tuple(remark for part in coverages for remark in part.remarks)
    return Coverage(tuple(territories), remarks)


def _outline_remarks(spatial: Mapping[str, Any]) -> tuple[Remark, ...]:
    outline = spatial.get("geom")
    if not isinstance(outline, dict):
        return ()
    return (Remark("spatial.geom", str(outline.get("type", "")), Reason.OUTLINE_NOT_KEPT),)
