"""A udata organisation as one of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.territoires.territory.reference import Reference
from ckanext.territoires.udata.remarks import Remark
from ckanext.territoires.udata.spatial import map_zone


@dataclass(frozen=True, slots=True)
class MappedOrganization:
    """An organisation in our fields, and what could not be mapped."""

    udata_id: str
    name: str
    fields: Mapping[str, Any]
    remarks: tuple[Remark, ...] = ()


def map_organization(
    record: Mapping[str, Any], reference: Reference, territory: str | None = None
) -> MappedOrganization:
    """Map a whole record, or the short one that a dataset carries.

    `territory`, or else the record's own key of that name, is its territory of competence. The
    logo is left out: it would be fetched from another site by each visitor.
    """
    fields: dict[str, Any] = {
        "name": record["slug"][:100],
        "title": record["name"],
        "description": record.get("description") or "",
    }
    remarks: tuple[Remark, ...] = ()
    if declared := territory or record.get("territory"):
        coverage = map_zone(declared, reference)
        remarks = coverage.remarks
        if len(coverage.territories) == 1:
            fields["territory"] = coverage.territories[0]
    return MappedOrganization(record["id"], fields["name"], fields, remarks)
