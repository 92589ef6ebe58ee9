"""The portrait of a territory."""

from __future__ import annotations

from typing import Any

from ckan.logic import validate
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict

from ckanext.territoires.bridge import portraits
from ckanext.territoires.bridge.number_wording import reader_language
from ckanext.territoires.bridge.portraits import MAX_COMPARED, Options
from ckanext.territoires.bridge.written import Written
from ckanext.territoires.logic import schema
from ckanext.territoires.logic.reader import reader_of
from ckanext.territoires.portrait.document import Portrait
from ckanext.territoires.portrait.json_text import json_text
from ckanext.territoires.territory.reference import Territory


@tk.side_effect_free
@validate(schema.portrait_show)
def territoires_portrait_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The portrait of a territory: figures by theme, comparisons, ranks, changes, text, sources.

    Made from the loaded files that the person may see, in the language of the request.

        ckanapi action territoires_portrait_show id=fr:commune:44109 compare=fr:commune:49007

    Args:
        context: CKAN's.
        data_dict: `id`; `compare`, up to five identifiers; `peers`, to add the territories of the
            same level that resemble it; `as_published`, to leave out what was carried from former
            territories (a former commune is then itself); `themes`, all unless told;
            `resource_id`, to keep the figures of one file.

    Returns:
        `portrait.document.Portrait` as plain JSON.

    Raises:
        ValidationError: nothing answers to `id` or to one of `compare`, there are more than five
            of these, a theme is unknown.

    """
    shown = portrait(context, data_dict)
    return Written(shown.names(), shown.to_dict, json_text(shown))


def portrait(context: Context, data_dict: DataDict) -> Portrait:
    """The document that `territoires_portrait_show` gives as JSON, from what its schema accepts."""
    tk.check_access("territoires_portrait_show", context, data_dict)
    as_published = data_dict["as_published"]
    territory = _named(context, data_dict["id"], "id", as_published=as_published)
    chosen = data_dict["compare"]
    if len(chosen) > MAX_COMPARED:
        message = tk._("{count} territories, {limit} at most")
        raise tk.ValidationError(
            {"compare": [message.format(count=len(chosen), limit=MAX_COMPARED)]}
        )
    unknown = [name for name in data_dict["themes"] if name not in portraits.theme_names()]
    if unknown:
        message = tk._("“{value}” is not one of {allowed}")
        allowed = ", ".join(portraits.theme_names())
        raise tk.ValidationError({"themes": [message.format(value=unknown[0], allowed=allowed)]})
    return portraits.portrait_of(
        territory,
        reader_of(context),
        reader_language(),
        Options(
            compare=tuple(
                _named(context, id, "compare", as_published=as_published) for id in chosen
            ),
            peers=data_dict["peers"],
            as_published=as_published,
            themes=frozenset(data_dict["themes"]),
            resource_id=data_dict.get("resource_id"),
        ),
    )


def _named(context: Context, identifier: str, field: str, *, as_published: bool) -> Territory:
    found = portraits.places(identifier, as_published=as_published)
    if len(found) > 1:
        message = tk._("“{id}” was split: choose one of {ids}")
        ids = ", ".join(one.id for one in found)
        raise tk.ValidationError({field: [message.format(id=identifier, ids=ids)]})
    if not found or not _may_read(context, found[0]):
        message = tk._("No territory answers to “{id}”").format(id=identifier)
        raise tk.ValidationError({field: [message]})
    return found[0]


def _may_read(context: Context, territory: Territory) -> bool:
    if territory.level != "custom":
        return True
    try:
        tk.check_access("territoires_custom_territory_show", context, {"id": territory.id})
    except tk.NotAuthorized:
        return False
    return True
