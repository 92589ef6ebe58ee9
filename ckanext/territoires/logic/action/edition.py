"""Frozen portraits."""

from __future__ import annotations

from typing import Any

import ckan.model as model
from ckan.logic import validate
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict

from ckanext.territoires.bridge import editions, portrait_maps
from ckanext.territoires.logic import edition_files, edition_schema
from ckanext.territoires.logic.reader import reader_of
from ckanext.territoires.model import Edition
from ckanext.territoires.portrait.reading import portrait_from_dict
from ckanext.territoires.renderings import FORMATS


def territoires_edition_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Freeze the portrait of a territory as it is now; its PDF is made by a job.

        ckanapi action territoires_edition_create id=fr:commune:44109 peers=true

    The same figures, texts, comments and comparators have one edition: asked for again while
    nothing changed, it is not made again.

    Args:
        context: CKAN's.
        data_dict: what `territoires_portrait_show` takes.

    Returns:
        The edition in brief, with `new`: whether it was made now.

    """
    tk.check_access("territoires_edition_create", context, data_dict)
    shown = tk.get_action("territoires_portrait_show")({**context}, data_dict)
    user = reader_of(context)
    portrait = portrait_maps.with_maps(portrait_from_dict(shown), user)
    edition, is_new = editions.freeze(portrait, user)
    if is_new or edition.state == "failed":
        editions.set_state(edition.id, "queued")
        model.Session.commit()
        edition_files.enqueue(edition)
    return brief(edition) | {"new": is_new}


@tk.side_effect_free
@validate(edition_schema.edition_show)
def territoires_edition_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """An edition, and the portrait that it keeps.

        ckanapi action territoires_edition_show id=5b0e2f6c-...

    Args:
        context: CKAN's.
        data_dict: `id`.

    Returns:
        The edition in brief, and `document`: the portrait as `territoires_portrait_show` gave it.

    Raises:
        ObjectNotFound: there is no such edition.

    """
    edition = editions.find(data_dict["id"])
    if edition is None:
        raise tk.ObjectNotFound(tk._("No edition answers to “{id}”").format(id=data_dict["id"]))
    tk.check_access("territoires_edition_show", context, data_dict)
    return brief(edition) | {"document": edition.document}


@tk.side_effect_free
@validate(edition_schema.edition_list)
def territoires_edition_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Editions of a territory that this person may see, the latest first.

        ckanapi action territoires_edition_list territory=fr:commune:44109

    Args:
        context: CKAN's.
        data_dict: `territory`; `limit` (20, at most 100): how many are looked at.

    """
    tk.check_access("territoires_edition_list", context, data_dict)
    found = editions.of_territory(data_dict["territory"], data_dict["limit"])
    reader = reader_of(context)
    return [brief(edition) for edition in editions.readable(found, reader)]


def brief(edition: Edition) -> dict[str, Any]:
    """An edition without its portrait; `files` are the addresses of its formats."""
    place = edition.document["territory"]
    return {
        "id": edition.id,
        "territory": edition.territory,
        "name": place["name"],
        "digest": edition.digest,
        "language": edition.language,
        "cog_year": edition.document["cog_year"],
        "as_published": edition.document["as_published"],
        "comparators": [other["name"] for other in edition.document["comparators"]],
        "state": edition.state,
        "author_id": edition.author_id,
        "created": edition.created.isoformat(),
        "url": tk.h.url_for("territoires_editions.read", id=edition.id, _external=True),
        "files": {
            form: tk.h.url_for("territoires_editions.file", id=edition.id, fmt=form, _external=True)
            for form in FORMATS
        },
    }
