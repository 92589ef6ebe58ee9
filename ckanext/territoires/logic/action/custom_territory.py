"""Custom territories: named lists of communes, kept by their authors."""

from __future__ import annotations

from typing import Any

import ckan.model as model
from ckan.logic import validate
from ckan.model.types import make_uuid
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict

from ckanext.territoires.bridge import custom
from ckanext.territoires.logic import schema, territory_dict
from ckanext.territoires.logic.reader import reader_of
from ckanext.territoires.model import CustomTerritory
from ckanext.territoires.territory.slug import slugify


@validate(schema.custom_territory_create)
def territoires_custom_territory_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Create a custom territory from a list of communes.

        ckanapi action territoires_custom_territory_create name="Bords de Loire" \
            communes:'["fr:commune:44003", "fr:commune:49126"]'

    Args:
        context: CKAN's.
        data_dict: `name`; `communes`, identifiers or codes, 500 at most, as a list or as text;
            `visibility`: `private` (the default), `agents` or `public`.

    Returns:
        The territory, as `territoires_territory_show` gives it.

    """
    tk.check_access("territoires_custom_territory_create", context, data_dict)
    author = reader_of(context)
    if author is None:
        raise tk.NotAuthorized
    # Two authors may choose the same name: the end of the slug keeps them apart.
    slug = f"{slugify(data_dict['name'])[:60]}-{make_uuid()[:8]}"
    record = CustomTerritory(
        slug=slug,
        name=data_dict["name"],
        communes=data_dict["communes"],
        visibility=data_dict["visibility"],
        author_id=author.id,
    )
    model.Session.add(record)
    model.Session.commit()
    return territory_dict.from_custom(record)


@validate(schema.custom_territory_update)
def territoires_custom_territory_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Change the name, the communes or the visibility of a custom territory.

        ckanapi action territoires_custom_territory_update id=custom:bords-de-loire-1a2b3c4d \
            visibility=agents

    Args:
        context: CKAN's.
        data_dict: `id`, and any of `name`, `communes`, `visibility`; what is left out stays.

    """
    tk.check_access("territoires_custom_territory_update", context, data_dict)
    record = _existing(data_dict["id"])
    for field in ("name", "communes", "visibility"):
        if field in data_dict:
            setattr(record, field, data_dict[field])
    model.Session.commit()
    custom.enqueue_reindex(record.identifier)
    return territory_dict.from_custom(record)


@validate(schema.territory_show)
def territoires_custom_territory_delete(context: Context, data_dict: DataDict) -> None:
    """Delete a custom territory; the datasets that named it keep their other territories.

        ckanapi action territoires_custom_territory_delete id=custom:bords-de-loire-1a2b3c4d

    Args:
        context: CKAN's.
        data_dict: `id`.

    """
    tk.check_access("territoires_custom_territory_delete", context, data_dict)
    record = _existing(data_dict["id"])
    identifier = record.identifier
    model.Session.delete(record)
    model.Session.commit()
    custom.enqueue_reindex(identifier)


@tk.side_effect_free
def territoires_custom_territory_list(
    context: Context, data_dict: DataDict
) -> list[dict[str, Any]]:
    """Custom territories that this person may see, by name.

        ckanapi action territoires_custom_territory_list

    Args:
        context: CKAN's.
        data_dict: nothing is read.

    """
    tk.check_access("territoires_custom_territory_list", context, data_dict)
    reader = reader_of(context)
    query = CustomTerritory.visible_to(
        reader.id if reader else None, sysadmin=bool(reader and reader.sysadmin)
    )
    return [territory_dict.from_custom(record) for record in model.Session.scalars(query)]


def _existing(identifier: str) -> CustomTerritory:
    record = custom.find(identifier)
    if record is None:
        raise tk.ObjectNotFound(tk._("No territory answers to “{id}”").format(id=identifier))
    return record
