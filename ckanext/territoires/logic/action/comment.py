"""What agents write about the themes of a territory."""

from __future__ import annotations

from typing import Any

import ckan.model as model
from ckan.logic import validate
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict

from ckanext.territoires.bridge import comments, custom
from ckanext.territoires.logic import edition_schema
from ckanext.territoires.logic.reader import reader_of


@validate(edition_schema.comment_save)
def territoires_portrait_comment_save(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Write the comment of a theme in the portrait of a territory; an empty text removes it.

        ckanapi action territoires_portrait_comment_save territory=fr:commune:44109 \
            theme=housing text="Le parc social a été livré en 2025."

    What it replaces is kept. It is signed with the name of its author and of their service.

    Args:
        context: CKAN's.
        data_dict: `territory`, `theme`, `text` (plain, 5,000 characters at most).

    Returns:
        The comments of the theme, as `territoires_portrait_comment_list` gives them.

    """
    _check_place(context, data_dict["territory"])
    tk.check_access("territoires_portrait_comment_save", context, data_dict)
    author = reader_of(context)
    if author is None:
        raise tk.NotAuthorized
    comments.save(data_dict["territory"], data_dict["theme"], data_dict["text"], author)
    model.Session.commit()
    return _listed(data_dict["territory"], data_dict["theme"], former=True)


@tk.side_effect_free
@validate(edition_schema.comment_list)
def territoires_portrait_comment_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Comments of a territory: those in force, and for who may write them what they replaced.

        ckanapi action territoires_portrait_comment_list territory=fr:commune:44109

    Args:
        context: CKAN's.
        data_dict: `territory`; `theme`: all by default.

    Returns:
        `comments`: by theme, `text`, `author`, `date`; `former`: a list of `theme`, `text`,
        `author`, `created`, the latest first.

    """
    _check_place(context, data_dict["territory"])
    tk.check_access("territoires_portrait_comment_list", context, data_dict)
    reader = reader_of(context)
    may_write = comments.may_write(reader, data_dict["territory"])
    return _listed(data_dict["territory"], data_dict.get("theme"), former=may_write)


def _listed(territory: str, theme: str | None, *, former: bool) -> dict[str, Any]:
    in_force: dict[str, dict[str, str]] = {}
    replaced: list[dict[str, str]] = []
    seen: set[str] = set()
    for version in comments.versions(territory, theme):
        said = {"text": version.text, "author": version.author}
        if version.theme in seen:
            replaced.append(
                {"theme": version.theme, **said, "created": version.created.isoformat()}
            )
        elif version.text:
            in_force[version.theme] = said | {"date": version.created.date().isoformat()}
        seen.add(version.theme)
    return {"comments": in_force, "former": replaced if former else []}


def _check_place(context: Context, territory: str) -> None:
    """Refuse a custom territory that is not shared with this person."""
    if territory.startswith(custom.PREFIX):
        tk.check_access("territoires_custom_territory_show", context, {"id": territory})
