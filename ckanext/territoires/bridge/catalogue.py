"""Catalogue records written through CKAN's actions: created, updated or left as they are."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import ckan.model as model
from ckan.lib import search
from ckan.plugins import toolkit as tk
from ckan.types import Context

from ckanext.territoires.bridge import reference as references
from ckanext.territoires.bridge import services
from ckanext.territoires.udata import (
    MappedDataset,
    MappedOrganization,
    Remark,
    map_dataset,
    map_organization,
)

# An import finds what it wrote by the id, whatever an agent renamed since.
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://www.data.gouv.fr/")
PLUGIN_DATA = "territoires_udata"
Record = Mapping[str, Any]
Progress = Callable[[], None]


class Outcome(StrEnum):
    """What became of a record."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    LEFT_OUT = "left-out"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of the report. `errors` are CKAN's, by field, when it was refused."""

    kind: str
    udata_id: str
    name: str
    outcome: Outcome
    remarks: tuple[Remark, ...] = ()
    errors: Mapping[str, Any] = field(default_factory=dict)


def import_organizations(
    records: Sequence[Record], *, dry_run: bool = False, progress: Progress = lambda: None
) -> Iterator[Entry]:
    """Write organisations, one transaction each."""
    for record in records:
        mapped = map_organization(record, references.reference())
        yield _write_organization(mapped, dry_run=dry_run)
        progress()


def import_datasets(
    records: Sequence[Record],
    *,
    default_organization: str | None = None,
    territories: Sequence[str] = (),
    dry_run: bool = False,
    progress: Progress = lambda: None,
) -> Iterator[Entry]:
    """Write datasets, one transaction each, with the organisations that they name.

    Args:
        records: datasets of the data.gouv.fr API.
        default_organization: name of the service that owns those which name none.
        territories: when given, only the records that concern one of these are written: it,
            something that contains it, or something inside it.
        dry_run: say what would be done and write nothing.
        progress: called after each record that is written or looked at.

    """
    competences = _competences(records)
    mapped = [map_dataset(record, references.reference(), competences) for record in records]
    wanted = [one for one in mapped if not territories or _concerns(one, territories)]
    with one_index_commit():
        for organization in _missing_organizations(wanted):
            yield _write_organization(organization, dry_run=dry_run)
        for one in wanted:
            owner = _owner(one) or default_organization
            yield _write_dataset(one, owner, dry_run=dry_run)
            progress()


