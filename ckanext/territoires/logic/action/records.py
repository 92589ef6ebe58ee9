"""Grants, plans, decrees, posts, programmes and zonings of a territory."""

from __future__ import annotations

from typing import Any

from ckan.logic import validate
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict

from ckanext.territoires.bridge import records, releases
from ckanext.territoires.logic import record_dict, schema
from ckanext.territoires.logic.reader import reader_of

# The parameters that become those of `Wanted`, and their names there.
_FILTERS = {
    "scope": "scope",
    "by": "by",
    "kind": "kinds",
    "year": "years",
    "year_from": "year_from",
    "year_to": "year_to",
    "scheme": "schemes",
    "theme": "themes",
    "state": "states",
    "beneficiary": "beneficiary",
    "q": "q",
    "granted_min": "granted_min",
    "granted_max": "granted_max",
    "as_of": "as_of",
}


@tk.side_effect_free
@validate(schema.record_search)
def territoires_record_search(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What the State does in a territory: records, their totals, and groups of them.

    A record that several files hold counts once; each of its amounts is a total of its own.

        ckanapi action territoires_record_search territory=fr:departement:44 kind=grant \
            year=2019 group_by=scheme limit=10

    Args:
        context: CKAN's.
        data_dict: `territory`; `scope`: `within` (in it), `exact` (of itself, not of its parts),
            `groupings` (of what contains it, and not in it); `by`: `place` of the action, or seat
            of the `beneficiary`; `kind`, `profile`, `dataset`, `year`, `scheme`, `theme`, `state`:
            one or several; `year_from`, `year_to`, `granted_min`, `granted_max`; `beneficiary`:
            a part of its name; `q`: words; `as_of`: what was in force on a day; `group_by`;
            `totals`: whether to count; `order_by`: names, each after a minus sign to go down;
            `limit` (1,000 at most), `offset`.

    Returns:
        `records`; with `totals`, `count` and `totals`: for each amount `total`, `known` lines,
        `missing` lines, and whether it is a `floor`; with `group_by`, `groups`; `sources`.

    Raises:
        ValidationError: a parameter is unknown or cannot be read; it says which.
        NotFound: nothing answers to `territory`, or this person may not see it.

    """
    tk.check_access("territoires_record_search", context, data_dict)
    # Who may not see a custom territory may not count what is in it.
    tk.get_action("territoires_territory_show")(
        tk.fresh_context(context), {"id": data_dict["territory"]}
    )
    files = _files(context, data_dict)
    by_id = {release.id: release for release in files}
    wanted = records.Wanted(
        data_dict["territory"],
        **{to: data_dict[name] for name, to in _FILTERS.items() if data_dict.get(name) is not None},
    )
    limit, offset = data_dict["limit"], data_dict["offset"]
    page = records.listed(
        wanted, files, order_by=data_dict.get("order_by", ()), offset=offset, limit=limit
    )
    answer: dict[str, Any] = {
        "territory": wanted.territory,
        "scope": wanted.scope,
        "by": wanted.by,
        "offset": offset,
        "limit": limit,
        "records": [record_dict.record(row, by_id) for row in page.rows],
    }
    shown = {row["release_id"] for row in page.rows}
    if data_dict["totals"]:
        counted = records.totals(wanted, files)
        answer["count"] = counted.count
        answer["totals"] = record_dict.totals(counted)
        shown |= set(counted.releases)
    if names := data_dict.get("group_by"):
        found = records.groups(wanted, files, names)
        answer["groups"] = [record_dict.group(each, names) for each in found]
    answer["sources"] = [record_dict.source(each) for each in files if each.id in shown]
    return answer


def _files(context: Context, data_dict: DataDict) -> tuple[releases.ReleaseInfo, ...]:
    """The files of records that the person may see, those asked for."""
    user = reader_of(context)
    asked = set(data_dict.get("dataset") or ())
    return tuple(
        release
        for release in releases.visible(
            user, shape="records", profiles=data_dict.get("profile") or None
        )
        if not asked or asked & {release.dataset_id, release.dataset_name}
    )
