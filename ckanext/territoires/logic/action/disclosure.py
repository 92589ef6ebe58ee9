"""CKAN's lists that look past permission labels, held to what the person may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.authz as authz
import ckan.model as model
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict

from ckanext.territoires.bridge.labels import readable_ids
from ckanext.territoires.logic.reader import reader_of

Action = Callable[[Context, DataDict], Any]
AUTOCOMPLETE_LIMIT = 10
# What CKAN is asked for before the tags that the person may not see are taken out.
ALL_TAGS = 1_000_000


@tk.chained_action
@tk.side_effect_free
def tag_list(up: Action, context: Context, data_dict: DataDict) -> list[Any]:
    """CKAN's list, of the tags of datasets that the person may see."""
    kept = _visible_tags(context, data_dict)
    return [tag for tag in up(context, data_dict) if kept is None or _tag_name(tag) in kept]


@tk.chained_action
@tk.side_effect_free
def tag_search(up: Action, context: Context, data_dict: DataDict) -> dict[str, Any]:
    """CKAN's search, among the tags of datasets that the person may see."""
    kept = _visible_tags(context, data_dict)
    if kept is None:
        return up(context, data_dict)
    found = up(context, {**data_dict, "limit": ALL_TAGS, "offset": 0})["results"]
    results = [tag for tag in found if tag["name"] in kept]
    start = int(data_dict.get("offset") or 0)
    end = start + int(data_dict["limit"]) if data_dict.get("limit") else None
    return {"count": len(results), "results": results[start:end]}


@tk.chained_action
@tk.side_effect_free
def tag_autocomplete(up: Action, context: Context, data_dict: DataDict) -> list[str]:
    """CKAN's proposals, among the tags of datasets that the person may see."""
    kept = _visible_tags(context, data_dict)
    if kept is None:
        return up(context, data_dict)
    limit = int(data_dict.get("limit") or AUTOCOMPLETE_LIMIT)
    found = up(context, {**data_dict, "limit": ALL_TAGS, "offset": 0})
    return [name for name in found if name in kept][:limit]


@tk.chained_action
@tk.side_effect_free
def member_list(up: Action, context: Context, data_dict: DataDict) -> list[Any]:
    """CKAN's list, whose datasets are those that the person may see."""
    rows = up(context, data_dict)
    datasets = [row[0] for row in rows if row[1] == "package"]
    if not datasets or _sees_all(context):
        return rows
    kept = readable_ids(datasets, reader_of(context))
    return [row for row in rows if row[1] != "package" or row[0] in kept]


@tk.chained_action
def follow_dataset(up: Action, context: Context, data_dict: DataDict) -> Any:
    """CKAN's action, for a dataset that the person may see: who follows reads of it."""
    dataset = model.Package.get(data_dict.get("id") or "")
    if dataset:
        tk.check_access("package_show", tk.fresh_context(context), {"id": dataset.id})
    return up(context, data_dict)


@tk.chained_action
@tk.side_effect_free
def dataset_followee_list(
    up: Action, context: Context, data_dict: DataDict
) -> list[dict[str, Any]]:
    """CKAN's list, less what has been restricted since it was followed."""
    # CKAN turns `ignore_auth` on in this context as it goes.
    reader, sees_all = reader_of(context), _sees_all(context)
    found = up(context, data_dict)
    kept = readable_ids([dataset["id"] for dataset in found], reader)
    return found if sees_all else [dataset for dataset in found if dataset["id"] in kept]


@tk.chained_action
@tk.side_effect_free
def followee_list(up: Action, context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """CKAN's list, less the datasets that have been restricted since they were followed."""
    reader, sees_all = reader_of(context), _sees_all(context)
    found = up(context, data_dict)
    datasets = [item["dict"]["id"] for item in found if item["type"] == "dataset"]
    kept = readable_ids(datasets, reader)
    if sees_all:
        return found
    return [item for item in found if item["type"] != "dataset" or item["dict"]["id"] in kept]


def _visible_tags(context: Context, data_dict: DataDict) -> set[str] | None:
    """Names of the free tags that the person may see; None when no name is to be hidden."""
    if data_dict.get("vocabulary_id") or _sees_all(context):
        return None
    found = tk.get_action("package_search")(
        tk.fresh_context(context),
        {"q": "*:*", "rows": 0, "facet.field": ["tags"], "facet.limit": -1},
    )
    return {item["name"] for item in found["search_facets"]["tags"]["items"]}


def _tag_name(tag: Any) -> str:
    return tag["name"] if isinstance(tag, dict) else tag


def _sees_all(context: Context) -> bool:
    return bool(context.get("ignore_auth")) or authz.is_sysadmin(context.get("user"))