def stable_id(*parts: str) -> str:
    """The id, always the same, of what another catalogue calls by these parts."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(parts)))


def _missing_organizations(mapped: Sequence[MappedDataset]) -> list[MappedOrganization]:
    short = {
        one.organization["id"]: one.organization
        for one in mapped
        if one.organization and not one.withdrawn
    }
    organizations = [map_organization(o, references.reference()) for o in short.values()]
    return [one for one in organizations if _known_organization(one) is None]


def _owner(mapped: MappedDataset) -> str | None:
    """Our id of the organisation, which may have changed names since it was imported."""
    if mapped.organization is None:
        return None
    known = _known_organization(map_organization(mapped.organization, references.reference()))
    return known.id if known else mapped.fields["owner_org"]


def _write_organization(mapped: MappedOrganization, *, dry_run: bool) -> Entry:
    fields = dict(mapped.fields)
    existing = _known_organization(mapped)
    outcome = _outcome_for_organization(existing, fields)
    entry = Entry("organization", mapped.udata_id, mapped.name, outcome, mapped.remarks)
    if dry_run or outcome is Outcome.UNCHANGED:
        return entry
    if existing:
        return write(entry, "organization_patch", {**fields, "id": existing.id})
    return write(entry, "organization_create", {**fields, "id": stable_id("org", mapped.udata_id)})


def _known_organization(mapped: MappedOrganization) -> model.Group | None:
    return model.Group.get(stable_id("org", mapped.udata_id)) or model.Group.get(mapped.name)


def _outcome_for_organization(existing: model.Group | None, fields: Mapping[str, Any]) -> Outcome:
    if existing is None:
        return Outcome.CREATED
    known = services.territories_of(existing.id)
    same = (
        existing.title == fields["title"]
        and (not fields["description"] or existing.description == fields["description"])
        and ("territory" not in fields or known == [fields["territory"]])
    )
    return Outcome.UNCHANGED if same else Outcome.UPDATED


def _write_dataset(mapped: MappedDataset, owner: str | None, *, dry_run: bool) -> Entry:
    package_id = stable_id("dataset", mapped.udata_id)
    fields = _dataset_fields(mapped, owner, package_id)
    mark = {"id": mapped.udata_id, "fingerprint": fingerprint(fields)}
    existing = model.Package.get(package_id)
    outcome = _outcome_for_dataset(mapped, owner, existing, mark)
    entry = Entry("dataset", mapped.udata_id, mapped.name, outcome, mapped.remarks)
    if dry_run:
        return entry
    if outcome is Outcome.REMOVED:
        return write(entry, "package_delete", {"id": package_id})
    data = {**fields, "id": package_id, "plugin_data": {PLUGIN_DATA: mark}}
    if outcome is Outcome.UPDATED and existing:
        return write(entry, "package_update", {**data, "name": existing.name})
    if outcome is Outcome.CREATED:
        return write(entry, "package_create", {**data, "name": _free_name(mapped)})
    return entry


def _outcome_for_dataset(
    mapped: MappedDataset,
    owner: str | None,
    existing: model.Package | None,
    mark: Mapping[str, str],
) -> Outcome:
    alive = existing is not None and existing.state != model.State.DELETED
    if mapped.withdrawn:
        return Outcome.REMOVED if alive else Outcome.LEFT_OUT
    if owner is None:
        return Outcome.LEFT_OUT
    if existing is None:
        return Outcome.CREATED
    if not alive:
        return Outcome.LEFT_OUT
    known = (existing.plugin_data or {}).get(PLUGIN_DATA, {})
    return Outcome.UNCHANGED if known == mark else Outcome.UPDATED


def _dataset_fields(mapped: MappedDataset, owner: str | None, package_id: str) -> dict[str, Any]:
    resources: dict[str, dict[str, Any]] = {}
    for resource in mapped.fields["resources"]:
        key = resource.get("udata_id") or resource["url"]
        resource_id = stable_id(package_id, key)
        if resource_id in resources:  # Real records list a file twice, or two under one id.
            resource_id = stable_id(package_id, key, resource["url"])
        kept = {name: value for name, value in resource.items() if name != "udata_id"}
        resources[resource_id] = kept | {"id": resource_id}
    return {
        **mapped.fields,
        "owner_org": owner,
        "resources": list(resources.values()),
        "type": "dataset",
    }


def _free_name(mapped: MappedDataset) -> str:
    if model.Package.get(mapped.name) is None:
        return mapped.name
    return f"{mapped.name[:91]}-{mapped.udata_id[-8:]}"


def fingerprint(fields: Mapping[str, Any]) -> str:
    """Short text that changes whenever one of the fields does."""
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def write(entry: Entry, action: str, data: dict[str, Any]) -> Entry:
    """Run one action: all of the record is written, or none of it and the report says why."""
    try:
        tk.get_action(action)(site_context(), data)
    except tk.ValidationError as error:
        model.Session.rollback()
        errors: dict[str, Any] = dict(error.error_dict)
        return Entry(entry.kind, entry.udata_id, entry.name, Outcome.REFUSED, entry.remarks, errors)
    return entry


def site_context() -> Context:
    """A fresh context of the site's own account, which may do everything."""
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    user = model.User.get(site_user["name"])
    return Context(user=site_user["name"], auth_user_obj=user, ignore_auth=True)


def _competences(records: Sequence[Record]) -> dict[str, str]:
    """Territory of competence of the organisations that the records name, by their id there."""
    short = {o["id"]: o for record in records if (o := record.get("organization"))}
    found: dict[str, str] = {}
    for udata_id, organization in short.items():
        known = _known_organization(map_organization(organization, references.reference()))
        if known and (territories := services.territories_of(known.id)):
            found[udata_id] = territories[0]
    return found


def _concerns(mapped: MappedDataset, territories: Sequence[str]) -> bool:
    covered = set(mapped.fields["territory"])
    above = {above for id in covered for above in references.lineage(id)}
    return any(
        wanted in covered | above or covered & set(references.lineage(wanted))
        for wanted in territories
    )


@contextmanager
def one_index_commit() -> Iterator[None]:
    """Leave Solr's commit, which costs more than the rest of a record, to the end."""
    before = tk.config.get("ckan.search.solr_commit")
    tk.config["ckan.search.solr_commit"] = False
    try:
        yield
    finally:
        tk.config["ckan.search.solr_commit"] = before
        search.commit()
