"""A udata dataset as one of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ckanext.territoires.territory.reference import Reference
from ckanext.territoires.udata.remarks import Reason, Remark
from ckanext.territoires.udata.spatial import map_coverage
from ckanext.territoires.udata.vocabulary import vocabulary

UNKNOWN_FREQUENCY = "UNKNOWN"
_FORMAT = re.compile(r"[a-z0-9][a-z0-9 .+()-]{0,19}", re.IGNORECASE)
_COMMON = frozenset({"CSV", "GEOJSON", "JSON", "KML", "ODS", "PDF", "SHP", "XLS", "XLSX", "XML"})
_NOT_IN_A_TAG = re.compile(r"[^\w .-]")


@dataclass(frozen=True, slots=True)
class MappedDataset:
    """A dataset in our fields, and what could not be mapped.

    `withdrawn` says why the record has no place here (deleted or private there, about places
    elsewhere only); it is empty for the others. `organization` is the
    short record that the dataset carries.
    """

    udata_id: str
    name: str
    fields: Mapping[str, Any]
    organization: Mapping[str, Any] | None
    remarks: tuple[Remark, ...]
    withdrawn: Reason | None = None


def map_dataset(
    record: Mapping[str, Any],
    reference: Reference,
    competences: Mapping[str, str] | None = None,
) -> MappedDataset:
    """Map one record.

    Args:
        record: a dataset of the data.gouv.fr API, with its resources.
        reference: the territories of today.
        competences: territory of competence of organisations, by their id there; the coverage of a
            record that declares none.

    """
    return _Mapping(record, reference, competences or {}).done()


@dataclass(slots=True)
class _Mapping:
    """One record being mapped: remarks gather here until `done`."""

    record: Mapping[str, Any]
    reference: Reference
    competences: Mapping[str, str]
    remarks: list[Remark] = field(default_factory=list[Remark])
    elsewhere: bool = False

    def done(self) -> MappedDataset:
        record = self.record
        organization: Mapping[str, Any] | None = record.get("organization")
        name = record["slug"][:100]
        fields: dict[str, Any] = {
            "name": name,
            "title": record["title"],
            "notes": self.notes(),
            "owner_org": self.owner(organization),
            "contact_name": organization["name"] if organization else "",
            "theme": self.themes(),
            "territory": self.territories(organization),
            "granularity": self.granularity(),
            **self.period(),
            "frequency": self.frequency(),
            "license_id": self.license(),
            "access_level": "public",
            "tag_string": ",".join(self.tags()),
            "url": _web_address(record.get("page")),
            "resources": self.resources(),
        }
        return MappedDataset(
            udata_id=record["id"],
            name=name,
            fields={key: value for key, value in fields.items() if value not in ("", None)},
            organization=organization,
            withdrawn=self.withdrawn(),
            remarks=tuple(self.remarks),
        )

    def note(self, field_name: str, value: object, reason: Reason, taken: str = "") -> None:
        self.remarks.append(Remark(field_name, str(value or ""), reason, taken))

    def withdrawn(self) -> Reason | None:
        record = self.record
        if archived := record.get("archived"):
            self.note("archived", archived, Reason.ARCHIVED)
        if deleted := record.get("deleted"):
            self.note("deleted", deleted, Reason.DELETED)
            return Reason.DELETED
        if record.get("private"):
            self.note("private", True, Reason.PRIVATE)
            return Reason.PRIVATE
        return Reason.ELSEWHERE if self.elsewhere else None

    def notes(self) -> str:
        if description := (self.record.get("description") or "").strip():
            return description
        self.note("description", "", Reason.NO_DESCRIPTION, self.record["title"])
        return self.record["title"]

    def owner(self, organization: Mapping[str, Any] | None) -> str | None:
        if organization and organization.get("slug"):
            return organization["slug"][:100]
        self.note("organization", "", Reason.NO_ORGANIZATION)
        return None

    def territories(self, organization: Mapping[str, Any] | None) -> list[str]:
        own = self.competences.get(organization["id"]) if organization else None
        coverage = map_coverage(self.record.get("spatial"), own, self.reference)
        self.elsewhere = coverage.elsewhere
        self.remarks.extend(coverage.remarks)
        return list(coverage.territories)

    def granularity(self) -> str | None:
        spatial: Mapping[str, Any] = self.record.get("spatial") or {}
        given = spatial.get("granularity")
        if not isinstance(given, str) or not given:
            return None
        found = vocabulary().granularities.get(given)
        if not found:
            self.note("spatial.granularity", given, Reason.UNKNOWN_GRANULARITY)
        return found

    def themes(self) -> list[str]:
        tags: list[str] = self.record.get("tags") or []
        found = vocabulary().themes(tags) or vocabulary().themes([self.record["title"]])
        if found:
            self.note("tags", " ".join(tags), Reason.THEME_FROM_WORDS, " ".join(found))
        else:
            self.note("tags", " ".join(tags), Reason.NO_THEME)
        return list(found)

    def frequency(self) -> str:
        given = self.record.get("frequency") or "unknown"
        known = vocabulary().frequencies
        found = known.get(given) or (given.upper() if given.upper() in known.values() else None)
        if not found:
            self.note("frequency", given, Reason.UNKNOWN_FREQUENCY)
        return found or UNKNOWN_FREQUENCY

    def license(self) -> str:
        given = self.record.get("license") or "notspecified"
        found = vocabulary().licenses.get(given)
        if not found:
            self.note("license", given, Reason.UNKNOWN_LICENSE)
        return found or "notspecified"

    def period(self) -> dict[str, str]:
        given: Mapping[str, Any] = self.record.get("temporal_coverage") or {}
        bounds = {
            "temporal_start": self.day("temporal_coverage.start", given.get("start")),
            "temporal_end": self.day("temporal_coverage.end", given.get("end")),
        }
        start, end = bounds["temporal_start"], bounds["temporal_end"]
        if start and end and start > end:
            self.note("temporal_coverage", f"{start}/{end}", Reason.REVERSED_PERIOD)
            return {}
        return {key: value for key, value in bounds.items() if value}

    def day(self, field_name: str, given: object) -> str | None:
        if not given:
            return None
        try:
            return date.fromisoformat(str(given)[:10]).isoformat()
        except ValueError:
            self.note(field_name, given, Reason.UNREADABLE_DATE)
            return None

    def tags(self) -> list[str]:
        kept: dict[str, None] = {}
        for tag in self.record.get("tags") or ():
            clean = _NOT_IN_A_TAG.sub("", tag).strip()[:100]
            if len(clean) < 2:
                self.note("tags", tag, Reason.UNUSABLE_TAG)
            else:
                kept[clean] = None
        return list(kept)

    def resources(self) -> list[dict[str, Any]]:
        mapped = (self.resource(resource) for resource in self.record["resources"])
        return [resource for resource in mapped if resource]

    def resource(self, given: Mapping[str, Any]) -> dict[str, Any] | None:
        url = _web_address(given.get("url"))
        if not url:
            self.note("resources.url", given.get("url") or given.get("title"), Reason.NO_ADDRESS)
            return None
        fields = {
            "udata_id": given.get("id"),
            "url": url,
            "name": given.get("title") or url.rstrip("/").rpartition("/")[2],
            "description": given.get("description"),
            "format": self.format(given.get("format") or ""),
            "mimetype": given.get("mime"),
            "size": given.get("filesize"),
            "last_modified": given.get("last_modified"),
        }
        return {key: value for key, value in fields.items() if value}

    def format(self, given: str) -> str:
        clean = given.strip().lstrip(".")
        clean = first if (first := clean.partition("/")[0]).upper() in _COMMON else clean
        if not clean:
            return ""
        if _FORMAT.fullmatch(clean):
            return clean.upper()
        self.note("resources.format", given, Reason.UNUSABLE_FORMAT)
        return ""


def _web_address(given: object) -> str:
    """Address that a link may lead to, else nothing: `javascript:` is one too."""
    address = given.strip() if isinstance(given, str) else ""
    return address if address.lower().startswith(("http://", "https://", "ftp://")) else ""
