"""Files passed into figures: asked for, followed, told column by column."""

from __future__ import annotations

from typing import Any

import ckan.model as model
from ckan.logic import validate
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict

from ckanext.territoires.bridge import load_files, load_jobs, load_mappings, load_wording
from ckanext.territoires.ingest.profile_yaml import InvalidProfile, parse_profile
from ckanext.territoires.logic import schema
from ckanext.territoires.logic.reader import reader_of
from ckanext.territoires.model import Load, Release


@validate(schema.resource_load)
def territoires_resource_load(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Queue the reading of a file, and say where it stands.

        ckanapi action territoires_resource_load id=5f1d0a2e-... force=true

    Args:
        context: CKAN's.
        data_dict: `id` of the resource; `force` (false): read it even if nothing changed.

    Returns:
        `load`, as `territoires_load_report` gives it.

    """
    resource = _resource(data_dict)
    tk.check_access("territoires_resource_load", context, data_dict)
    if not load_files.is_readable(resource):
        raise tk.ValidationError({"id": [tk._("Only an uploaded table can be read")]})
    load = load_jobs.ask(resource, force=data_dict["force"])
    return load_wording.load_dict(load, whole=True)


@tk.side_effect_free
@validate(schema.load_report)
def territoires_load_report(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What became of the last reading of a file, in the reader's language.

        ckanapi action territoires_load_report id=5f1d0a2e-...

    Args:
        context: CKAN's.
        data_dict: `id` of the resource.

    Returns:
        `loaded`: what is in force (`profile`, `shape`, `vintage`, `cog_year`, `loaded`, `rows`,
        `indicators`, `periods`, `levels`), or none; `load`: the last reading (`state`,
        `progress`, counts), or none, with its problems and assumptions for who may change the
        file.

    """
    resource = _resource(data_dict)
    tk.check_access("territoires_load_report", context, data_dict)
    release, load = Release.of_resource(resource.id), Load.latest(resource.id)
    whole = _may_change(context, data_dict)
    return {
        "resource_id": resource.id,
        "readable": load_files.is_readable(resource),
        "loaded": load_wording.release_dict(release) if release else None,
        "load": load_wording.load_dict(load, whole=whole) if load else None,
    }


@validate(schema.header_mapping_save)
def territoires_header_mapping_save(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say what the columns of a file are, and queue its reading.

        ckanapi action territoires_header_mapping_save id=5f1d0a2e-... mapping:@mapping.json

    Args:
        context: CKAN's.
        data_dict: `id` of the resource; `mapping`, a profile as the YAML of `profiles/` writes it.

    Returns:
        `load`, as `territoires_load_report` gives it.

    """
    resource = _resource(data_dict)
    tk.check_access("territoires_header_mapping_save", context, data_dict)
    try:
        parse_profile(data_dict["mapping"], "mapping")
    except InvalidProfile as error:
        raise tk.ValidationError({"mapping": [f"{error.key}: {error.reason}"]}) from error
    author = reader_of(context)
    load_mappings.save(
        resource.id, _columns(resource.id), data_dict["mapping"], author.id if author else None
    )
    return load_wording.load_dict(load_jobs.ask(resource), whole=True)


@tk.side_effect_free
@validate(schema.load_report)
def territoires_header_mapping_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What was said of the columns of a file, and of other files of the same header.

        ckanapi action territoires_header_mapping_show id=5f1d0a2e-...

    Args:
        context: CKAN's.
        data_dict: `id` of the resource.

    Returns:
        `columns`, as the last reading found them; `sample`, the first lines; `mapping`, or none;
        `offered`: `resource_id`, `resource_name` and `mapping` of files of the same header, the
        latest first.

    """
    resource = _resource(data_dict)
    tk.check_access("territoires_header_mapping_show", context, data_dict)
    columns = _columns(resource.id)
    kept = load_mappings.of_resource(resource.id)
    reader = reader_of(context)
    return {
        "resource_id": resource.id,
        "columns": columns,
        "sample": _told(resource.id, "sample"),
        "mapping": kept.mapping if kept else None,
        "offered": load_mappings.offered(resource.id, columns, reader) if columns else [],
    }


def _resource(data_dict: DataDict) -> model.Resource:
    resource = model.Resource.get(data_dict["id"])
    if resource is None or resource.state != model.State.ACTIVE:
        raise tk.ObjectNotFound(tk._("Resource not found"))
    return resource


def _columns(resource_id: str) -> list[str]:
    return _told(resource_id, "columns")


def _told(resource_id: str, name: str) -> list[Any]:
    load = Load.latest(resource_id)
    return list(((load.report if load else None) or {}).get(name) or [])


def _may_change(context: Context, data_dict: DataDict) -> bool:
    try:
        tk.check_access("territoires_resource_load", tk.fresh_context(context), data_dict)
    except tk.NotAuthorized:
        return False
    return True
