"""Territories of the reference, and custom ones, read."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ckan.logic import validate
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict

from ckanext.territoires.bridge import custom
from ckanext.territoires.bridge.reference import UnknownTerritory, current_ids, reference, territory
from ckanext.territoires.logic import schema, territory_dict
from ckanext.territoires.model import CustomTerritory


@tk.side_effect_free
@validate(schema.territory_show)
def territoires_territory_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """A territory: names, codes, population, postal codes, seat, parents.

    An identifier of a former commune gives today's; `requested` is what was asked for. That of a
    split commune gives the most populous of its successors.

        ckanapi action territoires_territory_show id=fr:commune:44109

    Args:
        context: CKAN's.
        data_dict: `id`, identifier of the territory.

    Raises:
        NotFound: nothing answers to `id`, or this person may not see it.

    """
    tk.check_access("territoires_territory_show", context, data_dict)
    asked: str = data_dict["id"]
    try:
        found = current_ids(asked)[0]
    except UnknownTerritory as error:
        raise tk.ObjectNotFound(tk._("No territory answers to “{id}”").format(id=asked)) from error
    if found.startswith(custom.PREFIX):
        record = custom.find(found)
        if not record or not _may_read(context, record):
            raise tk.ObjectNotFound(tk._("No territory answers to “{id}”").format(id=asked))
        return territory_dict.from_custom(record) | {"requested": asked}
    known = territory(found)
    if known is None:
        raise tk.ObjectNotFound(tk._("No territory answers to “{id}”").format(id=asked))
    return territory_dict.full(known) | {"requested": asked}


@tk.side_effect_free
@validate(schema.territory_autocomplete)
def territoires_territory_autocomplete(
    context: Context, data_dict: DataDict
) -> list[dict[str, Any]]:
    """Territories whose name, code or postal code begins like `q`, best first.

        ckanapi action territoires_territory_autocomplete q=nantes within=fr:departement:44

    Args:
        context: CKAN's.
        data_dict: `q`; `level`, one of the levels; `within`, identifier of a territory that
            contains the answers; `limit`, 10 unless told, 100 at most.

    Returns:
        Territories in brief, each with `match` (why it answers) and `matched` (the name or the
        code that was recognised, a former commune's for instance).

    """
    tk.check_access("territoires_territory_autocomplete", context, data_dict)
    matches = reference().search(
        data_dict["q"],
        level=data_dict.get("level"),
        within=data_dict.get("within"),
        limit=data_dict["limit"],
    )
    return [
        territory_dict.brief(match.territory) | {"match": match.kind, "matched": match.matched}
        for match in matches
    ]


@tk.side_effect_free
@validate(schema.territory_members)
def territoires_territory_members(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Territories of a level that lie in a territory, by name.

    An EPCI over two départements is a member of both.

        ckanapi action territoires_territory_members id=fr:epci:244400404 level=commune

    Args:
        context: CKAN's.
        data_dict: `id`; `level` of the members, `commune` unless told.

    """
    tk.check_access("territoires_territory_members", context, data_dict)
    identifier, level = data_dict["id"], data_dict["level"]
    record = custom.find(identifier)
    if record:
        if not _may_read(context, record):
            raise tk.ObjectNotFound(tk._("No territory answers to “{id}”").format(id=identifier))
        communes = [territory(id) for id in record.communes] if level == "commune" else []
        return [territory_dict.brief(member) for member in communes if member]
    return [territory_dict.brief(member) for member in reference().members(identifier, level)]


@tk.side_effect_free
@validate(schema.territory_resolve)
def territoires_territory_resolve(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Today's territories for a code of any time.

        ckanapi action territoires_territory_resolve code=49069

    Args:
        context: CKAN's.
        data_dict: `code`, a code of commune since 1943, an EPCI's, a SIREN, a département's;
            `year`, COG year in which the code was used; `level`, to settle a code of two levels.

    Returns:
        `status` (`current`, `merged`, `split`...), `territories`: each with its `share` of the
        population of the code that was asked for.

    """
    tk.check_access("territoires_territory_resolve", context, data_dict)
    resolution = reference().resolve(
        data_dict["code"], year=data_dict.get("year"), level=data_dict.get("level")
    )
    answer = asdict(resolution)
    answer["territories"] = [
        territory_dict.brief(found) | {"share": share}
        for id, share in resolution.territories
        if (found := territory(id))
    ]
    return answer


def _may_read(context: Context, record: CustomTerritory) -> bool:
    try:
        tk.check_access("territoires_custom_territory_show", context, {"id": record.identifier})
    except tk.NotAuthorized:
        return False
    return True
