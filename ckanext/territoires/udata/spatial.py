"""The coverage of a record: its zones as identifiers of today's territories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, cast

from ckanext.territoires.territory.identifier import LEVELS, InvalidTerritoryId, TerritoryId, parse
from ckanext.territoires.territory.reference import Reference
from ckanext.territoires.udata.remarks import Reason, Remark
from ckanext.territoires.udata.vocabulary import vocabulary

ZONES = "spatial.zones"


class Coverage(NamedTuple):
    """Identifiers of today and what was said on the way to them."""

    territories: tuple[str, ...]
    remarks: tuple[Remark, ...]

    @property
    def elsewhere(self) -> bool:
        """Whether only places outside the reference are covered."""
        reasons = {remark.reason for remark in self.remarks}
        return not self.territories and reasons == {Reason.ELSEWHERE}


def map_coverage(
    spatial: Mapping[str, Any] | None, organization_territory: str | None, reference: Reference
) -> Coverage:
    """Territories covered: those of the zones, else that of the organisation when it is known.

    Zones that name only foreign places give no territory: the organisation's would be untrue.
    """
    spatial = spatial or {}
    zones = [zone for zone in spatial.get("zones") or () if isinstance(zone, str)]
    declared = _joined(map_zone(zone, reference) for zone in zones)
    if declared.territories or declared.elsewhere:
        return declared
    said = (*declared.remarks, *_outline_remarks(spatial))
    if organization_territory:
        own = map_zone(organization_territory, reference)
        remark = Remark(ZONES, "", Reason.TERRITORY_OF_ORGANIZATION, " ".join(own.territories))
        return Coverage(own.territories, (*said, *own.remarks, remark))
    return Coverage((), (*said, Remark(ZONES, "", Reason.NO_TERRITORY)))


def map_zone(zone: str, reference: Reference) -> Coverage:
    """Today's territories for a zone such as `fr:commune:44109@1943-01-01`."""
    name = zone.partition("@")[0]
    if declared := vocabulary().zones.get(name):
        reason = Reason.FORMER_TERRITORY if declared.exact else Reason.CLOSEST_TERRITORY
        taken = declared.territories
        return Coverage(taken, (Remark(ZONES, zone, reason, " ".join(taken)),))
    if _is_elsewhere(name, reference):
        return _left_out(zone, Reason.ELSEWHERE)
    try:
        identifier = parse(name)
    except InvalidTerritoryId:
        level = name.split(":")[1] if name.count(":") == 2 else ""
        known = level in LEVELS
        return _left_out(zone, Reason.UNKNOWN_TERRITORY if known else Reason.LEVEL_NOT_KEPT)
    if reference.get(str(identifier)):
        return Coverage((str(identifier),), ())
    return _of_the_past(zone, identifier, reference)


def _is_elsewhere(name: str, reference: Reference) -> bool:
    head, _colon, code = name.partition(":")
    return head == "country-group" or (head == "country" and code != reference.country)


def _of_the_past(zone: str, identifier: TerritoryId, reference: Reference) -> Coverage:
    today = tuple(id for id, _share in reference.resolve(str(identifier)).territories)
    grouping = identifier.level == "epci"
    if not today:
        return _left_out(zone, Reason.TERRITORY_GONE if grouping else Reason.UNKNOWN_TERRITORY)
    # The groupings that took over its communes hold others too.
    reason = Reason.CLOSEST_TERRITORY if grouping else Reason.FORMER_TERRITORY
    return Coverage(today, (Remark(ZONES, zone, reason, " ".join(today)),))


def _left_out(zone: str, reason: Reason) -> Coverage:
    return Coverage((), (Remark(ZONES, zone, reason),))


def _joined(parts: Iterable[Coverage]) -> Coverage:
    coverages = list(parts)
    territories = dict.fromkeys(id for part in coverages for id in part.territories)
    remarks = tuple(remark for part in coverages for remark in part.remarks)
    return Coverage(tuple(territories), remarks)


def _outline_remarks(spatial: Mapping[str, Any]) -> tuple[Remark, ...]:
    outline = spatial.get("geom")
    if not isinstance(outline, dict):
        return ()
    kind = str(cast(dict[str, Any], outline).get("type", ""))
    return (Remark("spatial.geom", kind, Reason.OUTLINE_NOT_KEPT),)
